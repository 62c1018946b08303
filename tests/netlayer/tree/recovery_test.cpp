// Losing neighbours: self-service §6.1, Figures 5 and 6; C2, C3, C21.
#include <gtest/gtest.h>

#include "netlayer/tree/leases.hpp"
#include "tests/netlayer/tree_fixture.hpp"

namespace tributary::netlayer::testing {
namespace {

using Ids = std::vector<OperationId>;

// Figure 5: requests blocked at a lost process go on with what its parent last saw.
TEST(Recovery, ParentReconstitutesTheObjectForThoseWhoWait) {
    Tree tree(2);
    for (ProcessId id = 1; id <= 3; ++id) tree.join(id);  // 3 is below 1
    const OperationId durable = tree.update(2, {"o"});
    tree.settle();
    tree.hold_programs();
    tree.update(3, {"o"});  // gets the object and is lost with it
    tree.settle();
    const OperationId waiting = tree.update(2, {"o"});
    tree.settle();

    tree.cut(1, 3);
    tree.pass(tree.options().silence + tree.options().heartbeat);
    tree.finish(waiting);

    EXPECT_TRUE(tree.applied(2, waiting));
    EXPECT_EQ(tree.values(2, "o"), (Ids{durable, waiting}));
    EXPECT_EQ(tree.state(1).counters.reconstituted, 1u);
}

TEST(Recovery, ObjectElsewhereIsNotReconstituted) {
    Tree tree(2);
    tree.join(1);
    tree.join(2);
    tree.update(1, {"o"});
    tree.settle();
    tree.update(2, {"o"});
    tree.settle();

    tree.cut(0, 1);
    tree.pass(tree.options().silence + tree.options().heartbeat);

    EXPECT_TRUE(tree.owns(2, "o"));
    EXPECT_FALSE(tree.owns(0, "o"));
    EXPECT_EQ(tree.state(0).counters.reconstituted, 0u);
}

TEST(Recovery, WholeSubtreeLearnsOfTheDisconnection) {
    Tree tree(1);
    for (ProcessId id = 1; id <= 4; ++id) tree.join(id);
    const OperationId pending = tree.update(4, {"o"});

    tree.cut(0, 1);
    tree.link_down(1, 0);
    tree.settle();

    for (ProcessId id = 1; id <= 4; ++id) {
        EXPECT_EQ(tree.at(id).phase(), Phase::idle) << "process " << id;
        EXPECT_EQ(tree.notices<LostConnection>(id).size(), 1u);
    }
    ASSERT_EQ(tree.notices<Aborted>(4).size(), 1u);
    EXPECT_EQ(tree.notices<Aborted>(4)[0].operation, pending);
}

// C3: processes below may hold a lease until T_parent after the last ping.
TEST(Recovery, C3ChildIsGivenUpOnlyWhenItsLeaseMustHaveEnded) {
    Tree tree(2);
    tree.join(1);
    tree.update(1, {"o"});
    tree.settle();
    const Micros last_ping = tree.state(0).children.at(1).last_ping;

    tree.cut(0, 1);
    tree.link_down(0, 1);
    const bool fenced = tree.state(0).children.at(1).fenced;
    const bool early = tree.owns(0, "o");
    tree.pass_silently(tree.options().silence - tree.options().heartbeat);
    const bool still_early = tree.owns(0, "o");
    tree.pass_silently(tree.options().heartbeat * 3);

    EXPECT_TRUE(fenced);
    EXPECT_FALSE(early);
    EXPECT_FALSE(still_early);
    EXPECT_TRUE(tree.owns(0, "o"));
    EXPECT_GE(tree.now() - last_ping, tree.options().silence);
}

// C3 (ii): through two hops the lease ends with the server's, counted from the ping.
TEST(Leases, C3LeaseThroughTwoHopsIsBoundedByTheParentsRemainder) {
    Tree tree(1);
    tree.join(1);
    tree.join(2);
    tree.pass(tree.options().heartbeat * 4);
    const Micros middle = tree.state(1).lease_until;
    const Micros bottom = tree.state(2).lease_until;
    tree.cut(0, 1);  // 2 still hears 1

    tree.pass(tree.options().heartbeat * 2);

    EXPECT_LE(bottom, middle);
    EXPECT_EQ(tree.state(1).lease_until, middle);
    EXPECT_LE(tree.state(2).lease_until, middle) << "1 cannot give more than it has";
}

TEST(Leases, C3PlantedFaultParentGivesMoreThanItHas) {
    Mutations mutations;
    mutations.lease_from_parent_alone = true;
    Tree tree(1, mutations);
    tree.join(1);
    tree.join(2);
    tree.pass(tree.options().heartbeat * 4);
    const Micros middle = tree.state(1).lease_until;
    tree.cut(0, 1);

    tree.pass(tree.options().heartbeat * 2);

    EXPECT_GT(tree.state(2).lease_until, middle);
}

TEST(Leases, ServerAlwaysHoldsOneAndANewClientNone) {
    Tree tree(2);
    tree.ask_to_join(1);
    tree.deliver(1, 0);
    tree.deliver(0, 1);

    EXPECT_TRUE(tree.at(0).status().has_lease);
    EXPECT_FALSE(tree.at(1).status().has_lease) << "no pong has come yet";
    tree.settle();
    EXPECT_TRUE(tree.at(1).status().has_lease);
}

TEST(Leases, ChildThatHearsNothingDisconnectsBeforeItsParentGivesItUp) {
    Tree tree(2);
    tree.join(1);
    tree.cut(0, 1);

    tree.pass_silently(tree.options().lease + tree.options().heartbeat);

    EXPECT_EQ(tree.at(1).phase(), Phase::idle);
    EXPECT_TRUE(tree.state(0).children.contains(1));
}

// C2: after the child was given up, its last message arrives and carries the object.
std::size_t owners_after_late_migrate(Mutations mutations) {
    Tree tree(3, mutations);
    for (ProcessId id = 1; id <= 3; ++id) tree.join(id);
    tree.update(1, {"o"});
    tree.settle();
    const Epoch epoch = tree.state(1).parent->epoch;
    const Object lost = *tree.at(1).copy("o");
    const Sequence next = tree.state(0).links.all().at(1).received + 1;
    tree.cut(0, 1);
    tree.pass(tree.options().silence + tree.options().heartbeat);
    EXPECT_TRUE(tree.owns(0, "o"));
    tree.hold_programs();
    tree.update(2, {"o"});
    tree.settle();
    tree.update(3, {"o"});
    tree.settle();  // the queue of the server is now [2, 3]

    tree.give(0, MessageReceived{1, epoch, next, 0, Migrate{lost, {}, {}}});
    tree.settle();

    return static_cast<std::size_t>(tree.owns(0, "o")) + (tree.owns(2, "o") ? 1U : 0U) +
           (tree.owns(3, "o") ? 1U : 0U);
}

TEST(Fencing, C2LateMigrateOfADeadEdgeIsDropped) {
    EXPECT_EQ(owners_after_late_migrate({}), 1u);
}

TEST(Fencing, C2PlantedFaultMakesASecondOwner) {
    Mutations mutations;
    mutations.no_fence = true;

    EXPECT_EQ(owners_after_late_migrate(mutations), 2u);
}

// C2, second half: a message of an epoch never heard of is kept, not processed.
TEST(Fencing, C2MessageBeforeTheAnnouncementOfItsEpochIsKept) {
    Tree tree(2);
    tree.ask_to_join(1);
    tree.deliver(1, 0);
    const Epoch epoch = tree.state(0).children.at(1).epoch;
    tree.give(1, MessageReceived{0, epoch, 1, 0, JoinForward{Card{8, 3, "", "", "p8"}}});
    const bool processed_early = !tree.state(1).children.empty();

    tree.deliver(0, 1);  // the announcement

    EXPECT_FALSE(processed_early);
    EXPECT_TRUE(tree.state(1).children.contains(8));
}

}  // namespace
}  // namespace tributary::netlayer::testing
