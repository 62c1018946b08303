// What is lost while an inner process leaves: its links, its neighbours, itself, the server. Every
// loss ends in a tree where nobody waits for ever and nothing durable is gone: self-service §6.1
// and §6.2; C2, C3, C15; protocol rules, sections 4.3 and 7. Tree(1) is the chain 0-1-2-3; Tree(2)
// with five processes is 0-{1, 2}, 1-{3, 5}, 2-{4}.
#include <gtest/gtest.h>

#include "tests/netlayer/tree_fixture.hpp"

namespace tributary::netlayer::testing {
namespace {

using Ids = std::vector<OperationId>;
constexpr Micros kGrace{1'000'000};

/// Longer than anybody waits for anybody.
Micros long_enough(const Tree& tree) {
    const ProcessOptions& options = tree.options();
    return (options.lease + options.grace + options.silence) * 2;
}

TEST(PromotionLoss, ParentThatLosesTheLeaverReconstitutesAndFencesTheSuccessor) {
    Tree tree(1);
    tree.join_all(3);
    const OperationId forced = tree.update(1, {"o"}, {"*"}, true);
    tree.settle();
    tree.give(1, LeaveInvoked{});
    tree.exchange(1, 0);  // the force of a leave
    tree.exchange(1, 0);
    const Epoch announced = tree.state(0).holding->announced.at(2);
    tree.cut(0, 1);  // the last word will be lost
    tree.exchange(1, 2);
    ASSERT_EQ(tree.at(1).phase(), Phase::left);

    tree.link_down(0, 1);
    const bool held = tree.state(0).holding.has_value();
    tree.pass(long_enough(tree));

    EXPECT_FALSE(held);
    EXPECT_TRUE(tree.state(0).links.is_dead(2, announced));
    EXPECT_TRUE(tree.owns(0, "o"));
    EXPECT_EQ(tree.values(0, "o"), Ids{forced});
    for (const ProcessId below : {2, 3}) {
        EXPECT_EQ(tree.notices<LostConnection>(below).size(), 1u) << "process " << below;
    }
    tree.join(2);
    EXPECT_EQ(tree.state(2).parent_id(), 0u);
}

TEST(PromotionLoss, LeaverThatLosesItsSuccessorBeforeItAgreedTriesAgain) {
    Tree tree(2);
    tree.join_all(5);
    const OperationId update = tree.update(5, {"o"});
    tree.settle();
    tree.give(1, LeaveInvoked{});
    tree.exchange(1, 0);
    tree.exchange(1, 5);
    tree.cut(1, 3);

    tree.link_down(1, 3);
    const bool gave_up = !tree.state(1).attempt;
    tree.settle();
    const bool held = tree.state(0).holding || tree.state(5).holding;
    tree.pass(long_enough(tree));

    EXPECT_TRUE(gave_up);
    EXPECT_FALSE(held);
    EXPECT_EQ(tree.at(1).phase(), Phase::left) << "5 takes its place after 3 was given up";
    EXPECT_EQ(tree.state(5).parent_id(), 0u);
    EXPECT_EQ(tree.values(5, "o"), Ids{update});
}

TEST(PromotionLoss, LeaverThatLosesItsSuccessorAfterItAgreedTriesAgain) {
    Tree tree(2);
    tree.join_all(5);
    tree.give(1, LeaveInvoked{});
    tree.exchange(1, 3);
    tree.exchange(1, 5);
    tree.cut(1, 3);

    tree.link_down(1, 3);
    tree.settle();  // the server agrees to an attempt that was given up
    const Phase meanwhile = tree.at(1).phase();
    tree.pass(long_enough(tree));

    EXPECT_EQ(meanwhile, Phase::leaving);
    EXPECT_EQ(tree.at(1).phase(), Phase::left);
    EXPECT_EQ(tree.state(5).parent_id(), 0u);
    EXPECT_FALSE(tree.state(0).holding);
    EXPECT_EQ(tree.state(0).children.count(3), 0u);
}

TEST(PromotionLoss, SuccessorThatLosesTheLeaverDisconnectsAndAbortsWhatWaited) {
    Tree tree(1);
    tree.join_all(3);
    tree.give(1, LeaveInvoked{});
    tree.deliver(1, 2);
    const OperationId waiting = tree.update(2, {"o"});
    const bool begun = tree.state(2).updates.contains(waiting);
    tree.cut(1, 2);

    tree.link_down(2, 1);
    tree.settle();

    EXPECT_FALSE(begun);
    EXPECT_EQ(tree.at(2).phase(), Phase::idle);
    ASSERT_EQ(tree.notices<Aborted>(2).size(), 1u);
    EXPECT_EQ(tree.notices<Aborted>(2)[0].operation, waiting);
    EXPECT_EQ(tree.notices<LostConnection>(3).size(), 1u) << "those below it hear of it";
    EXPECT_TRUE(tree.state(2).backlog.empty());
}

TEST(PromotionLoss, SiblingThatLosesTheLeaverIsGivenUpByItsNewParent) {
    Tree tree(2);
    tree.join_all(5);
    tree.update(5, {"o"});
    tree.settle();
    tree.update(2, {"o"}, {"*"}, true);
    tree.settle();
    const OperationId last = tree.update(5, {"o"}, {"*"}, true);
    tree.settle();
    tree.give(1, LeaveInvoked{});
    tree.exchange(1, 5);
    tree.cut(1, 5);  // it will not hear the last word
    tree.settle();
    ASSERT_EQ(tree.at(1).phase(), Phase::left);
    ASSERT_TRUE(tree.state(3).children.contains(5));

    tree.link_down(5, 1);
    tree.pass(long_enough(tree));

    EXPECT_EQ(tree.notices<LostConnection>(5).size(), 1u);
    EXPECT_FALSE(tree.state(3).children.contains(5));
    EXPECT_TRUE(tree.owns(3, "o"));
    EXPECT_EQ(tree.values(3, "o").back(), last);
}

TEST(PromotionLoss, LeaverWhoseLeaseEndsGivesTheAttemptUp) {
    Tree tree(2, {}, kGrace);
    tree.join_all(5);
    tree.cut(0, 1);
    tree.give(1, LeaveInvoked{});  // the server never hears of it
    tree.settle();
    ASSERT_TRUE(tree.state(3).is_frozen());

    tree.pass(tree.options().lease + tree.options().heartbeat);

    EXPECT_EQ(tree.at(1).phase(), Phase::leaving);
    EXPECT_FALSE(tree.state(1).attempt);
    EXPECT_FALSE(tree.state(3).holding);
    EXPECT_FALSE(tree.state(5).holding);
}

TEST(PromotionLoss, SuccessorOfALeaverThatNeverEndsItsAttemptGivesItUp) {
    Tree tree(1);
    tree.join_all(2);
    const Link& link = tree.state(2).links.all().at(1);
    tree.give(
        2, MessageReceived{1, link.epoch, link.received + 1, 0, Hold{9, tree.state(2).self, {}}});
    ASSERT_TRUE(tree.state(2).is_frozen());

    tree.pass(long_enough(tree));

    EXPECT_EQ(tree.notices<LostConnection>(2).size(), 1u);
    EXPECT_FALSE(tree.state(2).is_frozen());
}

TEST(PromotionLoss, ServerThatDisappearsTakesTheAttemptWithIt) {
    Tree tree(1);
    tree.join_all(3);
    tree.give(1, LeaveInvoked{});
    tree.exchange(1, 2);
    tree.cut(0, 1);

    tree.link_down(1, 0);
    tree.settle();

    for (ProcessId id = 1; id <= 3; ++id) {
        EXPECT_EQ(tree.at(id).phase(), Phase::idle) << "process " << id;
        EXPECT_FALSE(tree.state(id).is_busy()) << "process " << id;
    }
}

// Decision 6: broken links are found again in the middle of it, and nothing is lost.
TEST(PromotionLoss, LinksThatBreakAndComeBackAreAPause) {
    Tree tree(2, {}, kGrace);
    tree.join_all(5);
    const OperationId first = tree.update(5, {"o"});
    tree.settle();
    tree.give(1, LeaveInvoked{});
    tree.exchange(1, 3);
    tree.interrupt(1, 3);  // between the agreement and the promotion
    tree.interrupt(0, 1);  // before the server has heard of it
    tree.settle();

    tree.resume(0, 1);
    tree.settle();
    ASSERT_EQ(tree.at(1).phase(), Phase::leaving) << "3 has not got its state";
    tree.resume(1, 3);
    tree.settle();
    const OperationId second = tree.update(4, {"o"});
    tree.settle();

    EXPECT_EQ(tree.at(1).phase(), Phase::left);
    EXPECT_EQ(tree.state(3).parent_id(), 0u);
    EXPECT_EQ(tree.values(4, "o"), (Ids{first, second}));
    for (ProcessId id = 2; id <= 5; ++id) {
        EXPECT_TRUE(tree.notices<LostConnection>(id).empty()) << "process " << id;
    }
}

// Issue 5: under load the leaver's state took longer than the grace time; the leaver was gone
// before its successor had it, and the whole subtree was disconnected. Now that costs the attempt.
TEST(PromotionLoss, StateThatDoesNotArriveInTimeCostsTheAttemptAndNotTheSubtree) {
    Tree tree(2, {}, kGrace);
    tree.join_all(5);
    const OperationId update = tree.update(5, {"o"});
    tree.settle();
    const OperationId other = tree.update(1, {"p"});
    tree.settle();
    tree.pass(tree.options().heartbeat * 2);
    tree.give(1, LeaveInvoked{});
    tree.exchange(1, 0);  // the force is confirmed; the attempt begins
    tree.exchange(1, 0);
    tree.exchange(1, 5);
    tree.exchange(1, 3);  // 3 agreed last; what 1 sends it now is slow

    for (int beat = 0; beat < 3; ++beat) {  // everybody else goes on
        tree.pass_silently(tree.options().heartbeat);
        for (const auto& [from, to] :
             {std::pair<ProcessId, ProcessId>{1, 0}, {0, 1}, {5, 1}, {1, 5}, {3, 1}}) {
            while (tree.deliver(from, to)) {
            }
        }
    }
    const Phase meanwhile = tree.at(1).phase();
    tree.pass(tree.options().silence * 2);

    EXPECT_EQ(meanwhile, Phase::leaving) << "it must not be gone before 3 has its state";
    EXPECT_EQ(tree.at(1).phase(), Phase::left);
    for (ProcessId id = 2; id <= 5; ++id) {
        EXPECT_TRUE(tree.notices<LostConnection>(id).empty()) << "process " << id;
    }
    const OperationId read = tree.read(4, "o");
    tree.settle();
    EXPECT_EQ(tree.result(4, read), Ids{update});
    EXPECT_EQ(tree.values(0, "p"), Ids{other});
}

// Section 7: a server that ends while it holds knows afterwards for whom and what.
bool held_request_survives_a_restart(Mutations mutations) {
    Tree tree(2, mutations, kGrace);
    tree.join_all(5);
    tree.update(5, {"o"});
    tree.settle();
    tree.give(1, LeaveInvoked{});
    tree.deliver(1, 0);
    const OperationId update = tree.update(2, {"o"});
    tree.deliver(2, 0);
    EXPECT_EQ(tree.state(0).holding->held.size(), 1u);

    tree.restart_server();
    tree.settle();

    EXPECT_EQ(tree.at(1).phase(), Phase::left);
    EXPECT_EQ(tree.state(3).parent_id(), 0u);
    EXPECT_TRUE(tree.notices<LostConnection>(3).empty());
    return tree.applied(2, update);
}

TEST(PromotionLoss, ServerRestartsInTheMiddleOfAPromotion) {
    EXPECT_TRUE(held_request_survives_a_restart({}));
}

TEST(PromotionLoss, PlantedFaultServerForgetsWhatItHeld) {
    Mutations mutations;
    mutations.stored_without_held = true;

    EXPECT_FALSE(held_request_survives_a_restart(mutations));
}

TEST(PromotionLoss, PlantedFaultServerForgetsWhatItAnnounced) {
    Mutations mutations;
    mutations.stored_without_announced = true;
    Tree tree(2, mutations, kGrace);
    tree.join_all(3);  // 1 leaves, 3 below it is its successor
    tree.give(1, LeaveInvoked{});
    tree.exchange(1, 0);
    tree.restart_server();
    tree.pass(tree.options().silence * 3);

    EXPECT_FALSE(tree.notices<LostConnection>(3).empty()) << "its edge to the server is not known";
}

// C3: the successor lives on the lease that it has; the parent waits for it from the switch on.
TEST(PromotionLoss, C3NoStepOfAPromotionExtendsALease) {
    Tree tree(1);
    tree.join_all(3);
    tree.pass(tree.options().heartbeat * 4);
    const Micros before = tree.state(2).lease_until;

    tree.give(1, LeaveInvoked{});
    tree.exchange(1, 0);
    tree.exchange(1, 2);
    while (tree.deliver(1, 2)) {
    }

    EXPECT_EQ(tree.state(2).parent_id(), 0u);
    EXPECT_EQ(tree.state(2).lease_until, before);
    tree.settle();
    EXPECT_EQ(tree.state(0).children.at(2).last_ping, tree.now());
    EXPECT_TRUE(tree.state(0).children.at(2).spoke) << "it is given up after a silence only";
}

}  // namespace
}  // namespace tributary::netlayer::testing
