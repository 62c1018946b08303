// The other policies inside the core, and their change while processes run. Overlay design,
// decision 3; splaynet ch.2 Def. 6, ch.5 §1.
#include <gtest/gtest.h>

#include "base/random.hpp"
#include "tests/netlayer/splay/grown_tree.hpp"

namespace tributary::netlayer::testing {
namespace {

constexpr ProcessId kLast = 15;

std::vector<ProcessId> all() {
    std::vector<ProcessId> ids;
    for (ProcessId id = 1; id <= kLast; ++id) ids.push_back(id);
    return ids;
}

/// 8 is the root, 4 and 12 stand below it, and so on.
void join_balanced(Tree& tree) {
    for (const ProcessId id : {8, 4, 12, 2, 6, 10, 14, 1, 3, 5, 7, 9, 11, 13, 15}) {
        tree.join(static_cast<ProcessId>(id));
    }
    tree.pass(tree.options().heartbeat);
}

/// The object goes to and fro between two processes.
void exchange(Tree& tree, ProcessId one, ProcessId other, int times) {
    for (int i = 0; i < times; ++i) {
        tree.update(i % 2 == 0 ? one : other, {"o"});
        tree.settle();
        tree.pass(tree.options().heartbeat);
    }
    tree.pass(tree.options().heartbeat * 10);
}

class CorePolicy : public ::testing::TestWithParam<RotationPolicy> {};

TEST_P(CorePolicy, BringsAPairThatOftenExchangesTogether) {
    ProcessOptions options = searching(GetParam(), false);
    options.regret_floor = 2;
    options.rebuild_every = 2;
    Tree tree(options);
    join_balanced(tree);
    ASSERT_EQ(distance(tree, 1, 15), 6u);

    exchange(tree, 1, 15, 120);

    EXPECT_LE(distance(tree, 1, 15), 2u);
    EXPECT_GT(rotations(tree, all()), 0u);
    EXPECT_EQ(tree.values(tree.owns(1, "o") ? 1 : 15, "o").size(), 120u);
    for (const ProcessId id : all()) EXPECT_TRUE(tree.state(id).is_connected()) << id;
}

INSTANTIATE_TEST_SUITE_P(Policies, CorePolicy,
                         ::testing::Values(RotationPolicy::regret, RotationPolicy::splay,
                                           RotationPolicy::lazy, RotationPolicy::counting,
                                           RotationPolicy::gate, RotationPolicy::rebuild),
                         [](const auto& each) { return std::string(policy_name(each.param)); });

// splaynet Def. 6: both ends rise until one is the other's parent.
TEST(CorePolicies, OneHandOverUnderSplayMakesItsEndsNeighbours) {
    Tree tree(searching(RotationPolicy::splay, false));
    join_balanced(tree);
    tree.update(1, {"o"});
    tree.pass(tree.options().heartbeat * 20);

    tree.update(15, {"o"});
    tree.settle();
    tree.pass(tree.options().heartbeat * 40);

    EXPECT_EQ(distance(tree, 1, 15), 1u);
}

TEST(CorePolicies, LazySplayingStopsAfterItsFewRotations) {
    ProcessOptions options = searching(RotationPolicy::lazy, false);
    options.lazy_rotations = 1;
    Tree tree(options);
    join_balanced(tree);
    tree.update(1, {"o"});
    tree.pass(tree.options().heartbeat * 20);
    const std::uint64_t before = rotations(tree, all());

    tree.update(15, {"o"});
    tree.settle();
    tree.pass(tree.options().heartbeat * 40);

    EXPECT_LE(rotations(tree, all()), before + 2);
}

TEST(CorePolicies, TheGateKeepsStillWhereNoPairRepeats) {
    Tree tree(searching(RotationPolicy::gate, false));
    join_balanced(tree);
    Random random(11);

    for (int i = 0; i < 150; ++i) {
        tree.update(1 + random.below(kLast), {"o"});
        tree.settle();
        if (i % 4 == 0) tree.pass(tree.options().heartbeat);
    }

    EXPECT_LE(rotations(tree, all()), 5u);
}

// In a search tree in which no child has a smaller rank than its parent, the plan is carried out.
TEST(CorePolicies, ARebuiltTreeIsTheOneThatThePlanSays) {
    Tree tree(searching(RotationPolicy::rebuild, true));
    for (const ProcessId id : all()) tree.join(id);
    exchange(tree, 3, 13, 160);
    tree.pass(tree.options().heartbeat * 60);

    const Plan& plan = tree.state(kServer).adjustment.plan;

    ASSERT_EQ(plan.ranks.size(), all().size());
    for (const PlannedRank& each : plan.ranks) {
        EXPECT_EQ(way_up(tree, each.key).size() - 1, each.rank) << each.key;
    }
    EXPECT_LE(distance(tree, 3, 13), 2u);
}

TEST(CorePolicies, EveryProcessFollowsTheCoordinator) {
    Tree tree(searching(RotationPolicy::none, false));
    join_balanced(tree);

    for (const RotationPolicy policy : {RotationPolicy::splay, RotationPolicy::rebuild,
                                        RotationPolicy::none, RotationPolicy::regret}) {
        tree.give(kServer, PolicyChosen{policy});
        tree.pass(tree.options().heartbeat * 8);

        for (const ProcessId id : all()) {
            EXPECT_EQ(tree.state(id).options.policy, policy) << id;
            EXPECT_EQ(tree.state(id).adjustment.policy == nullptr, policy == RotationPolicy::none);
        }
    }
}

TEST(CorePolicies, WhoJoinsLaterLearnsThePolicyWithItsPlace) {
    Tree tree(searching(RotationPolicy::none, false));
    tree.join(8);
    tree.give(kServer, PolicyChosen{RotationPolicy::counting});
    tree.pass(tree.options().heartbeat * 4);

    tree.join(4);

    EXPECT_EQ(tree.state(4).options.policy, RotationPolicy::counting);
}

TEST(CorePolicies, AnotherProcessThanTheServerChoosesNothing) {
    Tree tree(searching(RotationPolicy::none, false));
    join_balanced(tree);

    tree.give(4, PolicyChosen{RotationPolicy::splay});
    tree.pass(tree.options().heartbeat * 4);

    EXPECT_EQ(tree.state(4).options.policy, RotationPolicy::none);
}

TEST(CorePolicies, AWishFromTheWrongSideCutsTheNeighbourOff) {
    Tree tree(searching(RotationPolicy::none, false));
    join_balanced(tree);
    const Link link = tree.state(4).links.all().at(2);

    tree.give(4, MessageReceived{2, link.epoch, link.received + 1, link.sent,
                                 Raise{Raise::Which::inner, 1}});

    EXPECT_EQ(tree.state(4).counters.protocol_errors, 1u);
}

TEST(CorePolicies, WithoutASearchTreeThereAreNoWishes) {
    Tree tree(2);
    tree.join_all(6);
    const ProcessId child = tree.state(kServer).children.begin()->first;
    const Link link = tree.state(kServer).links.all().at(child);

    tree.give(kServer, MessageReceived{child, link.epoch, link.received + 1, link.sent,
                                       Raise{Raise::Which::sender, 1}});

    EXPECT_EQ(tree.state(kServer).counters.protocol_errors, 1u);
}

}  // namespace
}  // namespace tributary::netlayer::testing
