#include "netlayer/queue/dist_queue.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace tributary::netlayer {

void DistQueue::pop() {
    TRIBUTARY_ASSERT(entries_.size() > 1);
    entries_.pop_front();
    idle_ = false;
}

bool DistQueue::replace_by_self(ProcessId neighbour) {
    const bool head_lost = head().process == neighbour;
    for (QueueEntry& entry : entries_) {
        if (entry.process == neighbour) entry = {self_, kNoOperation};
    }
    return head_lost;
}

void DistQueue::replace(ProcessId neighbour, ProcessId successor) {
    for (QueueEntry& entry : entries_) {
        if (entry.process == neighbour) entry.process = successor;
    }
}

std::size_t DistQueue::count(ProcessId neighbour) const {
    return static_cast<std::size_t>(
        std::count_if(entries_.begin(), entries_.end(),
                      [&](const QueueEntry& entry) { return entry.process == neighbour; }));
}

}  // namespace tributary::netlayer
