#include "netlayer/overlay/trace.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/compress.hpp"
#include "base/file.hpp"
#include "netlayer/overlay/sampler.hpp"

namespace tributary::netlayer::overlay {

namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{512} << 20;
constexpr std::uint64_t kDefaultDraws = 100'000;

/// The lines of a text, numbered from 1; without a trailing carriage return.
class Lines {
 public:
    explicit Lines(std::string_view text) : text_(text) {}

    bool next(std::string_view& line) {
        if (text_.empty()) return false;
        const std::size_t end = std::min(text_.find('\n'), text_.size());
        line = text_.substr(0, end);
        text_.remove_prefix(std::min(end + 1, text_.size()));
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        ++number_;
        return true;
    }
    [[nodiscard]] std::size_t number() const { return number_; }

    [[nodiscard]] tl::unexpected<Error> refuse(const std::string& reason) const {
        return fail(Errc::corrupt, "line " + std::to_string(number_) + ": " + reason);
    }

 private:
    std::string_view text_;
    std::size_t number_ = 0;
};

using Fields = std::array<std::string_view, 4>;

/// Splits at the separator; the fourth field is what is too much.
std::size_t split(std::string_view line, char separator, Fields& fields) {
    std::size_t count = 0;
    while (count < fields.size()) {
        const std::size_t end =
            count + 1 == fields.size() ? line.size() : std::min(line.find(separator), line.size());
        fields[count++] = line.substr(0, end);
        if (end == line.size()) break;
        line.remove_prefix(end + 1);
    }
    return count;
}

template <typename Number>
bool read_number(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

Status read_node(const Lines& lines, std::string_view field, const char* what, std::uint32_t bound,
                 NodeId& node) {
    std::int64_t number = 0;
    const std::string shown = std::string(what) + " '" + std::string(field.substr(0, 32)) + "'";
    if (field.empty()) return lines.refuse(std::string("the ") + what + " is missing");
    if (!read_number(field, number)) return lines.refuse(shown + " is not a node number");
    if (number < 0) return lines.refuse(shown + " is negative; nodes count from 0");
    if (number >= bound) {
        return lines.refuse(shown + " is out of range; there are " + std::to_string(bound) +
                            " nodes, 0 to " + std::to_string(bound - 1));
    }
    node = static_cast<NodeId>(number);
    return {};
}

Status add_request(Trace& trace, Request request) {
    if (request.from == request.to) {
        ++trace.to_self;
        return {};
    }
    if (trace.requests.size() >= kMaxRequests) {
        return fail(Errc::limit_exceeded,
                    "more than " + std::to_string(kMaxRequests) + " requests. Cut the trace");
    }
    trace.requests.push_back(request);
    return {};
}

void fit_nodes(Trace& trace) {
    for (const Request& request : trace.requests) {
        trace.nodes = std::max({trace.nodes, request.from + 1, request.to + 1});
    }
}

Result<Trace> parse_csv(Lines lines, const TraceOptions& options) {
    Trace trace;
    trace.nodes = options.nodes;
    const std::uint32_t bound = options.nodes == 0 ? kMaxNodes : options.nodes;
    std::string_view line;
    Fields fields;
    while (lines.next(line)) {
        const std::size_t count = split(line, ',', fields);
        if (count != 3) {
            return lines.refuse(std::to_string(count) + " fields instead of src,dst,packet_size");
        }
        Request request;
        TRIBUTARY_CHECK(read_node(lines, fields[0], "source", bound, request.from));
        TRIBUTARY_CHECK(read_node(lines, fields[1], "destination", bound, request.to));
        double size = 0;
        if (!read_number(fields[2], size) || size < 0) {
            return lines.refuse("the packet size is not a number from 0 on");
        }
        TRIBUTARY_CHECK(add_request(trace, request));
    }
    fit_nodes(trace);
    return trace;
}

Result<Trace> parse_pairs(Lines lines, const Fields& header, const TraceOptions& options) {
    Trace trace;
    std::uint64_t promised = 0;
    if (!read_number(header[0], trace.nodes) || !read_number(header[1], promised)) {
        return lines.refuse("the first line is neither a header nor 'nodes requests'");
    }
    if (trace.nodes < 2 || trace.nodes > kMaxNodes) {
        return lines.refuse("the number of nodes must be 2 to " + std::to_string(kMaxNodes));
    }
    if (options.nodes != 0) trace.nodes = options.nodes;
    std::uint64_t seen = 0;
    std::string_view line;
    Fields fields;
    for (; lines.next(line); ++seen) {
        if (split(line, ' ', fields) != 2) return lines.refuse("not two fields 'src dst'");
        Request request;
        TRIBUTARY_CHECK(read_node(lines, fields[0], "source", trace.nodes, request.from));
        TRIBUTARY_CHECK(read_node(lines, fields[1], "destination", trace.nodes, request.to));
        TRIBUTARY_CHECK(add_request(trace, request));
    }
    if (seen != promised) {
        return lines.refuse("the file ends after " + std::to_string(seen) +
                            " requests; its first line says " + std::to_string(promised));
    }
    return trace;
}

Result<Trace> draw_matrix(Lines lines, const TraceOptions& options) {
    const std::uint32_t bound = options.nodes == 0 ? kMaxNodes : options.nodes;
    std::vector<Request> pairs;
    std::vector<double> weights;
    std::string_view line;
    Fields fields;
    while (lines.next(line)) {
        if (split(line, ' ', fields) != 3)
            return lines.refuse("not three fields 'src dst probability'");
        Request pair;
        TRIBUTARY_CHECK(read_node(lines, fields[0], "source", bound, pair.from));
        TRIBUTARY_CHECK(read_node(lines, fields[1], "destination", bound, pair.to));
        double weight = 0;
        if (!read_number(fields[2], weight) || !(weight >= 0) || !std::isfinite(weight)) {
            return lines.refuse("the probability is not a number from 0 on");
        }
        if (pair.from == pair.to) continue;
        if (pairs.size() >= kMaxRequests) return lines.refuse("too many pairs. Cut the matrix");
        pairs.push_back(pair);
        weights.push_back(weight);
    }
    if (std::none_of(weights.begin(), weights.end(), [](double weight) { return weight > 0; })) {
        return lines.refuse("no pair has a probability above 0");
    }
    const Sampler sampler(weights);
    Random random = Random(options.seed).split("matrix");
    Trace trace;
    trace.nodes = options.nodes;
    trace.requests = pairs;
    fit_nodes(trace);
    trace.requests.clear();
    const std::uint64_t draws = options.requests == 0 ? kDefaultDraws : options.requests;
    for (std::uint64_t i = 0; i < draws; ++i) {
        TRIBUTARY_CHECK(add_request(trace, pairs[sampler.draw(random)]));
    }
    return trace;
}

}  // namespace

Result<Trace> parse_trace(std::string_view text, const TraceOptions& options) {
    Lines lines(text);
    const Lines start = lines;
    std::string_view first;
    if (!lines.next(first)) return fail(Errc::corrupt, "line 1: the trace is empty");
    Fields fields;
    Result<Trace> trace = Trace{};
    if (first == "src,dst,packet_size") {
        trace = parse_csv(lines, options);
    } else if (const std::size_t count = split(first, ' ', fields); count == 2) {
        trace = parse_pairs(lines, fields, options);
    } else if (count == 3) {
        trace = draw_matrix(start, options);
    } else {
        return lines.refuse(
            "the first line must be 'src,dst,packet_size', 'nodes requests' or 'src dst "
            "probability'");
    }
    if (!trace) return trace;
    if (trace->requests.empty()) return fail(Errc::corrupt, "the trace has no request");
    if (options.requests != 0 && trace->requests.size() > options.requests) {
        trace->requests.resize(options.requests);
    }
    return trace;
}

Result<Trace> read_trace(const std::filesystem::path& path, const TraceOptions& options) {
    TRIBUTARY_TRY(Bytes bytes, read_file(path, kMaxFileBytes));
    if (path.extension() == ".zst") {
        auto plain = decompress(bytes, kMaxFileBytes);
        if (!plain) return fail(plain.error().with_context(path.string()));
        bytes = std::move(*plain);
    }
    auto trace = parse_trace(as_text(bytes), options);
    if (!trace) return fail(trace.error().with_context(path.string()));
    return trace;
}

}  // namespace tributary::netlayer::overlay
