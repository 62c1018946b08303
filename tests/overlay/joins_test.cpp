#include "netlayer/overlay/joins.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/random.hpp"
#include "netlayer/overlay/keys.hpp"
#include "netlayer/overlay/optimum.hpp"
#include "netlayer/overlay/shapes.hpp"
#include "netlayer/overlay/workload.hpp"

namespace tributary::netlayer::overlay {
namespace {

struct Grown {
    Tree tree;
    std::uint64_t rotations = 0;
};

Grown grow(const std::vector<Key>& keys, const std::function<bool()>& granted = {}) {
    Grown grown;
    for (const Key key : keys) {
        const auto joined = join_and_balance(grown.tree, key, granted);
        EXPECT_TRUE(joined.has_value());
        grown.rotations += joined->rotations;
    }
    EXPECT_EQ(grown.tree.check(), "");
    return grown;
}

std::vector<std::vector<Key>> orders(std::size_t nodes) {
    std::vector<Key> sorted = plain_keys(nodes);
    std::vector<Key> falling(sorted.rbegin(), sorted.rend());
    std::vector<Key> from_outside;
    for (std::size_t i = 0; i < nodes; ++i) {
        from_outside.push_back(i % 2 == 0 ? 1 + i / 2 : nodes - i / 2);
    }
    std::vector<Key> strided;
    for (std::size_t i = 0; i < nodes; ++i) strided.push_back(1 + (i % 32) * nodes + i / 32);
    std::vector<Key> shuffled = sorted;
    Random random(3);
    shuffle(shuffled, random);
    return {sorted, falling, from_outside, strided, shuffled};
}

TEST(OverlayJoins, SortedJoinsStayBelowOneAndAHalfLogarithms) {
    for (const std::size_t nodes : {64U, 1024U, 4096U}) {
        const Grown grown = grow(plain_keys(nodes));

        EXPECT_LE(grown.tree.height() - 1, 1.5 * std::log2(nodes));
        EXPECT_LE(grown.rotations, 2 * nodes);
    }
}

TEST(OverlayJoins, NoOrderBuildsAPath) {
    for (const std::vector<Key>& keys : orders(1024)) EXPECT_LE(grow(keys).tree.height() - 1, 14U);
}

TEST(OverlayJoins, ThreeOfFourStepsRefusedStillKeepsTheTreeShallow) {
    for (const std::vector<Key>& keys : orders(1024)) {
        Random random(17);

        const Grown grown = grow(keys, [&random] { return random.below(4) == 0; });

        EXPECT_LE(grown.tree.height() - 1, 4 * std::log2(1024));
    }
}

TEST(OverlayJoins, LeavingKeepsSizesAndOrder) {
    Grown grown = grow(plain_keys(100));
    Random random(23);
    std::vector<NodeId> order(100);
    for (NodeId node = 0; node < 100; ++node) order[node] = node;
    shuffle(order, random);

    for (std::size_t i = 0; i < 99; ++i) {
        grown.tree.leave(order[i]);
        ASSERT_EQ(grown.tree.check(), "");
        ASSERT_EQ(grown.tree.members(), 99 - i);
    }
}

TEST(OverlayJoins, ATakenKeyChangesNothing) {
    Grown grown = grow(plain_keys(10));

    const auto taken = join_and_balance(grown.tree, 4);

    ASSERT_FALSE(taken.has_value());
    EXPECT_EQ(taken.error().code, Errc::conflict);
    EXPECT_EQ(grown.tree.members(), 10U);
    EXPECT_EQ(grown.tree.check(), "");
}

TEST(OverlayKeys, OneOrganizationIsContiguousAndNoKeyIsGivenTwice) {
    std::set<Key> seen;
    for (std::uint32_t organization = 0; organization < 20; ++organization) {
        std::vector<Key> own;
        for (std::uint32_t sensor = 0; sensor < 50; ++sensor) {
            own.push_back(*organization_key({organization, sensor % 3, sensor}));
        }
        const auto [low, high] = std::minmax_element(own.begin(), own.end());
        for (const Key other : seen) EXPECT_TRUE(other < *low || other > *high);
        seen.insert(own.begin(), own.end());
    }
    EXPECT_EQ(seen.size(), 1'000U);
}

TEST(OverlayKeys, NumbersInOrderDoNotBuildAPathEvenWithoutRotations) {
    Tree tree;
    for (std::uint32_t i = 0; i < 1024; ++i) {
        ASSERT_TRUE(tree.join(*organization_key({i / 32, 0, i % 32})).has_value());
    }

    EXPECT_LE(tree.height(), 40U);  // plain numbers would build a path of 1,024
}

TEST(OverlayKeys, HashedKeysAreDistinctAndNotReserved) {
    std::set<Key> seen;
    for (std::uint32_t i = 0; i < 5'000; ++i) seen.insert(*hashed_key({i % 7, i % 11, i}));

    EXPECT_EQ(seen.size(), 5'000U);
    EXPECT_GT(*seen.begin(), kNoKey);
    EXPECT_LT(*seen.rbegin(), kServerKey);
}

TEST(OverlayKeys, NumbersThatDoNotFitAreRefused) {
    EXPECT_EQ(organization_key({1U << kOrganizationBits, 0, 0}).error().code, Errc::limit_exceeded);
    EXPECT_EQ(hashed_key({0, 0, 1U << kSensorBits}).error().code, Errc::limit_exceeded);
}

TEST(OverlayKeys, BisectionBringsScatteredCommunitiesTogether) {
    const auto trace = make_workload({"scattered", 256, 20'000, 2, 0});
    ASSERT_TRUE(trace.has_value());

    const std::vector<NodeId> order = bisection_order(256, trace->requests);
    std::vector<NodeId> position(256);
    for (NodeId i = 0; i < 256; ++i) position[order[i]] = i;
    std::vector<Request> moved;
    for (const Request& each : trace->requests) {
        moved.push_back({position[each.from], position[each.to]});
    }

    const Tree tree = balanced_tree(256);
    EXPECT_LT(total_hops(tree, moved), total_hops(tree, trace->requests) / 2);
}

}  // namespace
}  // namespace tributary::netlayer::overlay
