#include "netlayer/overlay/regret.hpp"

#include <gtest/gtest.h>

#include "tests/overlay/fleet_fixture.hpp"

namespace tributary::netlayer::overlay {
namespace {

using testing::Sent;

const RegretPolicy& regret_of(Fleet& fleet, NodeId node) {
    return dynamic_cast<const RegretPolicy&>(fleet.policy(node));
}

std::vector<Sent> random_messages(std::size_t nodes, std::size_t count, Random& random) {
    std::vector<Sent> messages;
    while (messages.size() < count) {
        const auto from = static_cast<NodeId>(random.below(nodes));
        const auto to = static_cast<NodeId>(random.below(nodes + 2));
        if (to >= nodes) {
            messages.push_back({from, kNone});
        } else if (to != from) {
            messages.push_back({from, to});
        }
    }
    return messages;
}

/// What lifting x would have saved, from the distances in both trees alone.
std::int64_t saving(const Tree& tree, NodeId x, const std::vector<Sent>& messages) {
    Tree lifted = tree;
    lifted.lift(x);
    std::int64_t saved = 0;
    for (const Sent& sent : messages) {
        saved += testing::cost(tree, sent) - testing::cost(lifted, sent);
    }
    return saved;
}

TEST(OverlayRegret, UnclampedRegretIsExactlyTheSaving) {
    Random random(3);
    std::size_t cases = 0;
    for (int round = 0; round < 60; ++round) {
        const std::size_t nodes = 2 + random.below(30);
        PolicyOptions options;
        options.regret_clamped = false;
        Fleet fleet = testing::make_fleet(testing::random_tree(nodes, random), "regret", options);
        const std::vector<Sent> messages = random_messages(nodes, 80, random);

        for (const Sent& sent : messages) {
            const Message message = testing::message_of(fleet.tree(), sent);
            for (const NodeId node : testing::way(fleet.tree(), sent)) fleet.pass(node, message);
        }
        testing::deliver_reports(fleet);

        for (NodeId x = 0; x < nodes; ++x) {
            const NodeId p = fleet.tree()[x].parent;
            if (p == kNone) continue;
            const Side side = fleet.tree()[p].left == x ? Side::left : Side::right;
            ASSERT_EQ(regret_of(fleet, p).regret(side), saving(fleet.tree(), x, messages));
            ++cases;
        }
    }
    EXPECT_GT(cases, 500U);
}

View middle_view() {
    View view;  // 50 with the children 30 and 70, below 100
    view.key = 50;
    view.hi = 100;
    view.left = 30;
    view.right = 70;
    view.parent = 100;
    return view;
}

void send(RegretPolicy& policy, Key from, Key to, int times) {
    for (int i = 0; i < times; ++i) policy.on_request(middle_view(), {from, to, 0, false});
}

TEST(OverlayRegret, ProposesOnlyAboveFloorAndTwiceThePrice) {
    RegretPolicy policy(20, true);

    send(policy, 30, 200, 20);
    EXPECT_EQ(policy.propose_rotation(middle_view(), {kHop}), Lift::none);
    send(policy, 30, 200, 1);
    EXPECT_EQ(policy.propose_rotation(middle_view(), {kHop}), Lift::left);
    EXPECT_EQ(policy.propose_rotation(middle_view(), {11 * kHop}), Lift::none);
}

TEST(OverlayRegret, NeverFallsBelowZero) {
    RegretPolicy policy(20, true);

    send(policy, 50, 200, 100);  // our own messages upwards would all get longer
    send(policy, 30, 200, 21);

    EXPECT_EQ(policy.propose_rotation(middle_view(), {kHop}), Lift::left);
}

TEST(OverlayRegret, WhatTheChildReportsCountsAgainstTheRotation) {
    RegretPolicy policy(20, true);
    Report report;
    report.kept_apart = 5;

    send(policy, 30, 200, 22);
    policy.on_weights(middle_view(), Side::left, report);

    EXPECT_EQ(policy.regret(Side::left), 17);
    EXPECT_EQ(policy.propose_rotation(middle_view(), {kHop}), Lift::none);
}

TEST(OverlayRegret, RefusesATruePriceAndAsksAgainWhenRegretGrewByHalf) {
    RegretPolicy policy(20, true);
    send(policy, 30, 200, 40);
    ASSERT_EQ(policy.propose_rotation(middle_view(), {kHop}), Lift::left);

    EXPECT_FALSE(policy.confirm(middle_view(), Lift::left, {21 * kHop}));
    EXPECT_EQ(policy.propose_rotation(middle_view(), {kHop}), Lift::none);
    send(policy, 30, 200, 19);
    EXPECT_EQ(policy.propose_rotation(middle_view(), {kHop}), Lift::none);
    send(policy, 30, 200, 1);
    EXPECT_EQ(policy.propose_rotation(middle_view(), {kHop}), Lift::left);
    EXPECT_TRUE(policy.confirm(middle_view(), Lift::left, {21 * kHop}));
}

TEST(OverlayRegret, AChangedEdgeStartsAtZero) {
    RegretPolicy policy(20, true);
    send(policy, 30, 200, 40);

    policy.on_rotation(middle_view(), false);

    EXPECT_EQ(policy.regret(Side::left), 0);
}

TEST(OverlayRegret, AChildThatLeftIsNotProposedAndItsSlotStartsAtZero) {
    RegretPolicy policy(20, true);
    send(policy, 30, 200, 40);
    View childless = middle_view();
    childless.left = kNoKey;

    EXPECT_EQ(policy.propose_rotation(childless, {kHop}), Lift::none);
    policy.on_request(childless, {50, 200, 0, false});
    EXPECT_EQ(policy.propose_rotation(middle_view(), {kHop}), Lift::none);
}

TEST(OverlayPrice, IsMeasuredFromWhatWasSent) {
    PriceMeter meter;
    EXPECT_EQ(meter.price({7 * kHop}).alpha, 7 * kHop);

    for (int i = 0; i < 10; ++i) meter.hop(100);
    meter.rotation(1'000);
    meter.rotation(1'400);

    EXPECT_EQ(meter.price({}).alpha, 12 * kHop);
}

}  // namespace
}  // namespace tributary::netlayer::overlay
