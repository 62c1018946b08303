#include "netlayer/splay/rotation.hpp"

#include <algorithm>
#include <utility>

namespace tributary::netlayer {

namespace {

/// What one side sees: its own part as it is, and one pointer for each run of the other's.
template <typename IsOurs>
std::deque<QueueEntry> part_of(const std::deque<QueueEntry>& whole, ProcessId other,
                               const IsOurs& is_ours) {
    std::deque<QueueEntry> part;
    for (const QueueEntry& entry : whole) {
        if (is_ours(entry)) {
            part.push_back(entry);
        } else if (part.empty() || part.back().process != other) {
            part.push_back({other, kNoOperation, entry.requester});
        }
    }
    return part;
}

}  // namespace

std::optional<RotatedQueues> rotate_queues(OwnedQueue sinking, OwnedQueue rising,
                                           const std::set<ProcessId>& below) {
    const ProcessId p = sinking.owner;
    const ProcessId x = rising.owner;
    const auto whole = merge_neighbours(std::move(sinking), std::move(rising));
    if (!whole || whole->empty()) return std::nullopt;
    const auto of_sinking = [&](const QueueEntry& entry) {
        return entry.process == p || below.contains(entry.process);
    };
    const auto of_rising = [&](const QueueEntry& entry) { return !of_sinking(entry); };
    return RotatedQueues{part_of(*whole, p, of_rising), part_of(*whole, x, of_sinking)};
}

std::optional<std::deque<QueueEntry>> with_operations(ProcessId self,
                                                      const std::deque<QueueEntry>& before,
                                                      std::deque<QueueEntry> after) {
    const auto own = [self](const QueueEntry& entry) { return entry.process == self; };
    auto source = before.begin();
    for (QueueEntry& entry : after) {
        if (!own(entry)) continue;
        source = std::find_if(source, before.end(), own);
        if (source == before.end()) return std::nullopt;
        entry.operation = source->operation;
        ++source;
    }
    if (std::any_of(source, before.end(), own)) return std::nullopt;
    return after;
}

}  // namespace tributary::netlayer
