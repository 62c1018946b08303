#include "datasets/label/csv_labels.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "datasets/corpus/csv_reader.hpp"
#include "datasets/corpus/text.hpp"
#include "datasets/label/cidr.hpp"
#include "datasets/label/class_name.hpp"

namespace tributary::datasets {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{1} << 30;
constexpr std::size_t kMaxRows = 5'000'000;
constexpr std::size_t kMaxClasses = 1024;
constexpr Micros kTolerance = std::chrono::seconds(2);

struct Columns {
    std::size_t start = 0;
    std::size_t src_ip = 0;
    std::size_t src_port = 0;
    std::size_t dest_ip = 0;
    std::size_t dest_port = 0;
    std::size_t proto = 0;
    std::size_t label = 0;
};

Result<Columns> find_columns(const CsvReader& reader) {
    Columns columns;
    TRIBUTARY_TRY(columns.start, reader.require("start"));
    TRIBUTARY_TRY(columns.src_ip, reader.require("src_ip"));
    TRIBUTARY_TRY(columns.src_port, reader.require("src_port"));
    TRIBUTARY_TRY(columns.dest_ip, reader.require("dest_ip"));
    TRIBUTARY_TRY(columns.dest_port, reader.require("dest_port"));
    TRIBUTARY_TRY(columns.proto, reader.require("proto"));
    TRIBUTARY_TRY(columns.label, reader.require("label"));
    return columns;
}

/// Ends, protocol and start of a row; the rest of the record is empty.
Result<FlowRecord> read_ends(const CsvReader& reader, const Columns& columns) {
    const auto field = [&reader](std::size_t column) { return trimmed(reader.field(column)); };
    const auto start = parse_epoch(field(columns.start));
    if (!start) {
        return fail(reader.error_at(columns.start, "is not a time in epoch seconds"));
    }
    const auto source = parse_address(field(columns.src_ip));
    if (!source) return fail(reader.error_at(columns.src_ip, "is not an address"));
    const auto destination = parse_address(field(columns.dest_ip));
    if (!destination) return fail(reader.error_at(columns.dest_ip, "is not an address"));
    const auto source_port = parse_unsigned(field(columns.src_port), 65'535);
    if (!source_port) return fail(reader.error_at(columns.src_port, "is not a port"));
    const auto destination_port = parse_unsigned(field(columns.dest_port), 65'535);
    if (!destination_port) return fail(reader.error_at(columns.dest_port, "is not a port"));
    const auto protocol = parse_protocol(field(columns.proto));
    if (!protocol) return fail(reader.error_at(columns.proto, "is not a protocol"));
    FlowRecord flow;
    flow.start = *start;
    flow.src = *source;
    flow.dst = *destination;
    flow.src_port = static_cast<std::uint16_t>(*source_port);
    flow.dst_port = static_cast<std::uint16_t>(*destination_port);
    flow.protocol = *protocol;
    return flow;
}

}  // namespace

Result<CsvLabels> CsvLabels::load(const std::filesystem::path& path) {
    TRIBUTARY_TRY(const std::string text, read_text_file(path, kMaxFileBytes));
    return parse(text, path.string());
}

Result<CsvLabels> CsvLabels::parse(std::string_view text, const std::string& name) {
    TRIBUTARY_TRY(CsvReader reader, CsvReader::open(text, ',', name));
    TRIBUTARY_TRY(const Columns columns, find_columns(reader));
    CsvLabels out;
    out.name_ = name;
    for (std::size_t rows = 0;; ++rows) {
        TRIBUTARY_TRY(const bool more, reader.next());
        if (!more) break;
        if (rows == kMaxRows) {
            return fail(Errc::limit_exceeded, name + " has more than 5 million rows. Split it");
        }
        TRIBUTARY_TRY(const FlowRecord flow, read_ends(reader, columns));
        const std::string_view label = trimmed(reader.field(columns.label));
        if (label.empty()) continue;
        if (!is_class_name(label)) {
            return fail(reader.error_at(
                columns.label, "is not a class name. Use letters, digits, '-', '_' and '.'"));
        }
        const std::uint32_t index = out.class_index(ClassName(label));
        if (index >= kMaxClasses) {
            return fail(reader.error_at(columns.label, "is one class too many; 1024 are possible"));
        }
        out.entries_[key_of(flow)].push_back(
            {flow.start, index, static_cast<std::uint32_t>(reader.line())});
    }
    for (auto& [key, entries] : out.entries_) {
        std::stable_sort(entries.begin(), entries.end(),
                         [](const Entry& a, const Entry& b) { return a.start < b.start; });
    }
    return out;
}

std::uint32_t CsvLabels::class_index(const ClassName& name) {
    const auto found = std::find(classes_.begin(), classes_.end(), name);
    if (found != classes_.end()) return static_cast<std::uint32_t>(found - classes_.begin());
    classes_.push_back(name);
    if (name != kNormalClass) coverage_.insert(name);
    return static_cast<std::uint32_t>(classes_.size() - 1);
}

CsvLabels::Key CsvLabels::key_of(const FlowRecord& flow) {
    Key key{flow.src, flow.dst, flow.src_port, flow.dst_port, flow.protocol};
    if (std::tie(key.high, key.high_port) < std::tie(key.low, key.low_port)) {
        std::swap(key.low, key.high);
        std::swap(key.low_port, key.high_port);
    }
    return key;
}

std::size_t CsvLabels::KeyHash::operator()(const Key& key) const {
    std::array<char, 37> bytes{};
    auto place = std::copy(key.low.bytes.begin(), key.low.bytes.end(), bytes.begin());
    place = std::copy(key.high.bytes.begin(), key.high.bytes.end(), place);
    for (const unsigned value : {key.low_port / 256u, key.low_port % 256u, key.high_port / 256u,
                                 key.high_port % 256u, unsigned{key.protocol}}) {
        *place++ = static_cast<char>(value);
    }
    return std::hash<std::string_view>{}({bytes.data(), bytes.size()});
}

LabelVote CsvLabels::decide(const FlowRecord& flow) {
    LabelVote vote{.source = name_, .evidence = "no row matches"};
    const auto found = entries_.find(key_of(flow));
    if (found == entries_.end()) return vote;
    const std::vector<Entry>& entries = found->second;
    const Micros last = std::max(flow.start + kTolerance, flow.end);
    const auto first =
        std::lower_bound(entries.begin(), entries.end(), flow.start - kTolerance,
                         [](const Entry& entry, Micros time) { return entry.start < time; });
    for (auto entry = first; entry != entries.end() && entry->start <= last; ++entry) {
        if (entry->class_index != first->class_index) {
            count_conflict();
            vote.evidence = "lines " + std::to_string(first->line) + " and " +
                            std::to_string(entry->line) + " disagree";
            return vote;
        }
    }
    if (first == entries.end() || first->start > last) return vote;
    vote.class_name = classes_[first->class_index];
    vote.confidence = 1;
    vote.evidence = "line " + std::to_string(first->line);
    return vote;
}

}  // namespace tributary::datasets
