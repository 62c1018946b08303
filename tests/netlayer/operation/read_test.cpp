// Strict and local reads: self-service §5.2; C3, C5, C8, C15; decision 4.
#include <gtest/gtest.h>

#include "tests/netlayer/tree_fixture.hpp"

namespace tributary::netlayer::testing {
namespace {

using Ids = std::vector<OperationId>;

TEST(Read, StrictReadSeesTheLatestUpdateOfAnotherProcess) {
    Tree tree(2);
    for (ProcessId id = 1; id <= 6; ++id) tree.join(id);
    const OperationId first = tree.update(3, {"o"});
    tree.settle();
    const OperationId second = tree.update(4, {"o"});
    tree.settle();

    const OperationId read = tree.read(5, "o");
    tree.settle();

    EXPECT_EQ(tree.result(5, read), (Ids{first, second}));
}

TEST(Read, LocalReadReturnsTheCopyAtHandWithoutMessages) {
    Tree tree(2);
    tree.join(1);
    tree.join(2);
    const OperationId first = tree.update(1, {"o"});
    tree.settle();
    tree.update(2, {"o"});
    tree.settle();

    const OperationId read = tree.read(1, "o", false);

    EXPECT_EQ(tree.result(1, read), Ids{first}) << "serializable, not the latest";
}

// C8: objs[id] is undefined at a fresh client.
TEST(Read, C8LocalReadWithoutACopyBecomesAStrictOne) {
    Tree tree(2);
    tree.join(1);
    tree.join(2);
    const OperationId update = tree.update(1, {"o"});
    tree.settle();

    const OperationId first = tree.read(2, "o", false);
    EXPECT_EQ(tree.result(2, first), Ids{0}) << "not yet answered";
    tree.settle();
    const OperationId second = tree.read(2, "o", false);

    EXPECT_EQ(tree.result(2, first), Ids{update});
    EXPECT_EQ(tree.result(2, second), Ids{update}) << "the answer was kept";
}

// §5.2.2: the request meets the object on an edge; whoever sent it on answers with its copy.
TEST(Read, RequestThatCrossesTheMigratingObjectIsAnswered) {
    Tree tree(1);
    tree.join(1);
    tree.join(2);
    const OperationId update = tree.update(0, {"o"});
    tree.settle();
    tree.update(2, {"o"}, {});
    tree.deliver(2, 1);  // the retrieve
    tree.deliver(1, 0);  // the server hands the object on: it is between 0 and 1

    const OperationId read = tree.read(1, "o");
    tree.deliver(1, 0);  // arrives at the server, whose head now points to 1
    tree.deliver(0, 1);
    tree.deliver(0, 1);

    EXPECT_EQ(tree.result(1, read), Ids{update});
}

// C5: the answer climbs to an ancestor of the reader, whose copy then outlives the owner.
std::vector<OperationId> value_after_owner_is_lost(Mutations mutations) {
    Tree tree(2, mutations);
    tree.join(1);
    tree.join(2);
    tree.update(1, {"o"});
    tree.settle();
    const OperationId read = tree.read(2, "o");
    tree.settle();
    EXPECT_EQ(tree.result(2, read), Ids{1});
    tree.cut(0, 1);
    tree.pass(tree.options().silence * 2);
    const OperationId again = tree.read(2, "o");
    tree.settle();
    return tree.result(2, again);
}

TEST(Read, C5ValueThatWasReadOutlivesItsOwner) {
    EXPECT_EQ(value_after_owner_is_lost({}), Ids{1});
}

TEST(Read, C5PlantedFaultForgetsAValueThatWasRead) {
    Mutations mutations;
    mutations.reply_without_climb = true;

    // The strict reader holds a newer value than the server from which it now reads.
    EXPECT_EQ(value_after_owner_is_lost(mutations), Ids{});
}

// C15: no table on the way; the reader repeats.
TEST(Read, C15LostReadIsRepeatedWithTheSameNumber) {
    Tree tree(2);
    tree.join(1);
    tree.join(2);
    const OperationId update = tree.update(1, {"o"});
    tree.settle();
    const OperationId read = tree.read(2, "o");
    tree.deliver(2, 0);  // now on its way to 1
    tree.cut(0, 1);
    tree.link_down(0, 1);

    tree.pass(tree.options().silence + tree.options().retry_read * 2);

    EXPECT_EQ(tree.result(2, read), Ids{}) << "update " << update << " was lost with its process";
    EXPECT_GE(tree.state(2).counters.reads_retried, 1u);
    EXPECT_EQ(tree.notices<ReadCompleted>(2).size(), 1u);
}

// Decision 4: answers name the reader's incarnation.
TEST(Read, AnswerForAnEarlierLifeIsDropped) {
    Tree tree(2);
    tree.join(1);
    const Epoch epoch = tree.state(1).parent->epoch;
    const OperationId read = tree.read(1, "o");
    const RequestId earlier{1, tree.state(1).self.incarnation - 1, 1};

    tree.give(1, MessageReceived{0, epoch, 1, 0, ReadReturn{earlier, Object{"o", 9, nullptr}, {}}});

    EXPECT_EQ(tree.result(1, read), Ids{0});
    EXPECT_EQ(tree.version(1, "o"), 0u);
}

// C3 (ii): a process below a lost edge owns the object and still believes itself connected.
bool answered_after_the_lease_ended(Mutations mutations) {
    Tree tree(2, mutations);
    tree.join(1);
    tree.update(1, {"o"});
    tree.settle();
    tree.cut(0, 1);
    // Its timers are late, so that it has not noticed; only the lease stops it.
    Process& lost = tree.at(1);
    const Micros late = tree.now() + tree.options().lease * 2;
    const auto effects = lost.step({late, ReadInvoked{77, "o", true}});
    for (const Effect& effect : effects) {
        if (const auto* notify = std::get_if<Notify>(&effect)) {
            return std::holds_alternative<ReadCompleted>(notify->notice);
        }
    }
    return false;
}

TEST(Read, C3OwnerWithoutALeaseDoesNotAnswerItself) {
    EXPECT_FALSE(answered_after_the_lease_ended({}));
}

TEST(Read, C3PlantedFaultAnswersWithoutALease) {
    Mutations mutations;
    mutations.no_lease = true;

    EXPECT_TRUE(answered_after_the_lease_ended(mutations));
}

TEST(Read, C3AnswerClimbsOnPastAnAncestorWithoutALease) {
    Tree tree(2);
    for (ProcessId id = 1; id <= 5; ++id) tree.join(id);  // 1 - {3, 5}
    const OperationId update = tree.update(3, {"o"});
    tree.settle();
    // Nobody has pinged for so long that 1 lost its lease, though nobody has noticed anything else.
    const OperationId read = tree.read(5, "o");
    Process& above = tree.at(1);
    tree.deliver(5, 1);
    tree.deliver(1, 3);
    const auto late = tree.now() + tree.options().lease * 2;
    const Epoch epoch = tree.state(3).parent->epoch;
    const Sequence next = tree.state(1).links.all().at(3).received + 1;
    const RequestId id{5, tree.state(5).self.incarnation, 1};
    const ReadClimb climb{id, *tree.at(3).copy("o"), {}, {}, {5}};
    const auto effects = above.step({late, MessageReceived{3, epoch, next, 0, climb}});

    ASSERT_EQ(effects.size(), 1u) << "update " << update << ", read " << read;
    const auto& send = std::get<Send>(effects[0]);
    EXPECT_EQ(send.to, 0u);
    EXPECT_EQ(std::get<ReadClimb>(send.message).path, (Path{5, 1}));
    EXPECT_EQ(tree.state(1).counters.reads_above_ancestor, 1u);
}

TEST(Read, PathIsBounded) {
    Tree tree(1);
    tree.join(1);
    tree.join(2);
    const Epoch epoch = tree.state(2).parent->epoch;
    const ReadRequest request{{9, 9, 9}, "o", Path(tree.options().max_hops, 2)};

    tree.give(1, MessageReceived{2, epoch, 1, 0, request});

    EXPECT_EQ(tree.state(1).counters.bound_hops, 1u);
    EXPECT_EQ(tree.in_flight(1, 0), 0u);
}

/// A tree of degree 2 whose strict reads may take so many hops: 1 and 2 below the server, 3 and 5
/// below 1, 4 and 6 below 2.
Tree tree_of_short_reads(std::uint64_t hops) {
    ProcessOptions options;
    options.degree = 2;
    options.grace = Micros{0};
    options.read_hops_per_doubling = 0;
    options.read_hops = hops;
    Tree tree(options);
    tree.join_all(6);
    return tree;
}

// Protocol rules, section 6: hops of a read, then ask the server.
TEST(Read, OneThatTakesTooManyHopsIsAnsweredThroughTheServer) {
    Tree tree = tree_of_short_reads(1);
    const OperationId update = tree.update(2, {"o"});
    tree.settle();

    const OperationId read = tree.read(3, "o");
    tree.settle();

    ASSERT_EQ(tree.state(1).children.count(3), 1u);
    EXPECT_EQ(tree.result(3, read), std::vector<OperationId>{update});
    EXPECT_EQ(tree.state(1).counters.bound_read_hops, 1u);
}

TEST(Read, OneThatTakesTooManyHopsFromTheServerIsDroppedCountedAndRepeated) {
    Tree tree = tree_of_short_reads(1);
    const ProcessId owner = tree.state(2).children.begin()->first;
    tree.update(owner, {"o"});
    tree.settle();

    const OperationId read = tree.read(3, "o");
    tree.settle();
    const std::uint64_t dropped = tree.state(2).counters.bound_hops;
    tree.pass(tree.options().retry_read + 2 * tree.options().heartbeat);

    EXPECT_EQ(tree.result(3, read), std::vector<OperationId>{0});
    EXPECT_EQ(dropped, 1u);
    EXPECT_GE(tree.state(3).counters.reads_retried, 1u);
}

// A read that is on its way to the server may come from below the owner: what the head says of a
// sender that follows its own head does not hold then.
TEST(Read, OnItsWayToTheServerItIsNotAnsweredFromAnOldCopy) {
    Tree tree = tree_of_short_reads(9);
    const OperationId first = tree.update(0, {"o"});
    tree.settle();
    const OperationId second = tree.update(1, {"o"});
    tree.settle();
    const Link& link = tree.state(kServer).links.all().at(1);
    const RequestId id{3, tree.state(3).self.incarnation, 77};

    // The server has a copy of the first version, and its head points to the sender, 1.
    tree.give(kServer, MessageReceived{1, link.epoch, link.received + 1, link.sent,
                                       ReadRequest{id, "o", {3, 1}, 5, Search::server}});

    EXPECT_NE(first, second);
    EXPECT_EQ(tree.in_flight(kServer, 1), 1u);  // asked for, not answered
    EXPECT_EQ(tree.state(kServer).counters.reads_answered, 0u);
}

}  // namespace
}  // namespace tributary::netlayer::testing
