#include "datasets/label/zeek.hpp"

#include <map>
#include <vector>

#include "datasets/corpus/text.hpp"
#include "datasets/label/cidr.hpp"

namespace tributary::datasets {
namespace {

constexpr std::size_t kMaxZeekBytes = std::size_t{4} << 30;
constexpr std::size_t kMaxZeekLineBytes = 1 << 20;
constexpr std::string_view kUnset = "-";

/// Fields of a line: between tabs. The labelled logs part their last ones by spaces.
std::vector<std::string_view> split_fields(std::string_view line) {
    std::vector<std::string_view> fields;
    for (std::size_t start = 0; start <= line.size();) {
        std::size_t end = std::min(line.find('\t', start), line.size());
        std::string_view field = line.substr(start, end - start);
        for (std::size_t gap = field.find("   "); gap != std::string_view::npos;
             gap = field.find("   ")) {
            fields.push_back(trimmed(field.substr(0, gap)));
            field = trimmed(field.substr(gap));
        }
        fields.push_back(trimmed(field));
        start = end + 1;
    }
    return fields;
}

/// Reads the lines of one log.
class ZeekReader {
 public:
    explicit ZeekReader(const std::string& name) : labels_(name), name_(name) {}

    Status take(std::string_view line, std::size_t number) {
        constexpr std::string_view kFields = "#fields";
        if (line.starts_with(kFields)) return take_names(line.substr(kFields.size()));
        if (line.starts_with('#') || trimmed(line).empty()) return {};
        if (places_.empty()) return refuse(number, "stands before the line #fields");
        fields_ = split_fields(line);
        return take_line(static_cast<std::uint32_t>(number));
    }

    Result<JoinedLabels> finish() && {
        if (places_.empty()) {
            return fail(
                Errc::mismatch,
                name_ + " has no line #fields. Give a log of Zeek in its tab-separated form");
        }
        labels_.complete();
        return std::move(labels_);
    }

 private:
    Status take_names(std::string_view line) {
        places_.clear();
        std::size_t place = 0;
        for (const std::string_view name : split_fields(trimmed(line))) {
            places_.emplace(std::string(name), place++);
        }
        for (const char* needed : {"ts", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p"}) {
            if (places_.contains(needed)) continue;
            return fail(Errc::mismatch, name_ + " has no field " + needed +
                                            ". Give notice.log or conn.log.labeled");
        }
        const bool says_something = places_.contains("note") || places_.contains("label");
        if (says_something) return {};
        return fail(Errc::mismatch, name_ +
                                        " has neither a field note nor a field label. Give "
                                        "notice.log or conn.log.labeled");
    }

    /// Empty when the log lacks the field or left it unset.
    [[nodiscard]] std::string_view field(const std::string& name) const {
        const auto place = places_.find(name);
        if (place == places_.end() || place->second >= fields_.size()) return {};
        const std::string_view value = fields_[place->second];
        return value == kUnset || value == "(empty)" ? std::string_view{} : value;
    }

    Status take_line(std::uint32_t number) {
        // Notices about no connection in particular have no ends.
        if (field("id.orig_h").empty()) return {};
        const auto src = parse_address(field("id.orig_h"));
        const auto dst = parse_address(field("id.resp_h"));
        const auto start = parse_epoch(field("ts"));
        const auto src_port = parse_unsigned(field("id.orig_p"), 65'535);
        const auto dst_port = parse_unsigned(field("id.resp_p"), 65'535);
        const auto protocol = parse_protocol(field("proto"));
        if (!src || !dst || !start || !src_port || !dst_port || !protocol) {
            return refuse(number, "names no connection");
        }
        const bool is_icmp6 = *protocol == kProtocolIcmp && src->is_v6;
        const std::string class_name = class_of_line();
        LabelClaim claim;
        claim.tuple = {*src, *dst, static_cast<std::uint16_t>(*src_port),
                       static_cast<std::uint16_t>(*dst_port),
                       is_icmp6 ? kProtocolIcmp6 : *protocol};
        claim.start = claim.end = *start;
        if (const auto duration = parse_epoch(field("duration"))) claim.end += *duration;
        claim.class_name = class_name;
        claim.community_id = field("community_id");
        claim.line = number;
        return labels_.add(claim);
    }

    [[nodiscard]] std::string class_of_line() const {
        if (!field("note").empty()) return class_name_from(field("note"));
        const std::string label = class_name_from(field("label"));
        if (label == "benign" || label == "normal") return kNormalClass;
        if (label == "background") return {};
        const std::string detailed = class_name_from(field("detailed-label"));
        return detailed.empty() ? label : detailed;
    }

    [[nodiscard]] Status refuse(std::size_t number, const std::string& cause) const {
        return fail(Errc::corrupt, name_ + ", line " + std::to_string(number) + ": " + cause +
                                       ". Give the log as Zeek wrote it");
    }

    JoinedLabels labels_;
    std::string name_;
    std::map<std::string, std::size_t> places_;
    std::vector<std::string_view> fields_;
};

}  // namespace

Result<JoinedLabels> load_zeek(const std::filesystem::path& path) {
    TRIBUTARY_TRY(const std::string text, read_text_file(path, kMaxZeekBytes));
    return parse_zeek(text, path.string());
}

Result<JoinedLabels> parse_zeek(std::string_view text, const std::string& name) {
    LineReader lines(text);
    ZeekReader reader(name);
    std::string_view line;
    while (lines.next(line)) {
        if (line.size() > kMaxZeekLineBytes) {
            return fail(Errc::limit_exceeded, name + ", line " + std::to_string(lines.line()) +
                                                  ": longer than 1 MiB. Shorten the log");
        }
        TRIBUTARY_CHECK(reader.take(line, lines.line()));
    }
    return std::move(reader).finish();
}

}  // namespace tributary::datasets
