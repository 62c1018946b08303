#include "netlayer/overlay/tree.hpp"

#include <gtest/gtest.h>

#include <bit>

#include "base/random.hpp"
#include "netlayer/overlay/shapes.hpp"

namespace tributary::netlayer::overlay {
namespace {

/// Positions in key order, read from the links alone.
void in_order(const Tree& tree, NodeId node, std::vector<Key>& keys) {
    if (node == kNone) return;
    in_order(tree, tree[node].left, keys);
    keys.push_back(tree[node].key);
    in_order(tree, tree[node].right, keys);
}

TEST(OverlayTree, RandomRotationsKeepEveryInvariant) {
    Random random(7);
    for (const std::size_t nodes : {2U, 3U, 17U, 64U}) {
        Tree tree = balanced_tree(nodes);

        for (int i = 0; i < 500; ++i) {
            const auto x = static_cast<NodeId>(random.below(nodes));
            if (tree[x].parent != kNone) tree.lift(x);
            ASSERT_EQ(tree.check(), "") << "after rotation " << i << " of " << nodes << " nodes";
        }

        std::vector<Key> keys;
        in_order(tree, tree.root(), keys);
        EXPECT_EQ(keys, plain_keys(nodes));
    }
}

TEST(OverlayTree, LiftingTwiceDownAndUpGivesTheSameTree) {
    Tree tree = balanced_tree(15);
    const NodeId x = 3;
    const NodeId p = tree[x].parent;
    const Tree before = tree;

    tree.lift(x);
    tree.lift(p);

    for (NodeId node = 0; node < 15; ++node) EXPECT_EQ(tree[node].parent, before[node].parent);
}

TEST(OverlayTree, TheInnerSubtreeIsTheAbandonedChild) {
    // splaynet Def. 10, 11: x carries its outer subtree and abandons its inner one.
    Tree tree = balanced_tree(7);  // root 3 over 1 (0, 2) and 5 (4, 6)

    tree.lift(1);

    EXPECT_EQ(tree.root(), 1U);
    EXPECT_EQ(tree[2].parent, 3U);
    EXPECT_EQ(tree[0].parent, 1U);
    EXPECT_EQ(tree[3].parent, 1U);
}

TEST(OverlayTree, GreedyRoutingByKeyEndsFromAnyNode) {
    Random random(11);
    Tree tree = balanced_tree(40);
    for (int i = 0; i < 300; ++i) {
        const auto x = static_cast<NodeId>(random.below(40));
        if (tree[x].parent != kNone) tree.lift(x);
    }

    for (NodeId from = 0; from < 40; ++from) {
        for (NodeId to = 0; to < 40; ++to) {
            NodeId at = from;
            std::size_t hops = 0;
            while (at != to && hops <= 40) {
                at = tree.next_hop(at, tree[to].key);
                ++hops;
            }
            ASSERT_EQ(at, to);
            ASSERT_EQ(hops, tree.distance(from, to));
        }
    }
}

TEST(OverlayTree, JoinTakesTheFreeSlotAndRefusesATakenKey) {
    Tree tree;
    for (const Key key : {50U, 20U, 80U, 60U}) ASSERT_TRUE(tree.join(key).has_value());

    const auto taken = tree.join(60);
    const auto reserved = tree.join(kServerKey);

    EXPECT_EQ(tree.check(), "");
    EXPECT_EQ(tree[0].size, 4U);
    EXPECT_EQ(tree[3].parent, 2U);
    ASSERT_FALSE(taken.has_value());
    EXPECT_EQ(taken.error().code, Errc::conflict);
    EXPECT_NE(taken.error().message.find("key 60 is taken"), std::string::npos);
    EXPECT_EQ(reserved.error().code, Errc::invalid_argument);
}

TEST(OverlayTree, ReshapingEndsInTheTargetShape) {
    Tree tree = path_tree(33);
    const Tree target = balanced_tree(33);

    const std::uint64_t rotations = reshape(tree, target);

    EXPECT_GT(rotations, 0U);
    EXPECT_EQ(tree.check(), "");
    for (NodeId node = 0; node < 33; ++node) EXPECT_EQ(tree[node].parent, target[node].parent);
}

TEST(OverlayTree, BalancedTreeHasTheLeastHeight) {
    for (const std::size_t nodes : {1U, 2U, 7U, 8U, 1023U, 1024U}) {
        EXPECT_EQ(balanced_tree(nodes).height(), std::bit_width(nodes));
    }
}

}  // namespace
}  // namespace tributary::netlayer::overlay
