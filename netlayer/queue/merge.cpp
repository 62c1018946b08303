#include "netlayer/queue/merge.hpp"

#include <utility>

namespace tributary::netlayer {

std::optional<std::deque<QueueEntry>> merge_neighbours(OwnedQueue one, OwnedQueue two) {
    if (one.entries.empty() || two.entries.empty()) return std::nullopt;
    const bool at_one = two.entries.front().process == one.owner;
    const bool at_two = one.entries.front().process == two.owner;
    if (at_one == at_two) return std::nullopt;

    // Starting with a mutual pointer leads to the head of the whole queue.
    OwnedQueue current = std::move(at_one ? two : one);
    OwnedQueue other = std::move(at_one ? one : two);
    std::deque<QueueEntry> merged;
    while (!current.entries.empty() || !other.entries.empty()) {  // each turn takes one element
        if (current.entries.empty()) std::swap(current, other);
        const QueueEntry entry = current.entries.front();
        current.entries.pop_front();
        if (entry.process == other.owner) {
            std::swap(current, other);
        } else {
            merged.push_back(entry);
        }
    }
    return merged;
}

std::optional<std::deque<QueueEntry>> merge_queues(OwnedQueue leaver, OwnedQueue successor) {
    const ProcessId gone = leaver.owner;
    const ProcessId stays = successor.owner;
    auto merged = merge_neighbours(std::move(leaver), std::move(successor));
    if (!merged) return merged;
    for (QueueEntry& entry : *merged) {
        if (entry.process == gone) entry = {stays, kNoOperation};
    }
    return merged;
}

}  // namespace tributary::netlayer
