#include "datasets/flow/stitch.hpp"

#include <algorithm>

namespace tributary::datasets {

namespace {

void merge_side(FlowSide& whole, Micros& start, const FlowSide& piece, Micros piece_start) {
    if (piece.packets != 0 && (whole.packets == 0 || piece_start < start)) {
        start = piece_start;
        whole.icmp_type = piece.icmp_type;
        whole.icmp_code = piece.icmp_code;
    }
    whole.packets += piece.packets;
    whole.ip_bytes += piece.ip_bytes;
    whole.frame_bytes += piece.frame_bytes;
    whole.flags |= piece.flags;
}

}  // namespace

Micros gap_between(const FlowRecord& a, const FlowRecord& b) {
    return std::max({Micros(0), b.start - a.end, a.start - b.end});
}

Micros joint_duration(const FlowRecord& a, const FlowRecord& b) {
    return std::max(a.end, b.end) - std::min(a.start, b.start);
}

bool opposite(const FlowRecord& a, const FlowRecord& b) {
    return (a.forward.packets == 0 && b.backward.packets == 0) ||
           (a.backward.packets == 0 && b.forward.packets == 0);
}

void merge(FlowRecord& whole, const FlowRecord& piece) {
    if (piece.start < whole.start) {
        whole.vlan = piece.vlan;
        whole.continued = piece.continued;
    }
    if (piece.end >= whole.end) whole.end_reason = piece.end_reason;
    merge_side(whole.forward, whole.forward_start, piece.forward, piece.forward_start);
    merge_side(whole.backward, whole.backward_start, piece.backward, piece.backward_start);
    whole.start = std::min(whole.start, piece.start);
    whole.end = std::max(whole.end, piece.end);
    whole.has_flags = whole.has_flags && piece.has_flags;
    if (whole.application == 0) whole.application = piece.application;
    whole.wrong_fragments =
        static_cast<std::uint8_t>(std::min(0xff, whole.wrong_fragments + piece.wrong_fragments));
    whole.sampling = std::max(whole.sampling, piece.sampling);
}

}  // namespace tributary::datasets
