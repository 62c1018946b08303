// localQ as a value: self-service §4.2, Figure 6 (Qreplace), correction C21.
#include "netlayer/queue/dist_queue.hpp"

#include <gtest/gtest.h>

namespace tributary::netlayer {
namespace {

std::vector<ProcessId> processes(const DistQueue& queue) {
    std::vector<ProcessId> list;
    for (const QueueEntry& entry : queue.entries()) list.push_back(entry.process);
    return list;
}

TEST(DistQueue, StartsWithOneElement) {
    const DistQueue queue(7, 3, false);

    EXPECT_EQ(queue.head().process, 3u);
    EXPECT_EQ(queue.tail().process, 3u);
    EXPECT_FALSE(queue.head_is_self());
}

TEST(DistQueue, HandsOnOnlyWhenSelfIsHeadIdleAndSomebodyWaits) {
    DistQueue queue(7, 7, true);
    EXPECT_FALSE(queue.can_hand_on());

    queue.push({2, kNoOperation});
    EXPECT_TRUE(queue.can_hand_on());

    queue.set_idle(false);
    EXPECT_FALSE(queue.can_hand_on());
}

// C21: duplicates are normal, and all of them are replaced.
TEST(DistQueue, C21ReplacesEveryOccurrenceOfALostChild) {
    DistQueue queue(7, 4, false);
    queue.push({5, kNoOperation});
    queue.push({4, kNoOperation});
    queue.push({6, kNoOperation});

    const bool head_lost = queue.replace_by_self(4);

    EXPECT_TRUE(head_lost);
    EXPECT_EQ(processes(queue), (std::vector<ProcessId>{7, 5, 7, 6}));
    EXPECT_EQ(queue.head().operation, kNoOperation);
}

TEST(DistQueue, ReplacingSomebodyElseThanTheHeadDoesNotReconstitute) {
    DistQueue queue(7, 3, false);
    queue.push({4, kNoOperation});

    EXPECT_FALSE(queue.replace_by_self(4));
    EXPECT_EQ(processes(queue), (std::vector<ProcessId>{3, 7}));
}

TEST(DistQueue, NewHeadIsNotIdle) {
    DistQueue queue(7, 7, true);
    queue.push({7, 12});

    queue.pop();

    EXPECT_FALSE(queue.idle());
    EXPECT_EQ(queue.head().operation, 12u);
}

// §6.2: a neighbour's place is taken by another process.
TEST(DistQueue, EveryOccurrenceOfALeaverPointsToItsSuccessor) {
    DistQueue queue(7, 4, false);
    queue.push({7, 21});
    queue.push({4, kNoOperation});
    queue.push({6, kNoOperation});

    queue.replace(4, 9);

    EXPECT_EQ(queue.entries(), (std::deque<QueueEntry>{{9, 0}, {7, 21}, {9, 0}, {6, 0}}));
}

}  // namespace
}  // namespace tributary::netlayer
