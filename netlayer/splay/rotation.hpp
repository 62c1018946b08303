#pragma once
// What a rotation of x over its parent p does to the two localQs of one object: the edge between
// them is contracted, and the queue of both is split again for the neighbours that each has then.
//
//        g               g        p sinks, x rises; b, the abandoned child, goes over from x to p;
//        p               x        a and c keep their parents
//      x   c    ->     a   p
//     a b                 b c
//
// Invariants: the whole distributed queue is the same before and after; a process' own elements
// stay with it and in their order, so that programs never move.
// Pure functions; any thread. Protocol rules, section 4.3.

#include <deque>
#include <optional>
#include <set>

#include "netlayer/queue/merge.hpp"

namespace tributary::netlayer {

/// The localQs of x and p after the rotation.
struct RotatedQueues {
    std::deque<QueueEntry> rising;
    std::deque<QueueEntry> sinking;
};

/// @param below  the children that p has after the rotation: b and c, as far as they exist
/// @return       nullopt when the queues do not belong together (merge_neighbours)
std::optional<RotatedQueues> rotate_queues(OwnedQueue sinking, OwnedQueue rising,
                                           const std::set<ProcessId>& below);

/// Gives a process its operations back, whose queue another process has split: its own elements
/// stand there in the order in which they stood before.
/// @return  nullopt when there are more or fewer of them than before
std::optional<std::deque<QueueEntry>> with_operations(ProcessId self,
                                                      const std::deque<QueueEntry>& before,
                                                      std::deque<QueueEntry> after);

}  // namespace tributary::netlayer
