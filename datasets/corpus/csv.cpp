#include "datasets/corpus/csv.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "datasets/corpus/csv_reader.hpp"
#include "datasets/corpus/text.hpp"
#include "datasets/feature/flow_encoder.hpp"
#include "datasets/feature/flow_schema.hpp"
#include "datasets/feature/scale.hpp"
#include "datasets/label/cidr.hpp"
#include "datasets/label/class_name.hpp"

namespace tributary::datasets {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{1} << 30;
constexpr std::size_t kMaxRows = 20'000'000;

enum FlowColumn : std::size_t {
    start_column,
    end_column,
    src_ip_column,
    src_port_column,
    dest_ip_column,
    dest_port_column,
    proto_column,
    vlan_column,
    pkts_fwd_column,
    pkts_bwd_column,
    bytes_fwd_column,
    bytes_bwd_column,
    flags_fwd_column,
    flags_bwd_column,
    flow_columns,
};
constexpr std::array<const char*, flow_columns> kFlowColumns{
    "start", "end",      "src_ip",   "src_port",  "dest_ip",   "dest_port", "proto",
    "vlan",  "pkts_fwd", "pkts_bwd", "bytes_fwd", "bytes_bwd", "flags_fwd", "flags_bwd"};

/// The label of the row; empty: unknown.
Result<ClassName> take_label(const CsvReader& reader, std::size_t column, Coverage& coverage) {
    const std::string_view label = trimmed(reader.field(column));
    if (label.empty()) return ClassName{};
    if (!is_class_name(label)) {
        return fail(
            reader.error_at(column, "is not a class name. Use letters, digits, '-', '_' and '.'"));
    }
    if (label != kNormalClass) coverage.insert(ClassName(label));
    return ClassName(label);
}

Status check_rows(std::size_t rows, const std::string& name) {
    if (rows < kMaxRows) return {};
    return fail(Errc::limit_exceeded, name + " has more than 20 million rows. Split it");
}

/// Reads the fields of one flow record; remembers the first thing that is wrong.
class FlowRow {
 public:
    FlowRow(const CsvReader& reader, const std::array<std::size_t, flow_columns>& columns)
        : reader_(reader), columns_(columns) {}

    Result<FlowRecord> read() {
        FlowRecord flow;
        flow.start = time(start_column);
        flow.end = time(end_column);
        flow.src = address(src_ip_column);
        flow.dst = address(dest_ip_column);
        flow.src_port = static_cast<std::uint16_t>(number(src_port_column, 65'535));
        flow.dst_port = static_cast<std::uint16_t>(number(dest_port_column, 65'535));
        flow.vlan = static_cast<std::uint16_t>(number(vlan_column, 4'095));
        flow.forward.packets = number(pkts_fwd_column, kLargestCount);
        flow.backward.packets = number(pkts_bwd_column, kLargestCount);
        flow.forward.ip_bytes = number(bytes_fwd_column, kLargestCount);
        flow.backward.ip_bytes = number(bytes_bwd_column, kLargestCount);
        const auto protocol = parse_protocol(field(proto_column));
        if (!protocol) refuse(proto_column, "is not tcp, udp, icmp, icmp6 or a number up to 255");
        flow.protocol = protocol.value_or(0);
        flow.has_flags = !field(flags_fwd_column).empty() && !field(flags_bwd_column).empty();
        if (flow.has_flags) {
            flow.forward.flags = static_cast<std::uint8_t>(number(flags_fwd_column, 255));
            flow.backward.flags = static_cast<std::uint8_t>(number(flags_bwd_column, 255));
        }
        if (flow.end < flow.start) refuse(end_column, "is before the start");
        if (flow.src.is_v6 != flow.dst.is_v6) {
            refuse(dest_ip_column, "is of another version of IP than src_ip");
        }
        flow.forward_start = flow.start;
        flow.backward_start = flow.backward.packets > 0 ? flow.start : Micros{0};
        flow.end_reason = EndReason::exported;
        if (error_) return fail(std::move(*error_));
        return flow;
    }

 private:
    static constexpr std::uint64_t kLargestCount = std::uint64_t{1} << 53;

    [[nodiscard]] std::string_view field(FlowColumn column) const {
        return trimmed(reader_.field(columns_[column]));
    }
    Micros time(FlowColumn column) {
        const auto value = parse_epoch(field(column));
        if (!value) refuse(column, "is not a time in epoch seconds with at most six decimals");
        return value.value_or(Micros{0});
    }
    Address address(FlowColumn column) {
        auto value = parse_address(field(column));
        if (!value) refuse(column, "is not an IPv4 or IPv6 address");
        return value.value_or(Address{});
    }
    std::uint64_t number(FlowColumn column, std::uint64_t largest) {
        const auto value = parse_unsigned(field(column), largest);
        if (!value) refuse(column, "is not a whole number from 0 to " + std::to_string(largest));
        return value.value_or(0);
    }
    void refuse(FlowColumn column, const std::string& cause) {
        if (!error_) error_ = reader_.error_at(columns_[column], cause);
    }

    const CsvReader& reader_;
    const std::array<std::size_t, flow_columns>& columns_;
    std::optional<Error> error_;
};

/// Sorts by end time; rows with equal ends keep their order.
LabelledFlows in_end_order(LabelledFlows flows) {
    std::vector<std::size_t> order(flows.flows.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return flows.flows[a].end < flows.flows[b].end;
    });
    LabelledFlows sorted;
    sorted.coverage = std::move(flows.coverage);
    sorted.flows.reserve(order.size());
    sorted.labels.reserve(order.size());
    for (const std::size_t index : order) {
        sorted.flows.push_back(flows.flows[index]);
        sorted.labels.push_back(std::move(flows.labels[index]));
    }
    return sorted;
}

Result<LabelledFlows> read_flows(CsvReader& reader, const CsvOptions& options,
                                 const std::string& name) {
    std::array<std::size_t, flow_columns> columns{};
    for (std::size_t i = 0; i < flow_columns; ++i) {
        TRIBUTARY_TRY(columns[i], reader.require(kFlowColumns[i]));
    }
    TRIBUTARY_TRY(const std::size_t label_column, reader.require(options.label_column));
    LabelledFlows out;
    for (;;) {
        TRIBUTARY_TRY(const bool more, reader.next());
        if (!more) return in_end_order(std::move(out));
        TRIBUTARY_CHECK(check_rows(out.flows.size(), name));
        TRIBUTARY_TRY(FlowRecord flow, FlowRow(reader, columns).read());
        TRIBUTARY_TRY(ClassName label, take_label(reader, label_column, out.coverage));
        out.flows.push_back(flow);
        out.labels.push_back(std::move(label));
    }
}

Result<LabelledRecords> read_features(CsvReader& reader, const Schema& schema,
                                      const CsvOptions& options, const std::string& name) {
    std::vector<std::size_t> columns;
    for (const Feature& feature : schema.features()) {
        TRIBUTARY_TRY(columns.emplace_back(), reader.require(feature.name));
    }
    TRIBUTARY_TRY(const std::size_t label_column, reader.require(options.label_column));
    LabelledRecords out;
    out.schema = &schema;
    out.features = FeatureMatrix(schema.width());
    std::vector<std::uint8_t> row(schema.width());
    for (;;) {
        TRIBUTARY_TRY(const bool more, reader.next());
        if (!more) return out;
        TRIBUTARY_CHECK(check_rows(out.labels.size(), name));
        for (std::size_t i = 0; i < row.size(); ++i) {
            const auto value = parse_number(trimmed(reader.field(columns[i])));
            if (!value || *value < 0 || *value > 1) {
                return fail(reader.error_at(
                    columns[i], "is not a number between 0 and 1. Correct or remove the line"));
            }
            row[i] = quantize(*value);
        }
        TRIBUTARY_TRY(ClassName label, take_label(reader, label_column, out.coverage));
        out.features.append(row);
        out.labels.push_back(std::move(label));
    }
}

bool names_flows(const CsvReader& reader) {
    return std::all_of(kFlowColumns.begin(), kFlowColumns.end(),
                       [&](const char* column) { return reader.find(column).has_value(); });
}

}  // namespace

Result<LabelledRecords> encode_flows(const LabelledFlows& flows, const Schema& schema) {
    if (schema.hash() != flow_schema().hash() && schema.hash() != flow_context_schema().hash()) {
        return fail(Errc::mismatch, "flow records cannot be encoded in schema " + schema.name() +
                                        ". Use flow/1 or flowctx/1");
    }
    LabelledRecords out;
    out.schema = &schema;
    out.features = FeatureMatrix(schema.width());
    out.features.reserve(flows.flows.size());
    FlowEncoder encoder(schema);
    std::vector<std::uint8_t> row(schema.width());
    for (const FlowRecord& flow : flows.flows) {
        encoder.encode(flow, row);
        out.features.append(row);
    }
    out.labels = flows.labels;
    out.coverage = flows.coverage;
    return out;
}

Result<LabelledFlows> parse_flow_csv(std::string_view text, const CsvOptions& options,
                                     const std::string& name) {
    TRIBUTARY_TRY(CsvReader reader, CsvReader::open(text, options.separator, name));
    return read_flows(reader, options, name);
}

Result<LabelledRecords> parse_csv(std::string_view text, const Schema& schema,
                                  const CsvOptions& options, const std::string& name) {
    TRIBUTARY_TRY(CsvReader reader, CsvReader::open(text, options.separator, name));
    if (!names_flows(reader)) return read_features(reader, schema, options, name);
    TRIBUTARY_TRY(const LabelledFlows flows, read_flows(reader, options, name));
    return encode_flows(flows, schema);
}

Result<LabelledRecords> load_csv(const std::filesystem::path& path, const Schema& schema,
                                 const CsvOptions& options) {
    TRIBUTARY_TRY(const std::string text, read_text_file(path, kMaxFileBytes));
    return parse_csv(text, schema, options, path.string());
}

}  // namespace tributary::datasets
