// An inner process leaves and a child takes its place: self-service §6.2, Figures 7 and 8; C9 to
// C12, C14, C20. When a process may leave: promotion_begin_test.cpp; what is lost on the way:
// promotion_loss_test.cpp.
// Tree(1) is the chain 0-1-2-3; Tree(2) with five processes is 0-{1, 2}, 1-{3, 5}, 2-{4}.
#include <gtest/gtest.h>

#include "tests/netlayer/tree_fixture.hpp"

namespace tributary::netlayer::testing {
namespace {

using Ids = std::vector<OperationId>;

TEST(Promotion, AChildTakesThePlaceOfItsParent) {
    Tree tree(2);
    tree.join_all(5);

    tree.give(1, LeaveInvoked{});
    tree.settle();

    EXPECT_EQ(tree.at(1).phase(), Phase::left);
    EXPECT_EQ(tree.notices<Left>(1).size(), 1u);
    EXPECT_TRUE(tree.state(0).children.contains(3));
    EXPECT_FALSE(tree.state(0).children.contains(1));
    EXPECT_EQ(tree.state(3).parent_id(), 0u);
    EXPECT_EQ(tree.state(5).parent_id(), 3u);
    EXPECT_EQ(tree.state(5).parent->card, tree.state(3).self);
    EXPECT_EQ(tree.state(3).parent->epoch, tree.state(0).children.at(3).epoch);
    EXPECT_EQ(tree.state(5).parent->epoch, tree.state(3).children.at(5).epoch);
    EXPECT_EQ(tree.state(3).counters.promotions, 1u);
}

TEST(Promotion, EveryUpdateIsThereAndEverybodyWorksOn) {
    Tree tree(2);
    tree.join_all(5);
    Ids updates;
    for (const ProcessId id : {1, 5, 3, 2}) {
        updates.push_back(tree.update(id, {"o"}));
        tree.settle();
    }

    tree.give(1, LeaveInvoked{});
    tree.settle();
    for (const ProcessId id : {3, 4, 5}) {
        updates.push_back(tree.update(id, {"o"}));
        tree.settle();
    }
    const OperationId read = tree.read(4, "o");
    tree.settle();

    EXPECT_EQ(tree.result(4, read), updates);
}

// Figure 8, lines 2-3 and 13: newer copies and the dependencies go with the place.
TEST(Promotion, SuccessorInheritsNewerCopiesAndDependencies) {
    Tree tree(1);
    tree.join_all(2);
    tree.update(2, {"a", "b"});
    tree.settle();
    const OperationId at_leaver = tree.update(1, {"a", "b"}, {"a"});
    tree.settle();
    ASSERT_LT(tree.version(2, "a"), tree.version(1, "a"));

    tree.give(1, LeaveInvoked{});
    tree.settle();

    EXPECT_EQ(tree.values(2, "a").back(), at_leaver);
    EXPECT_EQ(tree.version(2, "b"), 1u);
}

// C9: the object lies idle at the leaver; somebody has to hand it on.
bool idle_object_is_handed_on(Mutations mutations) {
    Tree tree(2, mutations);
    tree.join_all(5);
    tree.update(1, {"o"});
    tree.settle();
    EXPECT_TRUE(tree.owns(1, "o"));
    tree.give(1, LeaveInvoked{});
    tree.settle();
    EXPECT_TRUE(tree.owns(3, "o"));
    const OperationId update = tree.update(4, {"o"});
    tree.settle();
    return tree.applied(4, update);
}

TEST(Promotion, C9ObjectIdleAtTheLeaverIsHandedOnByItsSuccessor) {
    EXPECT_TRUE(idle_object_is_handed_on({}));
}

TEST(Promotion, C9PlantedFaultHangsTheRequester) {
    Mutations mutations;
    mutations.promote_without_signal = true;

    EXPECT_FALSE(idle_object_is_handed_on(mutations));
}

// C10: a request from below comes to the successor while it is frozen.
bool request_at_the_frozen_successor_is_served(Mutations mutations) {
    Tree tree(1, mutations);
    tree.join_all(3);
    tree.give(1, LeaveInvoked{});
    tree.deliver(1, 2);  // the hold
    const OperationId update = tree.update(3, {"o"});
    tree.deliver(3, 2);
    EXPECT_EQ(tree.in_flight(2, 1), 1u) << "HoldOk is the last message for the leaver";
    tree.settle();
    EXPECT_EQ(tree.at(1).phase(), Phase::left);
    return tree.applied(3, update);
}

TEST(Promotion, C10FrozenSuccessorKeepsRequestsUntilItIsPromoted) {
    EXPECT_TRUE(request_at_the_frozen_successor_is_served({}));
}

TEST(Promotion, C10PlantedFaultRoutesTheRequestToTheWrongTail) {
    Mutations mutations;
    mutations.successor_not_frozen = true;

    EXPECT_FALSE(request_at_the_frozen_successor_is_served(mutations));
}

// C10, second half: draining the leaver makes the successor copy up. The answer to the server's
// read is in the successor's hands when its parent goes.
TEST(Promotion, C10CopyUpsHeldByTheSuccessorGoWhereTheLeaverWouldHaveSentThem) {
    Tree tree(1);
    tree.join_all(2);
    const OperationId update = tree.update(2, {"o"});
    tree.settle();
    const OperationId read = tree.read(0, "o");  // a request for 2 is under way to 1
    tree.give(1, LeaveInvoked{});
    tree.exchange(1, 2);
    tree.deliver(0, 1);  // the request, which 1 passes down
    tree.deliver(1, 2);  // 2 answers: a climb, for 1
    ASSERT_EQ(tree.state(2).holding->held.size(), 1u);

    tree.settle();

    EXPECT_EQ(tree.at(1).phase(), Phase::left);
    EXPECT_EQ(tree.result(0, read), Ids{update});
    EXPECT_EQ(tree.state(0).counters.reads_retried, 0u);
}

// C11: the leaver's last messages to 5 are overtaken by the first of its successor, 3.
bool last_messages_of_the_leaver_arrive(Mutations mutations) {
    Tree tree(2, mutations);
    tree.join_all(5);
    const OperationId first = tree.update(5, {"o"});
    tree.deliver(5, 1);
    tree.deliver(1, 0);  // the server hands the object on
    tree.give(1, LeaveInvoked{});
    tree.exchange(1, 5);
    tree.exchange(1, 3);
    tree.deliver(0, 1);   // the object, which 1 passes on to 5
    tree.exchange(1, 0);  // the last to agree: 1 departs
    EXPECT_EQ(tree.at(1).phase(), Phase::left);
    while (tree.deliver(1, 3)) {
    }
    EXPECT_EQ(tree.state(3).parent_id(), 0u);
    const OperationId second = tree.update(3, {"o"});
    while (tree.deliver(3, 5)) {
    }
    EXPECT_EQ(tree.state(5).parent_id() == 1, !mutations.switch_on_first_word);
    tree.settle();
    return tree.applied(5, first) && tree.applied(3, second);
}

TEST(Promotion, C11NeighboursSwitchOnTheLeaversLastWordOnly) {
    EXPECT_TRUE(last_messages_of_the_leaver_arrive({}));
}

TEST(Promotion, C11PlantedFaultLosesTheLeaversLastMessages) {
    Mutations mutations;
    mutations.switch_on_first_word = true;

    EXPECT_FALSE(last_messages_of_the_leaver_arrive(mutations));
}

// C12: until the last neighbour agreed, the leaver is there and forwards.
TEST(Promotion, C12LeaverForwardsUntilEveryNeighbourHolds) {
    Tree tree(2);
    tree.join_all(5);
    const OperationId update = tree.update(5, {"o"});
    tree.give(1, LeaveInvoked{});
    tree.exchange(1, 0);
    tree.exchange(1, 3);

    tree.deliver(5, 1);  // a request, sent before 5 heard of the leave
    const Phase before = tree.at(1).phase();
    const std::size_t forwarded = tree.in_flight(1, 0);
    tree.settle();

    EXPECT_EQ(before, Phase::leaving);
    EXPECT_EQ(forwarded, 1u);
    EXPECT_EQ(tree.at(1).phase(), Phase::left);
    EXPECT_TRUE(tree.applied(5, update));
}

// C12: what is for the leaver after the agreement is held, and goes to whoever is in its place.
TEST(Promotion, C12MessagesForTheLeaverAreHeldForItsSuccessor) {
    Tree tree(2);
    tree.join_all(5);
    tree.update(5, {"o"});
    tree.settle();
    tree.give(1, LeaveInvoked{});
    tree.deliver(1, 0);
    const OperationId update = tree.update(2, {"o"});
    tree.deliver(2, 0);  // the last requester is below 1
    ASSERT_EQ(tree.state(0).holding->held.size(), 1u);
    EXPECT_EQ(tree.in_flight(0, 1), 1u) << "HoldOk only";

    tree.settle();

    EXPECT_TRUE(tree.applied(2, update));
    EXPECT_FALSE(tree.state(0).holding);
}

// C12: any refusal ends the attempt; what was held goes to the leaver after all, which tries again
// after a back-off.
TEST(Promotion, C12RefusalEndsTheAttemptNotTheLeave) {
    Tree tree(2);
    tree.join_all(5);
    tree.update(5, {"o"});
    tree.settle();
    tree.give(1, LeaveInvoked{});
    tree.deliver(1, 0);
    const Epoch announced = tree.state(0).holding->announced.at(3);
    const OperationId update = tree.update(2, {"o"});
    tree.deliver(2, 0);
    ASSERT_EQ(tree.state(0).holding->held.size(), 1u);

    const Link& link = tree.state(1).links.all().at(5);
    tree.give(1, MessageReceived{5, link.epoch, link.received + 1, 0, HoldNo{1}});
    const bool gave_up = !tree.state(1).attempt;
    const Micros next_attempt = tree.state(1).next_attempt;
    tree.settle();

    EXPECT_TRUE(gave_up);
    EXPECT_GT(next_attempt, tree.now());
    EXPECT_FALSE(tree.state(0).holding);
    EXPECT_FALSE(tree.state(3).holding);
    EXPECT_TRUE(tree.state(0).links.is_dead(3, announced)) << "it was announced in vain";
    EXPECT_TRUE(tree.applied(2, update));
    tree.pass(tree.options().heartbeat * 10);
    EXPECT_EQ(tree.at(1).phase(), Phase::left);
}

// C14: the drain brings the frozen successor an object for a program of its own.
bool program_at_the_frozen_successor_gets_all_objects(Mutations mutations) {
    Tree tree(1, mutations);
    tree.join_all(2);
    const OperationId update = tree.update(2, {"a", "b"});
    tree.deliver(2, 1);
    tree.deliver(1, 0);  // the server hands a on
    tree.give(1, LeaveInvoked{});
    tree.deliver(1, 2);  // the hold: 2 is frozen
    tree.deliver(0, 1);
    tree.deliver(1, 2);  // a
    EXPECT_TRUE(tree.owns(2, "a"));
    EXPECT_EQ(tree.state(2).holding->held.empty(), !mutations.frozen_local_steps);
    tree.settle();
    return tree.applied(2, update);
}

TEST(Promotion, C14FrozenProcessTakesNoLocalStep) {
    EXPECT_TRUE(program_at_the_frozen_successor_gets_all_objects({}));
}

TEST(Promotion, C14PlantedFaultAsksOnAnEdgeThatIsClosedAlready) {
    Mutations mutations;
    mutations.frozen_local_steps = true;

    EXPECT_FALSE(program_at_the_frozen_successor_gets_all_objects(mutations));
}

TEST(Promotion, C14ProgramThatEndsMeanwhileHandsItsObjectsOnAfterwards) {
    Tree tree(1);
    tree.join_all(3);
    tree.hold_programs();
    const OperationId program = tree.update(2, {"o"});
    tree.settle();
    const OperationId waiting = tree.update(3, {"o"});
    tree.settle();
    tree.give(1, LeaveInvoked{});
    tree.deliver(1, 2);

    tree.finish(program);
    const bool at_once = tree.applied(2, program);
    tree.settle();
    tree.finish(waiting);

    EXPECT_FALSE(at_once);
    EXPECT_TRUE(tree.applied(2, program));
    EXPECT_EQ(tree.values(3, "o"), (Ids{program, waiting}));
}

// C20: queues that cannot belong together are not merged; only the edge is given up.
TEST(Promotion, C20QueuesThatDoNotFitAreNotMerged) {
    Tree tree(1);
    tree.join_all(3);
    tree.update(2, {"o"});
    tree.settle();
    tree.give(1, LeaveInvoked{});
    tree.deliver(1, 2);
    const Epoch epoch = tree.state(2).parent->epoch;
    const std::uint64_t attempt = tree.state(2).holding->attempt;
    const Sequence next = tree.state(2).links.all().at(1).received + 1;

    // The object is at 2; the leaver says that it is above.
    tree.give(2, MessageReceived{1, epoch, next, 0, PromotePart{attempt, {}, {}, {{"o", {0}}}}});
    tree.give(
        2, MessageReceived{1, epoch, next + 1, 0, Promote{attempt, {tree.state(0).self, 77}, {}}});

    EXPECT_EQ(tree.state(2).counters.merges_refused, 1u);
    EXPECT_EQ(tree.state(2).counters.promotions, 0u);
    EXPECT_EQ(tree.notices<LostConnection>(2).size(), 1u);
}

TEST(Promotion, StateThatIsTooLargeForOneMessageComesInParts) {
    Tree tree(1);
    tree.limit_parts(200);
    tree.join_all(2);
    for (int i = 0; i < 10; ++i) tree.update(1, {"o" + std::to_string(i)});
    tree.settle();

    tree.give(1, LeaveInvoked{});
    tree.exchange(1, 0);  // the force of a leave
    tree.exchange(1, 2);
    tree.exchange(1, 0);
    const std::size_t messages = tree.in_flight(1, 2);
    tree.settle();

    EXPECT_GT(messages, 4u);
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(tree.owns(2, "o" + std::to_string(i)));
}

}  // namespace
}  // namespace tributary::netlayer::testing
