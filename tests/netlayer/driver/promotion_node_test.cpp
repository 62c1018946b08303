// An inner node leaves among real nodes on loopback: self-service §6.2 with sockets, keys and a
// disk.
#include <gtest/gtest.h>

#include <algorithm>
#include <future>

#include "tests/netlayer/driver/cluster.hpp"

namespace tributary::netlayer {
namespace {

constexpr int kRounds = 15;

/// What the contributors of a test were told: how many of their increments were applied.
using Applied = std::vector<std::future<std::uint64_t>>;

class Tree {
 public:
    /// @param members  joined one after the other to a tree of degree 2
    explicit Tree(std::size_t members) : cluster_(2, 4) {
        for (std::size_t i = 0; i < members; ++i) cluster_.enrol(name(i));
        started_ = cluster_.start_server();
        for (std::size_t i = 0; i < members && started_; ++i) {
            auto node = cluster_.join(name(i));
            if (!node) started_ = fail(node.error());
            if (node) nodes_.push_back(std::move(*node));
        }
    }

    [[nodiscard]] const Status& started() const { return started_; }
    std::vector<std::unique_ptr<Node>>& nodes() { return nodes_; }
    Node& server() { return cluster_.server(); }
    [[nodiscard]] std::size_t children(std::size_t i) const {
        return nodes_[i]->status().value().process.children.size();
    }
    [[nodiscard]] std::string parent(std::size_t i) const {
        const auto status = nodes_[i]->status();
        return status->process.parent ? status->process.parent->card.name : "";
    }
    static std::string name(std::size_t i) { return "member" + std::to_string(i); }

    /// Every node but those named increments both objects, all at once.
    Applied contribute(const std::set<std::size_t>& without) {
        Applied applied;
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            if (without.contains(i)) continue;
            applied.push_back(std::async(std::launch::async, [node = nodes_[i].get()] {
                std::uint64_t count = 0;
                for (int round = 0; round < kRounds; ++round) {
                    count += node->update(increment_of({"a", "b"})) ? 1U : 0U;
                }
                return count;
            }));
        }
        return applied;
    }

 private:
    Cluster cluster_;
    Status started_;
    std::vector<std::unique_ptr<Node>> nodes_;
};

std::uint64_t sum(Applied& applied) {
    std::uint64_t total = 0;
    for (auto& each : applied) total += each.get();
    return total;
}

TEST(PromotionNode, AnInnerNodeLeavesAmongContributorsAndEveryIncrementIsThereOnce) {
    Tree tree(7);
    ASSERT_TRUE(tree.started()) << tree.started().error().message;
    ASSERT_EQ(tree.parent(0), "server");
    ASSERT_EQ(tree.children(0), 2U);
    ASSERT_TRUE(tree.nodes()[0]->update(increment_of({"a", "b"})));

    auto applied = tree.contribute({0});
    const Status left = tree.nodes()[0]->leave(kPatience);
    const std::uint64_t expected = 1 + sum(applied);
    const auto a = tree.server().read("a", true, kPatience);
    const auto b = tree.nodes()[6]->read("b", true, kPatience);

    ASSERT_TRUE(left) << left.error().message;
    ASSERT_TRUE(a && b);
    EXPECT_EQ(expected, 1U + 6U * kRounds);
    EXPECT_EQ(counter_value(*a), expected);
    EXPECT_EQ(counter_value(*b), expected);
    for (std::size_t i = 1; i < tree.nodes().size(); ++i) {
        EXPECT_EQ(tree.nodes()[i]->status().value().joins, 1U)
            << tree.nodes()[i]->status().value().last_loss;
        EXPECT_NE(tree.parent(i), Tree::name(0));
    }
}

// C17: a parent and its child leave at the same moment, and a second inner node after them.
TEST(PromotionNode, ParentAndChildLeaveTogetherWhileOthersContribute) {
    Tree tree(8);
    ASSERT_TRUE(tree.started()) << tree.started().error().message;
    std::size_t child = 0;
    for (std::size_t i = 1; i < tree.nodes().size(); ++i) {
        if (tree.parent(i) == Tree::name(0) && (child == 0 || tree.children(i) > 0)) child = i;
    }
    ASSERT_NE(child, 0U);

    auto applied = tree.contribute({0, 1, child});
    auto first = std::async(std::launch::async, [&] { return tree.nodes()[0]->leave(kPatience); });
    const Status second = tree.nodes()[child]->leave(kPatience);
    const Status third = tree.nodes()[1]->leave(kPatience);
    const Status parent = first.get();
    const std::uint64_t expected = sum(applied);
    const auto a = tree.server().read("a", true, kPatience);

    EXPECT_TRUE(parent) << parent.error().message;
    EXPECT_TRUE(second) << second.error().message;
    EXPECT_TRUE(third) << third.error().message;
    ASSERT_TRUE(a) << a.error().message;
    EXPECT_EQ(expected, 5U * kRounds);
    EXPECT_EQ(counter_value(*a), expected);
}

}  // namespace
}  // namespace tributary::netlayer
