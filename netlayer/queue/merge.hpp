#pragma once
// Two neighbouring localQs of one object become one: when a process leaves and its child takes its
// place, and on the way of a rotation.
// Invariants: every element of both queues except the mutual pointers is in the result exactly once
// and behind what stood before it in its queue; nothing is in flight between the two (C12, C20).
// Pure functions; any thread. self-service §6.2, Figure 7, Figure 8 lines 4-10 and 14-19.

#include <deque>
#include <optional>

#include "netlayer/queue/dist_queue.hpp"

namespace tributary::netlayer {

/// A localQ and the process that it belongs to.
struct OwnedQueue {
    ProcessId owner = 0;
    std::deque<QueueEntry> entries;  ///< at least one
};

/// What both see of the whole queue together. Each one's own elements stay its own.
/// @return  nullopt unless exactly one of the heads points to the other process: both would mean
///          that the object is in flight between them, none that the queues do not belong together
std::optional<std::deque<QueueEntry>> merge_neighbours(OwnedQueue one, OwnedQueue two);

/// The successor's queue after the promotion: the leaver's own elements become no-ops of it.
/// @return  nullopt as merge_neighbours
std::optional<std::deque<QueueEntry>> merge_queues(OwnedQueue leaver, OwnedQueue successor);

}  // namespace tributary::netlayer
