#include "netlayer/queue/dist_queue.hpp"

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

}  // namespace tributary::netlayer
