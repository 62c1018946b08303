// Every loss during a rotation, in the order of the list in protocol rules, section 4.3. A lost
// process does not come back here; whoever stays connected has to work on.
#include <gtest/gtest.h>

#include "tests/netlayer/splay/rotating_tree.hpp"

namespace tributary::netlayer::testing {
namespace {

constexpr Micros kLong{20'000'000};

class RotationLoss : public ::testing::Test {
 protected:
    void locked_above() {
        tree.ask();
        tree.deliver(kP, kG);  // Lock
    }
    void asked_below() {
        locked_above();
        tree.deliver(kG, kP);  // LockOk
    }
    void asked_abandoned() {
        asked_below();
        tree.deliver(kP, kX);  // LockX
    }
    void ready() {
        asked_abandoned();
        tree.deliver(kX, kB);  // LockB
        tree.deliver(kB, kX);  // LockBOk
    }
    void committed() {
        ready();
        tree.deliver(kX, kP);  // LockXOk
    }
    void nobody_is_busy() {
        for (const ProcessId id : {kServer, kG, kP, kX, kA, kB, kC}) {
            EXPECT_FALSE(tree.state(id).is_busy()) << id;
        }
    }

    RotatingTree tree;
};

TEST_F(RotationLoss, ParentThatIsLostBeforeTheSwitchFreesItsParent) {
    asked_below();
    tree.update(kServer, {"o"});

    tree.cut(kG, kP);
    tree.pass(kLong);

    nobody_is_busy();
    EXPECT_TRUE(tree.state(kG).children.empty());
    for (const ProcessId id : {kP, kX, kB}) EXPECT_FALSE(tree.state(id).is_connected());
    EXPECT_TRUE(tree.all_work("o"));
}

TEST_F(RotationLoss, EpochAnnouncedInVainIsDead) {
    asked_below();
    const Epoch epoch = tree.state(kG).holding->announced.at(kX);

    tree.cut(kG, kP);
    tree.pass(kLong);

    EXPECT_TRUE(tree.state(kG).links.is_dead(kX, epoch));
}

TEST_F(RotationLoss, RisingChildWithoutACommitIsDisconnected) {
    committed();
    tree.cut(kP, kX);  // the commit is lost, the switch is not
    tree.pass(kLong);

    nobody_is_busy();
    EXPECT_FALSE(tree.state(kX).is_connected());
    EXPECT_FALSE(tree.state(kP).is_connected());
    EXPECT_TRUE(tree.state(kG).children.empty());
    EXPECT_TRUE(tree.all_work("o"));
}

TEST_F(RotationLoss, ChildLostBeforeTheLockIsGrantedUnlocks) {
    locked_above();
    tree.cut(kP, kX);
    tree.link_down(kP, kX);
    EXPECT_TRUE(tree.state(kP).is_busy()) << "the answer is still to come";

    tree.pass(kLong);

    nobody_is_busy();
    EXPECT_EQ(tree.state(kP).parent_id(), kG);
    EXPECT_TRUE(tree.all_work("o"));
}

TEST_F(RotationLoss, ChildLostWhileItIsAskedUnlocks) {
    asked_below();
    tree.cut(kP, kX);
    tree.link_down(kP, kX);
    EXPECT_FALSE(tree.state(kP).is_busy());

    tree.pass(kLong);

    nobody_is_busy();
    EXPECT_EQ(tree.state(kP).parent_id(), kG);
    EXPECT_FALSE(tree.state(kP).children.contains(kX));
    EXPECT_TRUE(tree.all_work("o"));
}

TEST_F(RotationLoss, InnerChildLostBeforeItAnswersIsLeftOut) {
    tree.update(kB, {"o"});
    tree.settle();
    asked_abandoned();
    tree.cut(kX, kB);

    tree.pass(kLong);

    nobody_is_busy();
    EXPECT_TRUE(tree.rotated());
    EXPECT_FALSE(tree.state(kX).children.contains(kB));
    EXPECT_FALSE(tree.state(kP).children.contains(kB));
    EXPECT_FALSE(tree.state(kB).is_connected());
    EXPECT_TRUE(tree.all_work("o"));
}

TEST_F(RotationLoss, BrokenLinkSaysNothingToALockedInnerChild) {
    asked_abandoned();
    tree.deliver(kX, kB);  // LockB
    tree.link_down(kB, kX);
    EXPECT_TRUE(tree.state(kB).is_connected());

    tree.settle();

    EXPECT_TRUE(tree.rotated());
    EXPECT_EQ(tree.state(kB).parent_id(), kP);
    EXPECT_TRUE(tree.all_work("o"));
}

/// b's link breaks while it is locked; x, which has closed the edge, answers its dial with
/// "closed".
/// @return  whether b goes over to its new parent
bool inner_child_outlives_a_refusal(Mutations mutations) {
    RotatingTree tree(mutations, Micros{300'000});
    tree.ask();
    tree.deliver_first(5);  // up to LockBOk: x has heard b's last word
    const Epoch epoch = tree.state(kB).parent->epoch;
    tree.give(kB, LinkDown{kX, epoch});
    tree.give(kB, LinkDown{kX, epoch, true});
    tree.settle();
    return tree.rotated() && tree.state(kB).is_connected() && tree.state(kB).parent_id() == kP;
}

TEST(RotationRefusal, OfTheOldEdgeIsNoLoss) {
    EXPECT_TRUE(inner_child_outlives_a_refusal({}));
}

TEST(RotationRefusal, PlantedFaultTakenForALossItEndsTheInnerChild) {
    Mutations fault;
    fault.refusal_taken_for_loss = true;

    EXPECT_FALSE(inner_child_outlives_a_refusal(fault));
}

TEST_F(RotationLoss, InnerChildThatDiedAfterItsAnswerIsGivenUpByItsNewParent) {
    tree.update(kB, {"o"});
    tree.settle();
    ready();
    tree.cut(kB, kP);
    tree.cut(kB, kX);

    tree.pass(kLong);

    nobody_is_busy();
    EXPECT_TRUE(tree.rotated());
    EXPECT_FALSE(tree.state(kP).children.contains(kB));
    EXPECT_TRUE(tree.all_work("o"));
}

TEST_F(RotationLoss, OuterChildLostWhileTheQueuesAreAwayIsGivenUpAfterwards) {
    tree.update(kA, {"o"});
    tree.settle();
    tree.cut(kX, kA);
    tree.pass(tree.options().silence - tree.options().heartbeat * 2);
    ready();
    tree.stall(kP, kX);
    tree.pass(tree.options().heartbeat * 3);
    ASSERT_TRUE(tree.state(kX).children.contains(kA)) << "its entries are in p's hands";
    ASSERT_TRUE(tree.state(kX).is_busy());

    tree.flow(kP, kX);
    tree.pass(kLong);

    EXPECT_FALSE(tree.state(kX).children.contains(kA));
    nobody_is_busy();
}

TEST_F(RotationLoss, LockedInnerChildWithoutANewParentIsDisconnected) {
    ready();
    tree.cut(kX, kP);  // LockXOk is lost, and so is x

    tree.pass(kLong);

    nobody_is_busy();
    EXPECT_FALSE(tree.state(kX).is_connected());
    EXPECT_FALSE(tree.state(kB).is_connected());
    EXPECT_EQ(tree.state(kP).parent_id(), kG);
    EXPECT_TRUE(tree.all_work("o"));
}

TEST_F(RotationLoss, LeaveOfTheInnerChildInTheMiddleIsALoss) {
    tree.give(kB, LeaveInvoked{});  // its last word is in flight
    asked_abandoned();

    tree.pass(kLong);

    nobody_is_busy();
    EXPECT_EQ(tree.at(kB).phase(), Phase::left);
    EXPECT_TRUE(tree.rotated());
    EXPECT_TRUE(tree.all_work("o"));
}

TEST(RotationLeave, LeaveOfTheRisingChildInTheMiddleEndsTheRotation) {
    Tree tree(Tree::Search{});
    for (const ProcessId id : {kP, kX}) tree.join(id);
    tree.give(kX, LeaveInvoked{});
    tree.give(kP, RotateInvoked{kX});
    tree.pass(kLong);

    EXPECT_EQ(tree.at(kX).phase(), Phase::left);
    EXPECT_FALSE(tree.state(kP).is_busy());
    EXPECT_FALSE(tree.state(kServer).is_busy());
    EXPECT_EQ(tree.state(kP).parent_id(), kServer);
}

// Protocol rules, section 7: the server is g and ends while it holds a request.
TEST(RotationRestart, ServerRemembersItsLockAndWhatItHolds) {
    Tree tree(Tree::Search{}, {}, Micros{3'000'000});
    for (const ProcessId id : {kP, kX, kB}) tree.join(id);
    tree.update(kB, {"o"});
    tree.settle();
    tree.give(kP, RotateInvoked{kX});
    tree.deliver(kP, kServer);
    const OperationId held = tree.update(kServer, {"o"});
    ASSERT_EQ(tree.state(kServer).holding->held.size(), 1u);

    tree.restart_server();
    tree.pass(Micros{1'000'000});

    EXPECT_EQ(tree.state(kX).parent_id(), kServer);
    EXPECT_EQ(tree.state(kP).parent_id(), kX);
    EXPECT_EQ(tree.values(kServer, "o").size(), 2u);
    EXPECT_EQ(tree.values(kServer, "o").back(), held);
    EXPECT_EQ(tree.state(kX).counters.disconnections, 0u);
}

// C3: a commit and a switch say nothing about the way to the server.
TEST(RotationLease, NoLeaseGrowsByARotation) {
    RotatingTree tree;
    const Micros before = tree.state(kX).lease_until;
    const Micros sinking = tree.state(kP).lease_until;
    tree.stall(kServer, kG);
    tree.pass_silently(tree.options().heartbeat);

    tree.ask();
    for (const auto& [from, to] : {std::pair{kP, kG},
                                   {kG, kP},
                                   {kP, kX},
                                   {kX, kB},
                                   {kB, kX},
                                   {kX, kP},
                                   {kP, kX},
                                   {kP, kG}}) {
        while (tree.deliver(from, to)) {
        }
    }

    ASSERT_TRUE(tree.rotated());
    EXPECT_EQ(tree.state(kX).lease_until, before);
    EXPECT_EQ(tree.state(kP).lease_until, sinking);
    EXPECT_EQ(tree.state(kG).children.at(kX).last_ping, tree.now());
}

}  // namespace
}  // namespace tributary::netlayer::testing
