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

/// True when the flow runs from `dst` to `src`.
bool runs_backward(const FlowRecord& record) {
    const bool has_forward = record.forward.packets != 0;
    const bool has_backward = record.backward.packets != 0;
    if (has_forward != has_backward) return has_backward;
    if (record.protocol == kProtocolTcp &&
        only_asks(record.forward) != only_asks(record.backward)) {
        return only_asks(record.backward);
    }
    const std::uint16_t lower = std::min(record.src_port, record.dst_port);
    if (record.src_port != record.dst_port && lower <= kHighestServerPort) {
        return record.src_port == lower;
    }
    if (record.forward_start != record.backward_start) {
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
