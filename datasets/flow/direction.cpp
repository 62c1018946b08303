#include "datasets/flow/direction.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace tributary::datasets {

namespace {

constexpr std::uint16_t kHighestServerPort = 49151;

bool only_asks(const FlowSide& side) {
    return (side.flags & (kFlagSyn | kFlagAck)) == kFlagSyn;
}

/// True for the ICMP messages that another one answers: echo, router and neighbour solicitation,
/// timestamp, information, address mask, multicast listener and node information query.
bool asks(const FlowSide& side, std::uint8_t protocol) {
    switch (side.icmp_type) {
        case 8:
        case 10:
        case 13:
        case 15:
        case 17: return protocol == kProtocolIcmp;
        case 128:
        case 130:
        case 133:
        case 135:
        case 139: return protocol == kProtocolIcmp6;
        default: return false;
    }
}

/// True when the flow runs from `dst` to `src`.
bool runs_backward(const FlowRecord& record) {
    const bool has_forward = record.forward.packets != 0;
    const bool has_backward = record.backward.packets != 0;
    if (has_forward != has_backward) return has_backward;
    if (record.protocol == kProtocolTcp &&
        only_asks(record.forward) != only_asks(record.backward)) {
        return only_asks(record.backward);
    }
    const bool forward_asks = asks(record.forward, record.protocol);
    const bool backward_asks = asks(record.backward, record.protocol);
    if (forward_asks != backward_asks) return backward_asks;
    const std::uint16_t lower = std::min(record.src_port, record.dst_port);
    if (record.src_port != record.dst_port && lower <= kHighestServerPort) {
        return record.src_port == lower;
    }
    // Exporters tell one start for both directions of ICMP, so a capture may not use its two.
    const bool is_icmp = record.protocol == kProtocolIcmp || record.protocol == kProtocolIcmp6;
    if (!is_icmp && record.forward_start != record.backward_start) {
        return record.backward_start < record.forward_start;
    }
    return std::tie(record.dst, record.dst_port) < std::tie(record.src, record.src_port);
}

}  // namespace

void swap_ends(FlowRecord& record) {
    std::swap(record.src, record.dst);
    std::swap(record.src_port, record.dst_port);
    std::swap(record.forward, record.backward);
    std::swap(record.forward_start, record.backward_start);
}

void orient(FlowRecord& record) {
    if (runs_backward(record)) swap_ends(record);
}

}  // namespace tributary::datasets
