#include "netlayer/overlay/counting.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/overlay/fleet_fixture.hpp"

namespace tributary::netlayer::overlay {
namespace {

using testing::Sent;

std::uint64_t weight_below(const Tree& tree, NodeId node, const std::vector<std::uint64_t>& own) {
    if (node == kNone) return 0;
    return own[node] + weight_below(tree, tree[node].left, own) +
           weight_below(tree, tree[node].right, own);
}

double potential(const Tree& tree, const std::vector<std::uint64_t>& own) {
    double sum = 0;
    for (NodeId node = 0; node < tree.size(); ++node) {
        sum += std::log2(
            static_cast<double>(std::max<std::uint64_t>(weight_below(tree, node, own), 1)));
    }
    return sum;
}

TEST(OverlayCounting, AStepLowersTheRecomputedPotentialByMoreThanHalf) {
    Random random(4);
    int steps = 0;
    for (int round = 0; round < 40; ++round) {
        const std::size_t nodes = 4 + random.below(30);
        Fleet fleet = testing::make_fleet(testing::random_tree(nodes, random), "counting");
        std::vector<std::uint64_t> own(nodes, 0);
        for (int i = 0; i < 60; ++i) {
            const Sent sent{static_cast<NodeId>(random.below(nodes)),
                            static_cast<NodeId>(random.below(nodes))};
            if (sent.from == sent.to) continue;
            ++own[sent.from];
            ++own[sent.to];
            const Message message = testing::message_of(fleet.tree(), sent);
            const auto path = testing::way(fleet.tree(), sent);
            for (const NodeId node : path) fleet.pass(node, message);
            testing::deliver_reports(fleet);
            testing::deliver_reports(fleet);  // a grandchild's numbers take one report more

            for (const NodeId node : path) {
                const double before = potential(fleet.tree(), own);
                if (fleet.adjust(node, {}) == 0) continue;
                // The fixed-point table is at most 0.006 off, four times.
                ASSERT_GT(before - potential(fleet.tree(), own), 0.5 - 0.025);
                testing::deliver_reports(fleet);
                testing::deliver_reports(fleet);
                ++steps;
            }
        }
    }
    EXPECT_GT(steps, 100);
}

TEST(OverlayCounting, WeightsAreSumsWhenEveryReportArrived) {
    Random random(12);
    Fleet fleet = testing::make_fleet(testing::random_tree(25, random), "counting");
    std::vector<std::uint64_t> own(25, 0);
    for (int i = 0; i < 200; ++i) {
        const Sent sent{static_cast<NodeId>(random.below(25)),
                        static_cast<NodeId>(random.below(25))};
        if (sent.from == sent.to) continue;
        ++own[sent.from];
        ++own[sent.to];
        const Message message = testing::message_of(fleet.tree(), sent);
        for (const NodeId node : testing::way(fleet.tree(), sent)) fleet.pass(node, message);
    }

    testing::deliver_reports(fleet);

    for (NodeId node = 0; node < 25; ++node) {
        const auto& policy = dynamic_cast<const CountingPolicy&>(fleet.policy(node));
        EXPECT_EQ(policy.weight(), weight_below(fleet.tree(), node, own));
    }
}

TEST(OverlayCounting, WeightsAreHalvedOncePerEra) {
    CountingPolicy policy;
    View view;
    view.key = 5;
    for (int i = 0; i < 8; ++i) policy.on_request(view, {5, 9, 0, false});

    policy.on_request(view, {5, 9, 2, false});

    EXPECT_EQ(policy.weight(), 8 / 4 + 1U);
}

TEST(OverlayLog2, FixedPointIsCloseToTheLogarithm) {
    for (std::uint64_t value = 2; value < 5'000'000; value += 1 + value / 7) {
        const double exact = std::log2(static_cast<double>(value)) * kLog2One;
        EXPECT_LE(log2_fixed(value), exact + 1) << value;
        EXPECT_GE(log2_fixed(value), exact - 370) << value;
    }
}

}  // namespace
}  // namespace tributary::netlayer::overlay
