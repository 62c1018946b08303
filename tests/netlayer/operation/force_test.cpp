// What a force carries: bodies only where the receiver lacks them. self-service §5.1, §6.2; C4.
#include <gtest/gtest.h>

#include "tests/netlayer/tree_fixture.hpp"

namespace tributary::netlayer::testing {
namespace {

using Ids = std::vector<OperationId>;

TEST(Force, C4LeaverSendsNoBodyThatItsParentHas) {
    Tree tree(2);
    tree.join(1);
    tree.join(2);
    const OperationId first = tree.update(1, {"o"}, {"*"}, true);
    tree.settle();
    const OperationId second = tree.update(2, {"o"});
    tree.settle();
    const std::uint64_t sent = tree.state(1).counters.copies_sent;

    tree.give(1, LeaveInvoked{});
    tree.settle();

    EXPECT_EQ(tree.at(1).phase(), Phase::left);
    EXPECT_EQ(tree.state(1).counters.copies_sent, sent) << "the server was sent the body before";
    EXPECT_EQ(tree.values(2, "o"), (Ids{first, second}));
}

TEST(Force, C4LeaverSendsTheBodyThatItAloneHas) {
    Tree tree(1);
    tree.join(1);
    tree.join(2);  // 0 - 1 - 2
    const OperationId above = tree.update(1, {"o"});
    tree.settle();
    const OperationId below = tree.update(2, {"o"});
    tree.settle();

    tree.give(2, LeaveInvoked{});
    tree.settle();

    EXPECT_EQ(tree.at(2).phase(), Phase::left);
    EXPECT_EQ(tree.values(0, "o"), (Ids{above, below}));
}

// The leaver read what its parent made; the parent knows it, the server does not.
TEST(Force, C4ParentPassesOnWhatOnlyTheServerLacks) {
    Tree tree(1);
    tree.join(1);
    tree.join(2);
    const OperationId made = tree.update(1, {"o"});
    tree.settle();
    tree.update(2, {"o"}, {});  // takes the object, writes nothing
    tree.settle();
    const Ids before = tree.values(0, "o");
    const std::uint64_t sent = tree.state(2).counters.copies_sent;

    tree.give(2, LeaveInvoked{});
    tree.settle();

    EXPECT_EQ(before, Ids{});
    EXPECT_EQ(tree.state(2).counters.copies_sent, sent);
    EXPECT_EQ(tree.values(0, "o"), Ids{made});
}

TEST(Force, VersionThatTheReceiverNeverHadIsNotConfirmed) {
    Tree tree(1);
    tree.join(1);
    const Epoch epoch = tree.state(1).parent->epoch;
    const RequestId id{1, tree.state(1).self.incarnation, 1};

    tree.give(0, MessageReceived{1, epoch, 1, 0, Force{id, {}, {}, {1}, {{"o", 3}}, false}});

    EXPECT_EQ(tree.in_flight(0, 1), 0u);
    EXPECT_EQ(tree.state(0).counters.forces_incomplete, 1u);
}

TEST(Force, IsRepeatedWithEveryBody) {
    Tree tree(1, {}, Micros{2'000'000});
    tree.join(1);
    tree.update(1, {"o"}, {"*"}, true);
    tree.settle();
    const OperationId again = tree.update(1, {"o"}, {}, true);  // the server has what it read
    tree.finish(again);
    const std::uint64_t sent = tree.state(1).counters.copies_sent;

    tree.pass_silently(tree.options().retry_force);  // no confirmation comes

    EXPECT_EQ(tree.state(1).counters.forces_retried, 1u);
    EXPECT_EQ(tree.state(1).counters.copies_sent, sent + 1);
}

// A new parent is not taken for the old one.
TEST(Force, AfterAPromotionBodiesAreSentToTheNewParent) {
    Tree tree(2);
    tree.join_all(6);  // 1 and 2 below the server, 3 to 6 below them
    const ProcessId leaver = tree.state(6).parent_id();
    ASSERT_NE(leaver, kServer);
    const OperationId update = tree.update(6, {"o"});
    tree.settle();
    tree.update(6, {"p"}, {"*"}, true);
    tree.settle();
    tree.give(leaver, LeaveInvoked{});
    tree.pass(tree.options().heartbeat * 20);
    ASSERT_EQ(tree.at(leaver).phase(), Phase::left);

    tree.give(6, LeaveInvoked{});
    tree.pass(tree.options().heartbeat * 20);

    EXPECT_EQ(tree.at(6).phase(), Phase::left);
    EXPECT_EQ(tree.values(0, "o"), Ids{update});
}

}  // namespace
}  // namespace tributary::netlayer::testing
