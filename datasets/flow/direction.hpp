#pragma once
// Which end of a finished flow is the client. Decided once, on the whole record, by one rule for
// every source. Pure function; any thread.
// Source: docs/flows.md, "Direction".

#include "datasets/record.hpp"

namespace tributary::datasets {

/// Swaps both ends of the record where the rule says that `dst` is the client:
/// (1) one-way: the sender is forward; (2) TCP: the only side whose flags hold SYN without ACK;
/// (3) ports differ and the lower is at most 49151: the lower is the server; (4) the earlier start;
/// (5) the lower address, then the lower port.
void orient(FlowRecord& record);

/// The same record told from the other end.
void swap_ends(FlowRecord& record);

}  // namespace tributary::datasets
