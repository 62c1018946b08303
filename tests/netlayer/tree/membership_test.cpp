// Joins and leaves in the k-ary tree: self-service §6, §6.2; C4, C13, C16, C17.
#include <gtest/gtest.h>

#include "tests/netlayer/tree_fixture.hpp"

namespace tributary::netlayer::testing {
namespace {

using Ids = std::vector<OperationId>;

TEST(Join, TreeFillsLevelByLevelWithTheDegree) {
    Tree tree(3);

    for (ProcessId id = 1; id <= 12; ++id) tree.join(id);

    EXPECT_EQ(tree.state(0).children.size(), 3u);
    for (ProcessId id = 1; id <= 3; ++id) EXPECT_EQ(tree.state(id).children.size(), 3u);
    for (ProcessId id = 4; id <= 12; ++id) {
        EXPECT_TRUE(tree.state(id).is_connected());
        EXPECT_TRUE(tree.state(id).children.empty());
    }
}

// A killed member asks again while its first place is still kept for it, and so do others: none may
// be sent where nobody listens.
TEST(Join, JoinerIsPassedOnToAChildThatHasSpoken) {
    Tree tree(2);
    tree.ask_to_join(1);
    tree.deliver(1, 0);  // a place that will not be taken
    tree.ask_to_join(2);
    tree.exchange(2, 0);
    tree.deliver(2, 0);  // its first ping
    tree.ask_to_join(3);
    tree.deliver(3, 0);

    tree.deliver(0, 2);  // the pong
    tree.deliver(0, 2);

    EXPECT_TRUE(tree.state(2).children.contains(3));
}

TEST(Join, JoinerIsPassedOnToAChildWhoseLinkIsUp) {
    Tree tree(2, {}, Micros{1'000'000});
    tree.join(1);
    tree.join(2);
    tree.interrupt(0, 1);

    tree.ask_to_join(3);
    tree.settle();

    EXPECT_EQ(tree.state(3).parent_id(), 2u);
}

TEST(Join, BothEndsLearnEachOthersCard) {
    Tree tree(1);
    tree.join(1);
    tree.join(2);

    EXPECT_EQ(tree.state(2).parent->card, tree.state(1).self);
    EXPECT_EQ(tree.state(1).children.at(2).card, tree.state(2).self);
}

TEST(Join, RepeatedRequestIsGivenTheSamePlace) {
    Tree tree(2);
    tree.ask_to_join(1);
    tree.deliver(1, 0);
    tree.pass_silently(tree.options().retry_join * 2);  // the answer is late; it asks again
    const Epoch epoch = tree.state(0).children.at(1).epoch;

    tree.settle();

    EXPECT_EQ(tree.state(0).children.size(), 1u);
    EXPECT_EQ(tree.state(1).parent->epoch, epoch);
    EXPECT_EQ(tree.notices<Joined>(1).size(), 1u);
}

TEST(Join, PlaceThatIsNeverTakenIsGivenUp) {
    Tree tree(2);
    tree.ask_to_join(1);
    tree.deliver(1, 0);
    tree.cut(0, 1);

    tree.pass_silently(tree.options().silence + tree.options().heartbeat);

    EXPECT_TRUE(tree.state(0).children.empty());
}

// C22 and §6.1: a process that comes back waits until its earlier edge was given up.
TEST(Join, NewLifeFencesTheOldEdgeAndWaitsForIt) {
    Tree tree(2);
    tree.join(1);
    tree.join(2);
    tree.update(1, {"o"});
    tree.settle();
    tree.cut(0, 1);
    tree.pass_silently(tree.options().lease + tree.options().heartbeat);
    ASSERT_EQ(tree.at(1).phase(), Phase::idle);

    tree.ask_to_join(1);
    tree.settle();
    const bool at_once = tree.at(1).phase() == Phase::connected;
    const bool fenced = tree.state(0).children.at(1).fenced;
    tree.pass(tree.options().silence * 2);

    EXPECT_FALSE(at_once);
    EXPECT_TRUE(fenced);
    EXPECT_EQ(tree.at(1).phase(), Phase::connected);
    EXPECT_EQ(tree.at(1).copy("o"), nullptr) << "copies of the earlier life are gone (§3)";
}

// Decision 6: an owner below the old life still holds a lease, so that its object is not made anew
// before that has ended. Tree: 0 - {1, 2}, 1 - {3}.
bool object_has_two_owners(Mutations mutations) {
    Tree tree(2, mutations);
    tree.join_all(3);
    tree.update(3, {"o"});
    tree.settle();
    tree.pass(tree.options().heartbeat * 4);
    tree.cut(0, 1);
    Card next = tree.state(1).self;
    ++next.incarnation;
    tree.give(0, DirectReceived{1, JoinRequest{next}});

    const OperationId update = tree.update(2, {"o"});
    tree.settle();

    return tree.applied(2, update) && tree.owns(3, "o") && tree.state(3).lease_until > tree.now();
}

TEST(Join, C3NewLifeDoesNotReconstituteWhileALeaseBelowLasts) {
    EXPECT_FALSE(object_has_two_owners({}));
}

TEST(Join, C3PlantedFaultNewLifeMakesASecondOwner) {
    Mutations mutations;
    mutations.new_life_reconstitutes_at_once = true;

    EXPECT_TRUE(object_has_two_owners(mutations));
}

// C3: a restarted server waits as long as a lease from before may last.
TEST(Join, RestartedServerTakesNobodyBeforeOldLeasesEnd) {
    Process::Setup setup;
    setup.self.incarnation = 5;
    setup.restored = {Object{"o", 3, nullptr}};
    setup.recovered = true;
    Process server(std::move(setup));
    Card joiner;
    joiner.id = 1;
    joiner.incarnation = 9;
    const Micros start{7'000'000};
    const Micros wait = ProcessOptions{}.silence;

    static_cast<void>(server.step({start, Started{}}));
    const auto early = server.step({start + wait / 2, DirectReceived{1, JoinRequest{joiner}}});
    const auto late = server.step({start + wait, DirectReceived{1, JoinRequest{joiner}}});

    EXPECT_TRUE(early.empty());
    EXPECT_FALSE(late.empty());
    EXPECT_EQ(server.copy("o")->version, 3u);
}

TEST(Join, RequestInAnotherNameIsRefused) {
    Tree tree(2);
    Card joiner;
    joiner.id = 5;
    joiner.incarnation = 1;

    tree.give(0, DirectReceived{6, JoinRequest{joiner}});

    EXPECT_TRUE(tree.state(0).children.empty());
    EXPECT_EQ(tree.state(0).counters.joins_refused, 1u);
}

// C4: everything the leaver read or wrote is at the server before it goes.
TEST(Leave, C4LeafForcesWhatItWrote) {
    Tree tree(1);
    tree.join(1);
    tree.join(2);
    const OperationId update = tree.update(2, {"a", "b"});
    tree.settle();

    tree.give(2, LeaveInvoked{});
    tree.settle();

    EXPECT_EQ(tree.at(2).phase(), Phase::left);
    EXPECT_EQ(tree.notices<Left>(2).size(), 1u);
    EXPECT_EQ(tree.values(0, "a"), Ids{update});
    EXPECT_EQ(tree.values(0, "b"), Ids{update});
    EXPECT_TRUE(tree.owns(1, "a")) << "the parent took the leaver's place";
}

// C4: m writes, l reads it through w; l leaves; then w is lost. Tree: 0 - {1, 2}, 1 - {3, 5}.
std::vector<OperationId> at_server_after_reader_left(Mutations mutations) {
    Tree tree(2, mutations);
    for (ProcessId id = 1; id <= 5; ++id) tree.join(id);
    tree.update(3, {"o"});
    tree.settle();
    const OperationId read = tree.read(5, "o");
    tree.settle();
    EXPECT_EQ(tree.result(5, read), Ids{1});
    tree.give(5, LeaveInvoked{});
    tree.settle();
    EXPECT_EQ(tree.at(5).phase(), Phase::left);
    tree.cut(0, 1);
    tree.pass(tree.options().silence * 2);
    EXPECT_TRUE(tree.owns(0, "o"));
    return tree.values(0, "o");
}

TEST(Leave, C4LeafForcesWhatItRead) {
    EXPECT_EQ(at_server_after_reader_left({}), Ids{1});
}

TEST(Leave, C4PlantedFaultLosesWhatALeaverRead) {
    Mutations mutations;
    mutations.no_read_force = true;

    EXPECT_EQ(at_server_after_reader_left(mutations), Ids{});
}

// C4: as before, but the answer came down through a process that did not keep it.
std::vector<OperationId> at_server_after_distant_reader_left(Mutations mutations) {
    Tree tree(2, mutations);
    tree.join_all(7);
    const ProcessId parent = tree.state(7).parent_id();
    const ProcessId ancestor = tree.state(parent).parent_id();
    EXPECT_NE(ancestor, kServer);
    ProcessId writer = 0;
    for (const auto& [id, child] : tree.state(ancestor).children)
        writer = id != parent ? id : writer;
    tree.update(writer, {"o"});
    tree.settle();
    const OperationId read = tree.read(7, "o");
    tree.settle();
    EXPECT_EQ(tree.result(7, read), Ids{1});
    EXPECT_EQ(tree.at(parent).copy("o"), nullptr);
    tree.give(7, LeaveInvoked{});
    tree.pass(tree.options().retry_force * 2);
    EXPECT_EQ(tree.at(7).phase(), Phase::left);
    tree.cut(0, ancestor);
    tree.pass(tree.options().silence * 2);
    EXPECT_TRUE(tree.owns(0, "o"));
    return tree.values(0, "o");
}

TEST(Leave, C4LeafForcesWhatItReadFromAfar) {
    EXPECT_EQ(at_server_after_distant_reader_left({}), Ids{1});
}

// A force that only names what the leaver read, and nobody who checks that it is there.
TEST(Leave, C4PlantedFaultConfirmsWhatTheServerLacks) {
    Mutations mutations;
    mutations.force_names_only = true;

    EXPECT_EQ(at_server_after_distant_reader_left(mutations), Ids{});
}

TEST(Leave, C4PlantedFaultLosesWhatALeaverWrote) {
    Mutations mutations;
    mutations.no_force_at_leave = true;
    Tree tree(1, mutations);
    tree.join(1);
    tree.update(1, {"o"});
    tree.settle();

    tree.give(1, LeaveInvoked{});
    tree.settle();

    EXPECT_EQ(tree.at(1).phase(), Phase::left);
    EXPECT_EQ(tree.values(0, "o"), Ids{}) << "the update is gone though its process left properly";
}

// C13: a request is on its way to the leaf when it leaves.
bool requester_gets_the_object(Mutations mutations) {
    Tree tree(2, mutations);
    tree.join(1);
    tree.join(2);
    tree.update(1, {"o"});
    tree.settle();
    tree.give(1, LeaveInvoked{});
    tree.deliver(1, 0);  // the force; its confirmation is in flight
    const OperationId update = tree.update(2, {"o"});
    tree.deliver(2, 0);  // the server sends the retrieve on to 1
    tree.deliver(0, 1);  // the confirmation: 1 leaves before it sees the retrieve
    EXPECT_EQ(tree.at(1).phase(), Phase::left);
    tree.settle();
    return tree.applied(2, update);
}

TEST(Leave, C13RequestInFlightToALeavingLeafIsNotLost) {
    EXPECT_TRUE(requester_gets_the_object({}));
}

TEST(Leave, C13PlantedFaultHangsTheRequester) {
    Mutations mutations;
    mutations.leaf_without_queue_replacement = true;

    EXPECT_FALSE(requester_gets_the_object(mutations));
}

// C16: operations are finished before the process goes.
TEST(Leave, C16WaitsForItsPendingOperations) {
    Tree tree(2);
    tree.join(1);
    tree.hold_programs();
    const OperationId update = tree.update(1, {"o"});
    tree.settle();

    tree.give(1, LeaveInvoked{});
    tree.settle();
    const Phase before = tree.at(1).phase();
    tree.finish(update);
    tree.settle();

    EXPECT_EQ(before, Phase::leaving);
    EXPECT_EQ(tree.at(1).phase(), Phase::left);
    EXPECT_EQ(tree.values(0, "o"), Ids{update});
}

// C17: a process that leaves takes no child and starts nothing.
TEST(Leave, C17LeavingProcessTakesNoChildAndNoOperation) {
    Tree tree(1);
    tree.join(1);
    tree.hold_programs();
    const OperationId pending = tree.update(1, {"o"});
    tree.settle();
    tree.give(1, LeaveInvoked{});

    tree.ask_to_join(2);
    tree.settle();
    tree.update(1, {"o"});

    EXPECT_TRUE(tree.state(1).children.empty());
    EXPECT_EQ(tree.notices<Aborted>(1).size(), 1u);
    tree.finish(pending);
    tree.settle();
    tree.pass(tree.options().retry_join * 3);
    EXPECT_EQ(tree.state(2).parent_id(), 0u) << "the joiner asked again and found a place";
}

TEST(Leave, ServerIsRefusedWithAReason) {
    Tree tree(1);
    tree.join(1);

    tree.give(0, LeaveInvoked{});

    ASSERT_EQ(tree.notices<LeaveRefused>(0).size(), 1u);
    EXPECT_EQ(tree.notices<LeaveRefused>(0)[0].error.code, Errc::invalid_argument);
    EXPECT_EQ(tree.at(0).phase(), Phase::connected);
}

}  // namespace
}  // namespace tributary::netlayer::testing
