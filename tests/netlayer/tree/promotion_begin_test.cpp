// When an inner process may leave, and several that want to at once: self-service §6.2; C16, C17.
// Tree(1) is the chain 0-1-2-3; Tree(2) with five processes is 0-{1, 2}, 1-{3, 5}, 2-{4}.
#include <gtest/gtest.h>

#include "tests/netlayer/tree_fixture.hpp"

namespace tributary::netlayer::testing {
namespace {

using Ids = std::vector<OperationId>;

// C16: the leaver finishes its own operations before it asks anybody to hold.
TEST(Promotion, C16LeaverFinishesItsOperationsFirst) {
    Tree tree(1);
    tree.join_all(2);
    tree.hold_programs();
    const OperationId update = tree.update(1, {"o"});
    tree.settle();

    tree.give(1, LeaveInvoked{});
    tree.settle();
    const bool asked = tree.state(2).holding.has_value();
    tree.finish(update);
    tree.settle();

    EXPECT_FALSE(asked);
    EXPECT_EQ(tree.at(1).phase(), Phase::left);
    EXPECT_EQ(tree.values(0, "o"), Ids{update}) << "forced before it left";
}

// C16: elements that the leaver had in a queue become no-ops of its successor, which hands the
// object on when it passes.
TEST(Promotion, C16ElementsOfTheLeaverBecomeNoOpsOfItsSuccessor) {
    Tree tree(2);
    tree.join_all(5);
    tree.hold_programs();
    const OperationId first = tree.update(2, {"o"});
    tree.settle();
    tree.update(5, {"o"});
    tree.settle();
    tree.cut(1, 5);  // 1 takes the place of 5 in its queue
    tree.pass(tree.options().silence + tree.options().heartbeat);
    const OperationId last = tree.update(4, {"o"});
    tree.settle();
    ASSERT_EQ(tree.state(1).queues.at("o").entries(),
              (std::deque<QueueEntry>{{0, 0}, {1, 0}, {0, 0}}));

    tree.give(1, LeaveInvoked{});
    tree.settle();
    const auto inherited = tree.state(3).queues.at("o").entries();
    tree.finish(first);
    tree.settle();
    tree.finish(last);
    tree.settle();

    EXPECT_EQ(inherited, (std::deque<QueueEntry>{{0, 0}, {3, 0}, {0, 0}}));
    EXPECT_EQ(tree.values(4, "o"), (Ids{first, last}));
}

// C17: parent and child want to leave at the same moment; each refuses the other.
TEST(Promotion, C17ParentAndChildThatLeaveTogetherBothGetAway) {
    Tree tree(1);
    tree.join_all(4);
    const OperationId update = tree.update(2, {"o"});
    tree.settle();

    tree.give(1, LeaveInvoked{});
    tree.give(2, LeaveInvoked{});
    tree.pass(tree.options().heartbeat * 60);

    EXPECT_EQ(tree.at(1).phase(), Phase::left);
    EXPECT_EQ(tree.at(2).phase(), Phase::left);
    EXPECT_EQ(tree.state(3).parent_id(), 0u);
    EXPECT_TRUE(tree.notices<LostConnection>(3).empty());
    const OperationId after = tree.update(4, {"o"});
    tree.settle();
    EXPECT_EQ(tree.values(4, "o"), (Ids{update, after}));
}

// C17: a leaf that holds for its parent leaves after it.
TEST(Promotion, C17HoldingLeafPutsOffItsOwnLeave) {
    Tree tree(2);
    tree.join_all(5);
    tree.give(1, LeaveInvoked{});
    tree.deliver(1, 5);

    tree.give(5, LeaveInvoked{});
    const Phase meanwhile = tree.at(5).phase();
    tree.settle();

    EXPECT_EQ(meanwhile, Phase::leaving);
    EXPECT_EQ(tree.at(1).phase(), Phase::left);
    EXPECT_EQ(tree.at(5).phase(), Phase::left);
    EXPECT_TRUE(tree.state(3).children.empty());
}

// C17: a leave during a join: the place that is not taken yet is waited for.
TEST(Promotion, C17LeaverWaitsForAChildThatIsJustJoining) {
    Tree tree(1);
    tree.join_all(1);
    tree.ask_to_join(2);
    tree.deliver(2, 0);
    tree.deliver(0, 1);  // 1 adopts it; the answer is under way

    tree.give(1, LeaveInvoked{});
    const bool asked = tree.state(1).attempt.has_value();
    tree.settle();

    EXPECT_FALSE(asked);
    EXPECT_EQ(tree.at(1).phase(), Phase::left);
    EXPECT_EQ(tree.state(2).parent_id(), 0u);
}

}  // namespace
}  // namespace tributary::netlayer::testing
