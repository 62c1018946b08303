// What happens at the bounds that no other test of this folder reaches: protocol rules, section 6,
// "each bound says what happens at it, and is counted".
#include <gtest/gtest.h>

#include "tests/netlayer/tree_fixture.hpp"

namespace tributary::netlayer::testing {
namespace {

ProcessOptions of_degree(std::size_t degree) {
    ProcessOptions options;
    options.degree = degree;
    options.grace = Micros{0};
    return options;
}

TEST(Bounds, AnUpdateOfTooManyObjectsIsRefusedAndCounted) {
    ProcessOptions options = of_degree(2);
    options.max_objects_per_update = 2;
    Tree tree(options);
    tree.join(1);

    tree.give(1, UpdateInvoked{1, {"a", "b", "c"}, false});
    tree.give(1, UpdateInvoked{2, {"a", "b"}, false});
    tree.settle();

    ASSERT_EQ(tree.notices<Aborted>(1).size(), 1u);
    EXPECT_EQ(tree.notices<Aborted>(1).front().error.code, Errc::limit_exceeded);
    EXPECT_EQ(tree.state(1).counters.bound_update, 1u);
}

// Nobody exceeds the bound of one neighbour, all together exceed that of the queue.
TEST(Bounds, TheNeighbourThatOverfillsAQueueIsCutOffAndCounted) {
    ProcessOptions options = of_degree(3);
    options.max_queue = 4;
    Tree tree(options);
    tree.join_all(3);
    tree.hold_programs();
    tree.update(3, {"o"});
    tree.settle();  // the object is at 3: what 1 and 2 ask for waits at the server

    for (const ProcessId asking : {1, 2, 1, 2}) {
        tree.update(asking, {"o"});
        tree.settle();
    }

    EXPECT_EQ(tree.state(kServer).counters.bound_queue, 1u);
    EXPECT_FALSE(tree.state(kServer).is_live_child(2)) << "whose request was one too many";
    EXPECT_TRUE(tree.state(kServer).is_live_child(1));
    EXPECT_TRUE(tree.state(kServer).is_live_child(3));
}

/// The chain 0-1-2-3, in which 1 leaves and 2 has agreed to take its place.
Tree frozen_successor(std::size_t most) {
    ProcessOptions options = of_degree(1);
    options.max_held = most;
    Tree tree(options);
    tree.join_all(3);
    tree.give(1, LeaveInvoked{});
    tree.deliver(1, 2);  // Hold
    return tree;
}

TEST(Bounds, WhatASuccessorIsAskedForMeanwhileIsKeptUpToABound) {
    Tree tree = frozen_successor(2);
    ASSERT_TRUE(tree.state(2).is_frozen());

    for (OperationId operation = 11; operation <= 13; ++operation) {
        tree.give(2, UpdateInvoked{operation, {"o"}, false});
    }

    const auto aborted = tree.notices<Aborted>(2);
    ASSERT_EQ(aborted.size(), 1u);
    EXPECT_EQ(aborted.front().operation, 13u);
    EXPECT_EQ(aborted.front().error.code, Errc::limit_exceeded);
    EXPECT_EQ(tree.state(2).counters.bound_held, 1u);
    tree.settle();
    EXPECT_TRUE(tree.applied(2, 11));
    EXPECT_TRUE(tree.applied(2, 12));
}

TEST(Bounds, ANeighbourThatSendsTooMuchMeanwhileIsCutOff) {
    Tree tree = frozen_successor(2);

    for (int i = 0; i < 3; ++i) tree.update(3, {"o" + std::to_string(i)});
    while (tree.deliver(3, 2)) {
    }

    EXPECT_EQ(tree.state(2).counters.bound_held, 1u);
    EXPECT_FALSE(tree.state(2).is_live_child(3));
}

/// The parent's side: it holds what it would send to the leaver.
TEST(Bounds, ALeaverForWhomTooMuchIsHeldIsGivenUp) {
    ProcessOptions options = of_degree(1);
    options.max_held = 2;
    Tree tree(options);
    tree.join_all(3);
    for (int i = 0; i < 3; ++i) {
        tree.update(3, {"o" + std::to_string(i)});
        tree.settle();  // the objects are at 3: the server asks 1 for them
    }
    tree.give(1, LeaveInvoked{});
    tree.deliver(1, kServer);  // Hold
    ASSERT_TRUE(tree.state(kServer).holding);

    for (int i = 0; i < 3; ++i) tree.update(kServer, {"o" + std::to_string(i)});

    EXPECT_EQ(tree.state(kServer).holding->held.size(), 2u);
    EXPECT_EQ(tree.state(kServer).counters.bound_held, 1u);
}

TEST(Bounds, ALeaverWithTooManyChildrenWaits) {
    ProcessOptions options = of_degree(3);
    options.max_children = 2;
    Tree tree(options);
    tree.join_all(12);
    ASSERT_GT(tree.state(1).children.size(), 2u);

    tree.give(1, LeaveInvoked{});
    tree.pass(tree.options().heartbeat * 20);
    const bool waits = tree.at(1).phase() == Phase::leaving;
    for (const auto& [child, edge] : std::map(tree.state(1).children)) {
        if (tree.state(1).children.size() <= 2) break;
        tree.give(child, LeaveInvoked{});
        tree.pass(tree.options().heartbeat * 20);
    }
    tree.pass(tree.options().heartbeat * 40);

    EXPECT_TRUE(waits);
    EXPECT_EQ(tree.at(1).phase(), Phase::left) << "once it had few enough";
}

}  // namespace
}  // namespace tributary::netlayer::testing
