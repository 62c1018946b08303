// Real nodes on loopback that rotate while they contribute: protocol rules, section 4.3, with
// sockets, keys and a disk.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "tests/netlayer/driver/cluster.hpp"

namespace tributary::netlayer {
namespace {

constexpr std::size_t kMembers = 7;
constexpr int kRounds = 15;

class RotatingNodes : public ::testing::Test {
 protected:
    RotatingNodes() : cluster_(2, 4) { cluster_.use_search_tree(); }

    void SetUp() override {
        for (std::size_t i = 0; i < kMembers; ++i) cluster_.enrol(name(i));
        const Status started = cluster_.start_server();
        ASSERT_TRUE(started) << started.error().message;
        for (std::size_t i = 0; i < kMembers; ++i) {
            auto node = cluster_.join(name(i));
            ASSERT_TRUE(node) << node.error().message;
            nodes_.push_back(std::move(*node));
        }
    }

    static std::string name(std::size_t i) { return "member" + std::to_string(i); }

    /// Every node wishes its first child above itself, again and again.
    void rotate_while(const std::atomic<bool>& working) {
        while (working) {
            for (const auto& node : nodes_) {
                const auto status = node->status();
                if (!status || status->process.children.empty()) continue;
                static_cast<void>(node->rotate(status->process.children.front().card.id));
            }
        }
    }
    [[nodiscard]] std::uint64_t rotations() const {
        std::uint64_t sum = 0;
        for (const auto& node : nodes_)
            sum += node->status().value().process.counters.at("rotations");
        return sum;
    }

    Cluster cluster_;
    std::vector<std::unique_ptr<Node>> nodes_;
};

TEST_F(RotatingNodes, EveryIncrementIsThereOnceAndNobodyIsDisconnected) {
    std::atomic<bool> working = true;
    std::thread rotator([&] { rotate_while(working); });
    std::vector<std::future<std::uint64_t>> applied;
    for (const auto& node : nodes_) {
        applied.push_back(std::async(std::launch::async, [&node] {
            std::uint64_t count = 0;
            for (int round = 0; round < kRounds; ++round) {
                count += node->update(increment_of({"a", "b"})) ? 1U : 0U;
            }
            return count;
        }));
    }
    std::uint64_t expected = 0;
    for (auto& each : applied) expected += each.get();
    working = false;
    rotator.join();

    const auto a = cluster_.server().read("a", true, kPatience);
    const auto b = nodes_.back()->read("b", true, kPatience);

    ASSERT_TRUE(a && b);
    EXPECT_EQ(expected, kMembers * kRounds);
    EXPECT_EQ(counter_value(*a), expected);
    EXPECT_EQ(counter_value(*b), expected);
    EXPECT_GT(rotations(), 0U);
    for (const auto& node : nodes_) {
        EXPECT_EQ(node->status().value().joins, 1U) << node->status().value().last_loss;
    }
}

bool has_joined(Node& member, std::uint64_t joins) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < deadline) {
        const auto status = member.status();
        if (status && status->connected && status->joins >= joins) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

// Members go on running, and keep nothing of their place in a tree that is gone.
TEST(TreeOfAnotherKind, MembersJoinItAnew) {
    Cluster cluster(2);
    cluster.use_search_tree();
    cluster.enrol("campus");
    cluster.enrol("clinic");
    ASSERT_TRUE(cluster.start_server());
    const auto campus = cluster.join("campus");
    const auto clinic = cluster.join("clinic");
    ASSERT_TRUE(campus && clinic);
    ASSERT_TRUE((*campus)->update(increment_of({"o"}, Durability::durable)));

    std::uint64_t joins = 1;
    for (const bool search : {false, true}) {
        cluster.stop_server();
        cluster.use_search_tree(search);
        ASSERT_TRUE(cluster.start_server());
        ++joins;

        EXPECT_TRUE(has_joined(**campus, joins)) << search;
        EXPECT_TRUE(has_joined(**clinic, joins)) << search;
    }
    ASSERT_TRUE((*clinic)->update(increment_of({"o"}, Durability::durable)));
    EXPECT_EQ(counter_value(*cluster.server().read("o", true, kPatience)), 2U);
}

}  // namespace
}  // namespace tributary::netlayer
