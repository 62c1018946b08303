// Contract and split of a localQ against the localQs recomputed from the whole distributed queue.
// Protocol rules, section 4.3; overlay design, section 4.
#include "netlayer/splay/rotation.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace tributary::netlayer {
namespace {

using Entries = std::deque<QueueEntry>;

constexpr ProcessId kG = 1;  // above
constexpr ProcessId kP = 2;  // sinks
constexpr ProcessId kX = 3;  // rises
constexpr ProcessId kA = 4;  // stays below x
constexpr ProcessId kB = 5;  // is abandoned from x to p
constexpr ProcessId kC = 6;  // stays below p

Entries pointers(std::initializer_list<ProcessId> processes) {
    Entries entries;
    for (const ProcessId process : processes) entries.push_back({process, kNoOperation});
    return entries;
}

std::optional<RotatedQueues> rotate(Entries p, Entries x) {
    return rotate_queues({kP, std::move(p)}, {kX, std::move(x)}, {kB, kC});
}

TEST(RotateQueues, ObjectAboveIsAboveBothAfterwards) {
    const auto rotated = rotate(pointers({kG}), pointers({kP}));

    ASSERT_TRUE(rotated);
    EXPECT_EQ(rotated->rising, pointers({kG}));
    EXPECT_EQ(rotated->sinking, pointers({kX}));
}

TEST(RotateQueues, ObjectBelowTheAbandonedChildIsBelowPAfterwards) {
    const auto rotated = rotate(pointers({kX}), pointers({kB}));

    ASSERT_TRUE(rotated);
    EXPECT_EQ(rotated->rising, pointers({kP}));
    EXPECT_EQ(rotated->sinking, pointers({kB}));
}

// The object is at p; x's program waits, then b, then the process above.
TEST(RotateQueues, ProgramsStayWithTheirProcessAndInTheirPlace) {
    const auto rotated =
        rotate({{kP, 7}, {kX, kNoOperation}, {kG, kNoOperation}},
               {{kP, kNoOperation}, {kX, 9}, {kB, kNoOperation}, {kP, kNoOperation}});

    ASSERT_TRUE(rotated);
    EXPECT_EQ(rotated->rising, (Entries{{kP, 0}, {kX, 9}, {kP, 0}, {kG, 0}}));
    EXPECT_EQ(rotated->sinking, (Entries{{kP, 7}, {kX, 0}, {kB, 0}, {kX, 0}}));
}

// C20: in flight between the two, or made up.
TEST(RotateQueues, C20QueuesThatDoNotBelongTogetherAreRefused) {
    EXPECT_FALSE(rotate(pointers({kX, kG}), pointers({kP, kA})));
    EXPECT_FALSE(rotate(pointers({kG}), pointers({kA})));
    EXPECT_FALSE(rotate({}, pointers({kP})));
    EXPECT_FALSE(rotate(pointers({kX}), {}));
}

/// Of neighbours in a row a process sees one element, because what is between them never passes it.
template <typename Seen>
Entries local_queue(const Entries& whole, ProcessId self, const Seen& seen) {
    Entries entries;
    for (const QueueEntry& request : whole) {
        const ProcessId direction = seen(request.process);
        const bool own = request.process == self;
        if (!own && !entries.empty() && entries.back().process == direction) continue;
        entries.push_back({direction, own ? request.operation : kNoOperation});
    }
    return entries;
}

Entries random_whole(Random& random) {
    Entries whole(1 + random.below(16));
    for (QueueEntry& request : whole) {
        request.process = kG + random.below(6);
        const bool program = request.process == kP || request.process == kX;
        if (program && random.below(3) != 0) request.operation = 1 + random.below(1000);
    }
    return whole;
}

// The oracle knows the whole queue: what p and x see of it before must become what they see of it
// when b has gone over.
TEST(RotateQueues, EqualsTheQueuesRecomputedFromAnyWholeQueue) {
    Random random(6);
    for (int round = 0; round < 50'000; ++round) {
        const Entries whole = random_whole(random);
        const Entries p = local_queue(
            whole, kP, [](ProcessId id) { return id == kX || id == kA || id == kB ? kX : id; });
        const Entries x = local_queue(
            whole, kX, [](ProcessId id) { return id == kP || id == kC || id == kG ? kP : id; });
        const Entries x_after = local_queue(
            whole, kX, [](ProcessId id) { return id == kP || id == kB || id == kC ? kP : id; });
        const Entries p_after = local_queue(
            whole, kP, [](ProcessId id) { return id == kX || id == kA || id == kG ? kX : id; });

        const auto rotated = rotate(p, x);

        ASSERT_TRUE(rotated) << "round " << round;
        ASSERT_EQ(rotated->rising, x_after) << "round " << round;
        ASSERT_EQ(rotated->sinking, p_after) << "round " << round;
    }
}

// A rotation and the one that undoes it leave every queue as it was.
TEST(RotateQueues, RotatingBackGivesTheSameQueues) {
    Random random(7);
    for (int round = 0; round < 10'000; ++round) {
        const Entries whole = random_whole(random);
        const Entries p = local_queue(
            whole, kP, [](ProcessId id) { return id == kX || id == kA || id == kB ? kX : id; });
        const Entries x = local_queue(
            whole, kX, [](ProcessId id) { return id == kP || id == kC || id == kG ? kP : id; });
        const auto there = rotate(p, x);
        ASSERT_TRUE(there);

        // Now x sinks again below p; of p's children b goes back.
        const auto back = rotate_queues({kX, there->rising}, {kP, there->sinking}, {kA, kB});

        ASSERT_TRUE(back) << "round " << round;
        ASSERT_EQ(back->sinking, x) << "round " << round;
        ASSERT_EQ(back->rising, p) << "round " << round;
    }
}

TEST(WithOperations, GivesOperationsBackInTheirOrder) {
    const Entries before{{kX, 4}, {kA, 0}, {kX, 0}, {kP, 0}, {kX, 6}};

    const auto after = with_operations(kX, before, pointers({kX, kG, kX, kX, kP}));

    EXPECT_EQ(after, (Entries{{kX, 4}, {kG, 0}, {kX, 0}, {kX, 6}, {kP, 0}}));
}

TEST(WithOperations, RefusesElementsMadeUpOrLeftOut) {
    const Entries before{{kX, 4}, {kX, 6}};

    EXPECT_FALSE(with_operations(kX, before, pointers({kX})));
    EXPECT_FALSE(with_operations(kX, before, pointers({kX, kX, kX})));
}

}  // namespace
}  // namespace tributary::netlayer
