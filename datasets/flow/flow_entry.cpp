#include "datasets/flow/flow_entry.hpp"

namespace tributary::datasets {

namespace {

/// Flags say first why a flow is over; a lone FIN that nothing followed is an end as well.
EndReason judge(EndReason reason, std::uint8_t flags, std::uint8_t other_flags) {
    if (reason == EndReason::active || reason == EndReason::evicted) return reason;
    if (((flags | other_flags) & kFlagRst) != 0) return EndReason::reset;
    if ((flags & other_flags & kFlagFin) != 0) return EndReason::finished;
    const bool lone_fin = ((flags | other_flags) & kFlagFin) != 0;
    return lone_fin && reason == EndReason::idle ? EndReason::finished : reason;
}

}  // namespace

/// Every field is named, so that nothing is cleared before it is written.
FlowRecord record_of(const FlowEntry& entry, EndReason reason) {
    const auto side = [&](std::size_t i) {
        return FlowSide{entry.sides[i].packets, entry.sides[i].ip_bytes, entry.sides[i].frame_bytes,
                        entry.flags[i],         entry.icmp_types[i],     entry.icmp_codes[i]};
    };
    return FlowRecord{
        .src = Address{entry.key.low, entry.key.is_v6 != 0},
        .dst = Address{entry.key.high, entry.key.is_v6 != 0},
        .src_port = entry.key.low_port,
        .dst_port = entry.key.high_port,
        .protocol = entry.key.protocol,
        .vlan = entry.vlan,
        .start = entry.first,
        .end = entry.last,
        .forward = side(0),
        .backward = side(1),
        .forward_start = entry.sides[0].first,
        .backward_start = entry.sides[1].first,
        .has_flags = true,
        .continued = entry.continued,
        .end_reason = judge(reason, entry.flags[0], entry.flags[1]),
        .application = 0,
        .wrong_fragments = entry.wrong_fragments,
        .sampling = 1,
        .sequence = nullptr,
    };
}

}  // namespace tributary::datasets
