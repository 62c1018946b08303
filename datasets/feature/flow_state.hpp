#pragma once
// How a connection went, as far as both packets and flow exports tell; docs/features.md, group
// "state". Pure functions; any thread.

#include "datasets/record.hpp"

namespace tributary::datasets {

/// TCP flags count only for TCP, and only where the source of the record gives them.
inline bool knows_flags(const FlowRecord& flow) {
    return flow.has_flags && flow.protocol == kProtocolTcp;
}

/// No backward packet.
inline bool has_no_reply(const FlowRecord& flow) {
    return flow.backward.packets == 0;
}

/// The backward side has RST and no SYN.
inline bool is_refused(const FlowRecord& flow) {
    return knows_flags(flow) && (flow.backward.flags & (kFlagRst | kFlagSyn)) == kFlagRst;
}

/// The forward side has SYN and no ACK.
inline bool is_half_open(const FlowRecord& flow) {
    return knows_flags(flow) && (flow.forward.flags & (kFlagSyn | kFlagAck)) == kFlagSyn;
}

inline bool is_failed(const FlowRecord& flow) {
    return has_no_reply(flow) || is_refused(flow) || is_half_open(flow);
}

}  // namespace tributary::datasets
