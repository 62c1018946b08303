// Queue merge: self-service §6.2, Figures 7 and 8 (doMerge); corrections C16, C20, C21.
#include "netlayer/queue/merge.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace tributary::netlayer {
namespace {

using Entries = std::deque<QueueEntry>;

constexpr ProcessId kLeaver = 1;     // p
constexpr ProcessId kSuccessor = 2;  // q, a child of p
constexpr ProcessId kAbove = 10;     // neighbours of p: its parent and q's siblings
constexpr ProcessId kSibling = 11;
constexpr ProcessId kBelow = 20;  // neighbours of q
constexpr ProcessId kBelowToo = 21;

Entries pointers(const std::vector<ProcessId>& processes) {
    Entries entries;
    for (const ProcessId process : processes) entries.push_back({process, kNoOperation});
    return entries;
}

std::optional<Entries> merge(Entries leaver, Entries successor) {
    return merge_queues({kLeaver, std::move(leaver)}, {kSuccessor, std::move(successor)});
}

// Figure 7: three runs of each queue, the mutual pointers skipped.
TEST(QueueMerge, Figure7TakesTheRunsOfBothQueuesInTurn) {
    const auto merged =
        merge(pointers({kAbove, kSibling, kSuccessor, kAbove, kSuccessor, kSibling}),
              pointers({kLeaver, kBelow, kBelowToo, kLeaver, kBelow, kLeaver}));

    EXPECT_EQ(merged, pointers({kAbove, kSibling, kBelow, kBelowToo, kAbove, kBelow, kSibling}));
}

// Figure 8, lines 5-8: where the object is decides which queue comes first.
TEST(QueueMerge, StartsWhereTheObjectIs) {
    EXPECT_EQ(merge(pointers({kAbove, kSuccessor}), pointers({kLeaver, kBelow})),
              pointers({kAbove, kBelow}));
    EXPECT_EQ(merge(pointers({kSuccessor, kAbove}), pointers({kBelow, kLeaver})),
              pointers({kBelow, kAbove}));
}

// Figure 8, line 10, and C16: what the leaver still has in the queue becomes a no-op of the
// successor; the successor's own operations stay its own.
TEST(QueueMerge, C16OwnElementsOfTheLeaverBecomeNoOpsOfTheSuccessor) {
    const auto merged = merge({{kLeaver, 7}, {kSuccessor, kNoOperation}, {kLeaver, kNoOperation}},
                              {{kLeaver, kNoOperation}, {kSuccessor, 9}, {kLeaver, kNoOperation}});

    EXPECT_EQ(merged,
              (Entries{{kSuccessor, kNoOperation}, {kSuccessor, 9}, {kSuccessor, kNoOperation}}));
}

TEST(QueueMerge, ObjectNobodyAskedForStaysAbove) {
    EXPECT_EQ(merge(pointers({kAbove}), pointers({kLeaver})), pointers({kAbove}));
}

// C20: both heads pointing at each other mean that the object is in flight; none, that one of the
// two made its queue up.
TEST(QueueMerge, C20ExactlyOneHeadPointsToTheOther) {
    EXPECT_FALSE(merge(pointers({kSuccessor, kAbove}), pointers({kLeaver, kBelow})));
    EXPECT_FALSE(merge(pointers({kAbove}), pointers({kBelow})));
    EXPECT_FALSE(merge({}, pointers({kLeaver})));
    EXPECT_FALSE(merge(pointers({kAbove}), {}));
}

/// A request in the distributed queue, and where it comes from.
struct Request {
    ProcessId neighbour = 0;  ///< of p or q, or one of the two
    OperationId operation = kNoOperation;

    [[nodiscard]] bool below() const {
        return neighbour == kSuccessor || neighbour == kBelow || neighbour == kBelowToo;
    }
};

/// What one process sees of the whole queue (§4.1): of each request the direction it lies in. Of
/// neighbours in a row it sees one element, because what is between them never passes it.
template <typename Direction>
Entries local_queue(const std::vector<Request>& whole, ProcessId self, const Direction& seen) {
    Entries entries;
    for (const Request& request : whole) {
        const QueueEntry entry = seen(request);
        const bool again = !entries.empty() && entries.back().process == entry.process;
        if (!again || entry.process == self) entries.push_back(entry);
    }
    return entries;
}

std::vector<Request> random_requests(Random& random) {
    constexpr ProcessId kWho[] = {kLeaver, kSuccessor, kAbove, kSibling, kBelow, kBelowToo};
    std::vector<Request> whole(1 + random.below(14));
    for (Request& request : whole) {
        request.neighbour = kWho[random.below(std::size(kWho))];
        if (request.neighbour == kSuccessor && random.below(3) != 0) {
            request.operation = 1 + random.below(1000);
        }
    }
    return whole;
}

// The oracle knows the whole queue: cut in two for p and q, and merged again, it must be what a
// single process in the place of both would have seen of it.
TEST(QueueMerge, ProjectionsOfAnyWholeQueueMergeToTheProjectionOfBoth) {
    Random random(4);
    for (int round = 0; round < 20'000; ++round) {
        const std::vector<Request> whole = random_requests(random);
        const Entries at_leaver = local_queue(whole, kLeaver, [](const Request& request) {
            return QueueEntry{request.below() ? kSuccessor : request.neighbour, kNoOperation};
        });
        const Entries at_successor = local_queue(whole, kSuccessor, [](const Request& request) {
            return QueueEntry{request.below() ? request.neighbour : kLeaver, request.operation};
        });
        const Entries expected = local_queue(whole, kSuccessor, [](const Request& request) {
            const bool gone = request.neighbour == kLeaver;
            return QueueEntry{gone ? kSuccessor : request.neighbour, request.operation};
        });

        const auto merged = merge(at_leaver, at_successor);

        ASSERT_TRUE(merged) << "round " << round;
        ASSERT_EQ(*merged, expected) << "round " << round;
    }
}

// What a peer makes up may be nonsense, but it ends, and loses nothing but mutual pointers.
TEST(QueueMerge, QueuesThatDoNotBelongTogetherEndWithEveryOtherElementOnce) {
    Random random(5);
    const auto without = [](const Entries& entries, ProcessId pointer) {
        std::size_t count = 0;
        for (const QueueEntry& entry : entries) count += entry.process == pointer ? 0 : 1;
        return count;
    };
    for (int round = 0; round < 5'000; ++round) {
        Entries leaver = pointers({random.below(2) == 0 ? kAbove : kSuccessor});
        Entries successor = pointers({leaver.front().process == kAbove ? kLeaver : kBelow});
        for (std::uint64_t i = random.below(10); i > 0; --i) {
            leaver.push_back({random.below(2) == 0 ? kAbove : kSuccessor, kNoOperation});
            successor.push_back({random.below(2) == 0 ? kBelow : kLeaver, kNoOperation});
        }

        const auto merged = merge(leaver, successor);

        ASSERT_TRUE(merged);
        EXPECT_EQ(merged->size(), without(leaver, kSuccessor) + without(successor, kLeaver));
    }
}

}  // namespace
}  // namespace tributary::netlayer
