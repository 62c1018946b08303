#include "datasets/feature/flow_encoder.hpp"

#include <algorithm>
#include <cstring>

#include "base/assert.hpp"
#include "datasets/feature/flow_schema.hpp"
#include "datasets/feature/flow_state.hpp"
#include "datasets/feature/scale.hpp"
#include "datasets/feature/splt_schema.hpp"

namespace tributary::datasets {
namespace {

/// Writes numbers one after the other; what is not written keeps its place but never its value.
class RowWriter {
 public:
    explicit RowWriter(std::span<std::uint8_t> row) : row_(row) {}

    void number(double value) { row_[next_++] = quantize(value); }
    void bit(bool value) { row_[next_++] = value ? 255 : 0; }
    void one_hot(std::size_t index, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) bit(i == index);
    }
    [[nodiscard]] std::size_t written() const { return next_; }

 private:
    std::span<std::uint8_t> row_;
    std::size_t next_ = 0;
};

constexpr double kVolumeDivisor = 32;
constexpr double kCountDivisor = 10;
constexpr std::uint32_t kCountCap = 1024;
constexpr double kLargestPacket = 1500;

double ratio(double part, double whole) {
    return whole > 0 ? part / whole : 0;
}

void write_protocol(const FlowRecord& flow, RowWriter& out) {
    constexpr std::size_t kOther = 4;
    std::size_t index = kOther;
    switch (flow.protocol) {
        case kProtocolTcp: index = 0; break;
        case kProtocolUdp: index = 1; break;
        case kProtocolIcmp: index = 2; break;
        case kProtocolIcmp6: index = 3; break;
        default: break;
    }
    out.one_hot(index, kOther + 1);
    out.bit(flow.src.is_v6);
    out.one_hot(static_cast<std::size_t>(service_class(flow.protocol, flow.dst_port)),
                kServiceClasses);
}

void write_volume_and_time(const FlowRecord& flow, RowWriter& out) {
    const auto log32 = [](double value) { return log2_scale(value, kVolumeDivisor); };
    const double fwd_packets = static_cast<double>(flow.forward.packets);
    const double bwd_packets = static_cast<double>(flow.backward.packets);
    const double fwd_bytes = static_cast<double>(flow.forward.ip_bytes);
    const double bwd_bytes = static_cast<double>(flow.backward.ip_bytes);
    out.number(log32(fwd_packets));
    out.number(log32(bwd_packets));
    out.number(log32(fwd_bytes));
    out.number(log32(bwd_bytes));
    out.number(log32(fwd_bytes + bwd_bytes));
    out.number(log32(fwd_packets + bwd_packets));

    // Whole milliseconds: flow exports have no more.
    const double duration_ms =
        flow.end > flow.start ? static_cast<double>((flow.end - flow.start).count() / 1000) : 0;
    const double seconds = std::max(1.0, duration_ms) / 1000;
    out.number(log32(duration_ms));
    out.number(log32((fwd_packets + bwd_packets) / seconds));
    out.number(log32((fwd_bytes + bwd_bytes) / seconds));
}

void write_shape(const FlowRecord& flow, RowWriter& out) {
    const double fwd_packets = static_cast<double>(flow.forward.packets);
    const double bwd_packets = static_cast<double>(flow.backward.packets);
    const double fwd_bytes = static_cast<double>(flow.forward.ip_bytes);
    const double bwd_bytes = static_cast<double>(flow.backward.ip_bytes);
    const double fwd_mean = ratio(fwd_bytes, fwd_packets);
    const double bwd_mean = ratio(bwd_bytes, bwd_packets);
    out.number(linear_scale(fwd_mean, kLargestPacket));
    out.number(linear_scale(bwd_mean, kLargestPacket));
    out.number(ratio(fwd_bytes, fwd_bytes + bwd_bytes));
    out.number(ratio(fwd_packets, fwd_packets + bwd_packets));
    out.number(ratio(fwd_mean, fwd_mean + bwd_mean));
    out.bit(flow.forward.packets == 0 || flow.backward.packets == 0);
}

void write_flags_and_state(const FlowRecord& flow, RowWriter& out) {
    const bool known = knows_flags(flow);
    const unsigned flags = known ? (flow.forward.flags | flow.backward.flags) : 0u;
    for (const unsigned flag : {kFlagSyn, kFlagFin, kFlagRst, kFlagPsh, kFlagAck, kFlagUrg}) {
        out.bit((flags & flag) != 0);
    }
    out.bit(known);
    out.bit(has_no_reply(flow));
    out.bit(is_refused(flow));
    out.bit(is_half_open(flow));
}

void write_context(const ContextValues& context, RowWriter& out) {
    const auto count = [&out](std::uint32_t value) {
        out.number(log2_scale(std::min(value, kCountCap), kCountDivisor));
    };
    count(context.source_flows);
    count(context.source_peers);
    count(context.source_ports);
    count(context.service_flows);
    out.number(context.source_failed_share);
    out.number(context.source_service_share);
    out.number(context.destination_half_open_share);
    out.number(log2_scale(context.gaps.mean_ms, kVolumeDivisor));
    out.number(context.gaps.variation);
    out.bit(context.gaps.known);
}

bool same_counters(const FlowSide& a, const FlowSide& b) {
    return a.packets == b.packets && a.ip_bytes == b.ip_bytes && a.flags == b.flags;
}

/// True when flow/1 cannot tell the records apart.
bool looks_same(const FlowRecord& a, const FlowRecord& b) {
    return same_counters(a.forward, b.forward) && same_counters(a.backward, b.backward) &&
           a.end - a.start == b.end - b.start && a.dst_port == b.dst_port &&
           a.protocol == b.protocol && a.has_flags == b.has_flags && a.src.is_v6 == b.src.is_v6;
}

}  // namespace

FlowEncoder::FlowEncoder(const Schema& schema, std::uint64_t hash_seed) : schema_(&schema) {
    const bool with_context = schema.hash() == flow_context_schema().hash();
    const bool is_kdd = schema.hash() == kdd_schema().hash();
    is_splt_ = schema.hash() == splt_schema().hash();
    with_splt_ = schema.hash() == flowx_schema().hash();
    TRIBUTARY_ASSERT(with_context || is_kdd || needs_sequences(schema) ||
                     schema.hash() == flow_schema().hash());
    if (with_context) context_ = std::make_unique<FlowContext>(hash_seed);
    if (is_kdd) kdd_ = std::make_unique<KddTraffic>(hash_seed);
}

void FlowEncoder::encode(const FlowRecord& flow, std::span<std::uint8_t> row) {
    TRIBUTARY_ASSERT(row.size() == schema_->width());
    if (kdd_) return kdd_->encode(flow, row);
    if (is_splt_) return encode_splt(flow, row);
    encode_flow(flow, row.first(kFlowWidth));
    if (with_splt_) return encode_splt(flow, row.subspan(kFlowWidth));
    if (!context_) return;
    RowWriter out(row.subspan(kFlowWidth));
    write_context(context_->observe(flow), out);
    TRIBUTARY_ASSERT(kFlowWidth + out.written() == row.size());
}

/// Under a flood most records are alike but for addresses and source ports: their row is at hand.
void FlowEncoder::encode_flow(const FlowRecord& flow, std::span<std::uint8_t> row) {
    if (has_last_ && looks_same(flow, last_)) {
        std::memcpy(row.data(), last_row_.data(), kFlowWidth);
        return;
    }
    RowWriter out(row);
    write_protocol(flow, out);
    write_volume_and_time(flow, out);
    write_shape(flow, out);
    write_flags_and_state(flow, out);
    TRIBUTARY_ASSERT(out.written() == row.size());
    last_ = flow;
    std::memcpy(last_row_.data(), row.data(), kFlowWidth);
    has_last_ = true;
}

ContextCounters FlowEncoder::context_counters() const {
    return context_ ? context_->counters() : ContextCounters{};
}

}  // namespace tributary::datasets
