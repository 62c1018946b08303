// One rotation, message by message: locks, drain, commit and switch. Protocol rules, section 4.3.
// What is lost on the way: rotation_loss_test.cpp; which bodies travel: shipment_test.cpp.
#include <gtest/gtest.h>

#include "tests/netlayer/splay/rotating_tree.hpp"

namespace tributary::netlayer::testing {
namespace {

TEST(Rotation, ChildRisesOverItsParentAndHandsItsInnerChildOver) {
    RotatingTree tree;

    tree.rotate();

    EXPECT_EQ(tree.state(kX).parent_id(), kG);
    EXPECT_EQ(tree.state(kP).parent_id(), kX);
    EXPECT_EQ(tree.state(kB).parent_id(), kP);
    EXPECT_EQ(tree.state(kA).parent_id(), kX);
    EXPECT_EQ(tree.state(kC).parent_id(), kP);
    EXPECT_TRUE(tree.state(kG).children.contains(kX));
    EXPECT_FALSE(tree.state(kG).children.contains(kP));
    EXPECT_EQ(tree.state(kX).children.size(), 2u);
    EXPECT_EQ(tree.state(kP).children.size(), 2u);
    for (const ProcessId id : {kG, kP, kX, kA, kB, kC}) EXPECT_FALSE(tree.state(id).is_busy());
}

TEST(Rotation, IntervalsFollow) {
    RotatingTree tree;

    tree.rotate();

    EXPECT_EQ(tree.state(kX).lo, kNoKey);
    EXPECT_EQ(tree.state(kX).hi, kG);
    EXPECT_EQ(tree.state(kP).lo, kX);
    EXPECT_EQ(tree.state(kP).hi, kG);
    EXPECT_EQ(tree.state(kB).lo, kX);
    EXPECT_EQ(tree.state(kB).hi, kP);
}

TEST(Rotation, BothEndsAgreeOnEveryEdge) {
    RotatingTree tree;

    tree.rotate();

    for (const ProcessId id : {kX, kP, kB, kA, kC}) {
        const Parent& parent = *tree.state(id).parent;
        EXPECT_EQ(parent.epoch, tree.state(parent.card.id).children.at(id).epoch);
        EXPECT_EQ(parent.card, tree.state(parent.card.id).self);
        EXPECT_TRUE(tree.state(id).links.is_current(parent.card.id, parent.epoch));
        EXPECT_TRUE(tree.state(parent.card.id).links.is_current(id, parent.epoch));
    }
    EXPECT_FALSE(tree.state(kX).links.is_open(kB));
    EXPECT_FALSE(tree.state(kG).links.is_open(kP));
}

// Overlay design, section 3: at most 12 messages when nobody is in the way.
TEST(Rotation, TakesNineMessages) {
    RotatingTree tree;
    const std::size_t before = tree.sent();

    tree.rotate();

    EXPECT_TRUE(tree.rotated());
    EXPECT_EQ(tree.sent() - before, 9u);
}

TEST(Rotation, EverybodyWorksOnAndNothingIsLost) {
    RotatingTree tree;
    ASSERT_TRUE(tree.all_work("o"));

    tree.rotate();

    ASSERT_TRUE(tree.all_work("o"));
    const OperationId read = tree.read(kB, "o");
    tree.settle();
    EXPECT_EQ(tree.result(kB, read).size(), 14u);
}

TEST(Rotation, WithoutAnInnerChild) {
    Tree tree(Tree::Search{});
    for (const ProcessId id : {4, 2}) tree.join(id);

    tree.give(4, RotateInvoked{2});
    tree.settle();

    EXPECT_EQ(tree.state(2).parent_id(), kServer);
    EXPECT_EQ(tree.state(4).parent_id(), 2u);
    EXPECT_EQ(tree.state(0).children.size(), 1u);
    const OperationId update = tree.update(4, {"o"});
    tree.settle();
    EXPECT_TRUE(tree.applied(4, update));
}

TEST(Rotation, RightChildRisesLikewise) {
    RotatingTree tree;

    tree.give(kP, RotateInvoked{kC});
    tree.settle();

    EXPECT_EQ(tree.state(kC).parent_id(), kG);
    EXPECT_EQ(tree.state(kP).parent_id(), kC);
    EXPECT_EQ(tree.state(kP).hi, kC);
    EXPECT_TRUE(tree.all_work("o"));
}

// Protocol rules, section 5: zig-zag is two single rotations.
TEST(Rotation, TwoInARowBringAGrandchildUp) {
    RotatingTree tree;
    tree.give(kX, RotateInvoked{kB});
    tree.settle();

    tree.give(kP, RotateInvoked{kB});
    tree.settle();

    EXPECT_EQ(tree.state(kB).parent_id(), kG);
    EXPECT_EQ(tree.state(kX).parent_id(), kB);
    EXPECT_EQ(tree.state(kP).parent_id(), kB);
    EXPECT_TRUE(tree.all_work("o"));
}

// What g and b have for the neighbour that they lose goes to the one that they get.
TEST(Rotation, HeldRequestsReachTheNewNeighbour) {
    RotatingTree tree;
    tree.update(kP, {"o"});
    tree.update(kA, {"q"});
    tree.settle();
    tree.ask();
    tree.deliver(kP, kG);  // Lock
    tree.deliver(kG, kP);  // LockOk
    tree.deliver(kP, kX);  // LockX
    tree.deliver(kX, kB);  // LockB
    const OperationId from_above = tree.update(kServer, {"o"});
    const OperationId from_below = tree.update(kB, {"q"});
    tree.deliver(kServer, kG);
    ASSERT_EQ(tree.state(kG).holding->held.size(), 1u);
    ASSERT_EQ(tree.state(kB).holding->held.size(), 1u);

    tree.settle();

    EXPECT_TRUE(tree.rotated());
    EXPECT_TRUE(tree.applied(kServer, from_above));
    EXPECT_TRUE(tree.applied(kB, from_below));
}

// The object stays with p's own program, which ends while p is frozen.
// g holds a strict read for p, then the object passes g and is held for p as well. x, which saw
// none of it, must not take the object for one that it has just sent up (seed 226 of changing
// policies).
TEST(Rotation, ReadHeldBeforeTheObjectIsNotAnsweredFromAnOldCopy) {
    RotatingTree tree;
    for (const ProcessId id : {kX, kC}) {
        tree.update(id, {"o"});
        tree.settle();
    }
    ASSERT_EQ(tree.version(kX, "o"), 1u);  // one that is old by now
    tree.hold_programs();
    const OperationId first = tree.update(kC, {"o"});
    const OperationId second = tree.update(kG, {"o"});
    tree.settle();
    tree.update(kA, {"o"});
    tree.settle();  // in the queue: c, g, a
    tree.stall(kA, kX);
    const OperationId read = tree.read(kA, "o");
    const RequestId id{kA, tree.state(kA).self.incarnation, tree.state(kA).reads.begin()->first,
                       kA};

    tree.ask();
    ASSERT_TRUE(tree.deliver(kP, kG));                // the lock
    tree.say(kServer, kG, ReadRequest{id, "o", {}});  // the read came a longer way: held for p
    tree.finish(first);
    ASSERT_TRUE(tree.deliver(kC, kP));
    ASSERT_TRUE(tree.deliver(kP, kG));
    tree.finish(second);  // the object, held for p on its way to a
    tree.settle();
    while (tree.deliver(kX, kA)) continue;

    ASSERT_TRUE(tree.rotated());
    EXPECT_EQ(tree.result(kA, read).size(), 4u);  // x, c, c and g
}

TEST(Rotation, ProgramThatEndsWhileFrozenIsHandedOnAfterwards) {
    RotatingTree tree;
    tree.hold_programs();
    const OperationId slow = tree.update(kP, {"o"});
    const OperationId next = tree.update(kC, {"o"});
    tree.settle();
    tree.ask();
    tree.deliver(kP, kG);
    tree.deliver(kG, kP);
    ASSERT_TRUE(tree.state(kP).is_frozen());

    tree.finish(slow);
    EXPECT_FALSE(tree.applied(kP, slow));
    tree.settle();

    EXPECT_TRUE(tree.rotated());
    EXPECT_TRUE(tree.applied(kP, slow));
    tree.finish(next);
    EXPECT_TRUE(tree.applied(kC, next));
}

// Programs stay with their process: x's waits in the middle of the queue that p splits.
TEST(Rotation, WaitingProgramsKeepTheirPlace) {
    RotatingTree tree;
    tree.hold_programs();
    tree.update(kC, {"o"});
    tree.settle();
    for (const ProcessId id : {kX, kG, kB, kP}) {
        tree.update(id, {"o"});
        tree.settle();
    }

    tree.rotate();
    ASSERT_TRUE(tree.rotated());
    for (OperationId operation = 1; operation <= 5; ++operation) {
        tree.finish(operation);
        tree.settle();
    }

    EXPECT_EQ(tree.values(kP, "o"), (std::vector<OperationId>{1, 2, 3, 4, 5}));
}

// --- refusals: nothing is changed, everybody goes on (C17)

TEST(Rotation, BusyGrandparentRefuses) {
    RotatingTree tree;
    tree.give(kG, RotateInvoked{kP});  // g is p of another one

    tree.rotate();

    EXPECT_EQ(tree.state(kG).parent_id(), kP) << "g's own wish was first";
    EXPECT_FALSE(tree.rotated());
    EXPECT_TRUE(tree.all_work("o"));
}

TEST(Rotation, BusyChildRefusesAndEverythingIsUnlocked) {
    RotatingTree tree;
    tree.ask();
    tree.deliver(kP, kG);
    tree.deliver(kG, kP);
    tree.give(kX, RotateInvoked{kB});  // x is p of another one before LockX arrives
    tree.settle();

    EXPECT_FALSE(tree.rotated());
    EXPECT_EQ(tree.state(kP).counters.rotations_refused, 1u);
    for (const ProcessId id : {kG, kP, kX, kB}) EXPECT_FALSE(tree.state(id).is_busy());
    EXPECT_TRUE(tree.all_work("o"));
}

TEST(Rotation, BusyInnerChildRefusesAndEverythingIsUnlocked) {
    RotatingTree tree;
    tree.join(25);                     // below b
    tree.give(kB, RotateInvoked{25});  // b is p of another one; x has not heard of it

    tree.ask();
    tree.deliver(kP, kG);
    tree.deliver(kG, kP);
    tree.deliver(kP, kX);
    tree.settle();

    EXPECT_FALSE(tree.rotated());
    for (const ProcessId id : {kG, kP, kX, kB}) EXPECT_FALSE(tree.state(id).is_busy());
    EXPECT_TRUE(tree.all_work("o"));
}

// Protocol rules, section 5: what was refused may come again before what is younger.
class RefusedWishes : public ::testing::Test {
 protected:
    RefusedWishes() {
        tree.join(90);  // g's other child
        tree.join(95);
        tree.stall(90, 95);
        tree.give(90, RotateInvoked{95});
        tree.settle();  // now g is locked
        tree.rotate();
        EXPECT_FALSE(tree.rotated());
        tree.flow(90, 95);
        tree.settle();
    }

    RotatingTree tree;
};

TEST_F(RefusedWishes, OlderOneIsTakenAtOnce) {
    tree.rotate();

    EXPECT_TRUE(tree.rotated());
}

TEST_F(RefusedWishes, YoungerOneWaitsForAHeartbeat) {
    tree.give(95, RotateInvoked{90});
    tree.settle();
    EXPECT_EQ(tree.state(90).parent_id(), 95u);

    tree.pass(tree.options().heartbeat);
    tree.give(95, RotateInvoked{90});
    tree.settle();

    EXPECT_EQ(tree.state(90).parent_id(), kG);
}

// A leaver with children sinks until it has none (decision 3).
TEST(Rotation, InnerProcessLeavesByRotatingDown) {
    RotatingTree tree;
    ASSERT_TRUE(tree.all_work("o"));

    tree.give(kP, LeaveInvoked{});
    tree.pass(Micros{10'000'000});

    EXPECT_EQ(tree.at(kP).phase(), Phase::left);
    EXPECT_GE(tree.state(kP).counters.rotations, 1u);
    for (const ProcessId id : {kG, kX, kA, kB, kC}) {
        EXPECT_EQ(tree.state(id).counters.disconnections, 0u);
    }
    EXPECT_TRUE(tree.all_work("o"));
}

TEST(Rotation, RootLeavesByRotatingDown) {
    RotatingTree tree;
    tree.update(kG, {"o"});
    tree.settle();

    tree.give(kG, LeaveInvoked{});
    tree.pass(Micros{10'000'000});

    EXPECT_EQ(tree.at(kG).phase(), Phase::left);
    EXPECT_EQ(tree.state(kServer).children.size(), 1u);
    EXPECT_TRUE(tree.all_work("o"));
}

}  // namespace
}  // namespace tributary::netlayer::testing
