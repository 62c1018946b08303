#include "datasets/flow/lone_flows.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/prefetch.hpp"

namespace tributary::datasets {

FlowRecord record_of(const LoneFlow& flow, EndReason reason) {
    const bool from_high = flow.from_high;
    const bool is_v6 = flow.key.is_v6 != 0;
    return FlowRecord{
        .src = Address{from_high ? flow.key.high : flow.key.low, is_v6},
        .dst = Address{from_high ? flow.key.low : flow.key.high, is_v6},
        .src_port = from_high ? flow.key.high_port : flow.key.low_port,
        .dst_port = from_high ? flow.key.low_port : flow.key.high_port,
        .protocol = flow.key.protocol,
        .vlan = flow.vlan,
        .start = flow.time,
        .end = flow.time,
        .forward = {1, flow.ip_bytes, flow.frame_bytes, flow.flags, 0, 0},
        .backward = {},
        .forward_start = flow.time,
        .backward_start = Micros(0),
        .has_flags = true,
        .continued = false,
        .end_reason = reason,
        .application = 0,
        .wrong_fragments = 0,
        .sampling = 1,
        .sequence = nullptr,
    };
}

FlowEntry entry_of(const LoneFlow& flow) {
    FlowEntry entry;
    entry.key = flow.key;
    const std::size_t side = flow.from_high ? 1 : 0;
    entry.sides[side] = {1, flow.ip_bytes, flow.frame_bytes, flow.time};
    entry.first = entry.last = flow.time;
    entry.hash = flow.hash;
    entry.vlan = flow.vlan;
    entry.flags[side] = flow.flags;
    return entry;
}

LoneFlows::LoneFlows(std::uint32_t places) : places_(places) {
    TRIBUTARY_ASSERT(places > 0);
    flows_.reserve(places);
}

void LoneFlows::prefetch(std::uint32_t count) const {
    const auto fetch = [&](std::uint32_t place, std::uint32_t ahead) {
        const std::uint32_t at = place + ahead;
        if (at < flows_.size()) tributary::prefetch(&flows_[at]);
    };
    for (std::uint32_t i = 0; i < count; ++i) {
        fetch(next_, i);
        if (held_open_ > 0) fetch(first_open_, count + i);
        if (held_ > 0) fetch(first_, count + i);
    }
}

}  // namespace tributary::datasets
