#pragma once
// How two records of one key become one: earliest start, latest end, sums per direction.
// Both records name the same end as `src`. Pure functions; any thread.
// Source: docs/flows.md, "The normalizer".

#include "datasets/flow/timeouts.hpp"
#include "datasets/record.hpp"

namespace tributary::datasets {

/// Zero when the times of the records overlap, otherwise the silence between them.
Micros gap_between(const FlowRecord& a, const FlowRecord& b);

/// From the first packet of either record to the last.
Micros joint_duration(const FlowRecord& a, const FlowRecord& b);

/// True when each record has only the direction that the other lacks.
bool opposite(const FlowRecord& a, const FlowRecord& b);

/// Adds `piece` to `whole`.
void merge(FlowRecord& whole, const FlowRecord& piece);

}  // namespace tributary::datasets
