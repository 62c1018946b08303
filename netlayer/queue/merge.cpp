#include "netlayer/queue/merge.hpp"

#include <utility>

namespace tributary::netlayer {

std::optional<std::deque<QueueEntry>> merge_queues(OwnedQueue leaver, OwnedQueue successor) {
    if (leaver.entries.empty() || successor.entries.empty()) return std::nullopt;
    const bool from_below = successor.entries.front().process == leaver.owner;
    const bool from_above = leaver.entries.front().process == successor.owner;
    if (from_below == from_above) return std::nullopt;

    const ProcessId gone = leaver.owner;
    const ProcessId stays = successor.owner;
    OwnedQueue current = std::move(from_below ? successor : leaver);
    OwnedQueue other = std::move(from_below ? leaver : successor);
    std::deque<QueueEntry> merged;
    while (!current.entries.empty() || !other.entries.empty()) {  // each turn takes one element
        if (current.entries.empty()) std::swap(current, other);
        const QueueEntry entry = current.entries.front();
        current.entries.pop_front();
        if (entry.process == other.owner) {
            std::swap(current, other);
        } else if (entry.process == gone) {
            merged.push_back({stays, kNoOperation});
        } else {
            merged.push_back(entry);
        }
    }
    return merged;
}

}  // namespace tributary::netlayer
