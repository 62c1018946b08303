// The policy inside the core: it sees what it sees in the model, asks for what pays, and no more.
// Overlay design, decisions 1, 2 and 4, and section 4 (differential tests).
#include "netlayer/splay/adjusting.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "netlayer/overlay/fleet.hpp"
#include "netlayer/overlay/regret.hpp"
#include "tests/netlayer/splay/rotating_tree.hpp"

namespace tributary::netlayer::testing {
namespace {

ProcessOptions with_policy(std::uint32_t floor) {
    ProcessOptions options;
    options.search_tree = true;
    options.grace = Micros{0};
    options.balance_joins = false;
    options.regret_floor = floor;
    return options;
}

constexpr std::uint32_t kNever = 1'000'000'000;
constexpr std::uint32_t kDefaultFloor = 20;

std::int64_t regret_at(const overlay::Policy& policy, overlay::Side side) {
    return dynamic_cast<const overlay::RegretPolicy&>(policy).regret(side);
}

std::size_t distance(Tree& tree, ProcessId from, ProcessId to) {
    const auto way_up = [&tree](ProcessId id) {
        std::vector<ProcessId> way;
        for (; id != kServer; id = tree.state(id).parent_id()) way.push_back(id);
        return way;
    };
    std::vector<ProcessId> one = way_up(from);
    std::vector<ProcessId> other = way_up(to);
    while (!one.empty() && !other.empty() && one.back() == other.back()) {
        one.pop_back();
        other.pop_back();
    }
    // What they share ends with their common ancestor, which stands above what is left.
    return one.size() + other.size();
}

std::uint64_t rotations(Tree& tree, ProcessId last) {
    std::uint64_t sum = 0;
    for (ProcessId id = 1; id <= last; ++id) sum += tree.state(id).counters.rotations;
    return sum;
}

/// A random search tree of processes, and the model's policies on the same tree.
class BesideTheModel : public ::testing::TestWithParam<std::uint64_t> {
 protected:
    static constexpr ProcessId kLast = 15;

    void SetUp() override {
        std::vector<ProcessId> order;
        for (ProcessId id = 1; id <= kLast; ++id) order.push_back(id);
        for (std::size_t i = order.size(); i > 1; --i) {
            std::swap(order[i - 1], order[random_.below(i)]);
        }
        overlay::Tree same;
        for (const ProcessId id : order) {
            tree_.join(id);
            nodes_[id] = *same.join(id);
        }
        overlay::PolicyOptions options;
        options.regret_floor = kNever;
        fleet_ = *overlay::Fleet::make(std::move(same), "regret", options);
        tree_.pass(tree_.options().heartbeat);
    }
    /// The model's way of a message: every process between its ends sees it, reports go before it.
    void carry(Key from, Key to) {
        if (from == to) return;
        const overlay::Message message{from, to};
        const auto climb = [&](Key at, Key goal) {
            std::optional<overlay::NodeId> node;
            if (at != kServerKey) node = nodes_.at(at);
            while (node && !(goal != kServerKey && fleet_->tree()[*node].covers(goal))) {
                fleet_->pass(*node, message);
                fleet_->cross(*node);
                const overlay::NodeId parent = fleet_->tree()[*node].parent;
                node = parent == overlay::kNone ? std::nullopt : std::optional(parent);
            }
            return node;
        };
        const auto common = climb(from, to);
        climb(to, from);
        if (common) fleet_->pass(*common, message);
    }
    void expect_same_numbers(const std::string& when) {
        tree_.pass(tree_.options().heartbeat);  // pings bring the reports
        for (const auto& [id, node] : nodes_) fleet_->cross(node);
        for (const auto& [id, node] : nodes_) {
            const overlay::Policy& mine = *tree_.state(id).adjustment.policy;
            for (const auto side : {overlay::Side::left, overlay::Side::right}) {
                ASSERT_EQ(regret_at(mine, side), regret_at(fleet_->policy(node), side))
                    << "seed " << GetParam() << ", process " << id << ", " << when;
            }
        }
    }

    Random random_{GetParam()};
    Tree tree_{with_policy(kNever)};
    std::map<ProcessId, overlay::NodeId> nodes_;
    std::optional<overlay::Fleet> fleet_;
};

TEST_P(BesideTheModel, EveryNumberIsTheModels) {
    Key owner = kServerKey;
    for (int i = 0; i < 300; ++i) {
        const ProcessId id = 1 + random_.below(kLast);
        const std::string when = "after operation " + std::to_string(i);
        switch (random_.below(3)) {
            case 0:  // a hand-over
                tree_.update(id, {"o"});
                tree_.settle();
                carry(owner, id);
                owner = id;
                break;
            case 1:  // a hand-over, and a trip to the server
                tree_.update(id, {"o"}, {"*"}, true);
                tree_.settle();
                carry(owner, id);
                carry(id, kServerKey);
                owner = id;
                break;
            default:  // the answer of a strict read
                tree_.read(id, "o");
                tree_.settle();
                carry(owner, id);
                break;
        }
        expect_same_numbers(when);
        if (HasFatalFailure()) return;
    }
    EXPECT_EQ(rotations(tree_, kLast), 0u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, BesideTheModel, ::testing::Range<std::uint64_t>(1, 9));

/// Keys 1 to 15, each in its place of the balanced tree.
void join_balanced(Tree& tree) {
    for (const ProcessId id : {8, 4, 12, 2, 6, 10, 14, 1, 3, 5, 7, 9, 11, 13, 15}) tree.join(id);
}

// Six edges lie between the outermost two. Every process between them but their common ancestor can
// be passed by; a rotation at the ancestor itself would save nothing.
TEST(Adjusting, ProcessesThatExchangeComeCloser) {
    Tree tree(with_policy(kDefaultFloor));
    join_balanced(tree);
    ASSERT_EQ(distance(tree, 1, 15), 6u);

    for (int i = 0; i < 400; ++i) {
        const ProcessId id = i % 2 == 0 ? 1 : 15;
        const OperationId update = tree.update(id, {"o"});
        tree.settle();
        ASSERT_TRUE(tree.applied(id, update)) << i;
        if (i % 4 == 0) tree.pass(tree.options().heartbeat);
    }

    EXPECT_EQ(distance(tree, 1, 15), 2u);
    EXPECT_EQ(rotations(tree, 15), 4u);
    EXPECT_EQ(tree.values(15, "o").size(), 400u);
}

// Overlay design, section 3: at most 0.1 rotations a request.
TEST(Adjusting, UniformDemandIsLeftAlone) {
    Tree tree(with_policy(kDefaultFloor));
    join_balanced(tree);
    Random random(5);

    for (int i = 0; i < 600; ++i) {
        tree.update(1 + random.below(15), {"o"});
        tree.settle();
        if (i % 4 == 0) tree.pass(tree.options().heartbeat);
    }

    EXPECT_LE(rotations(tree, 15), 60u);
}

TEST(Adjusting, WithoutAPolicyNothingMoves) {
    ProcessOptions options = with_policy(0);
    options.policy = RotationPolicy::none;
    Tree tree(options);
    join_balanced(tree);

    for (int i = 0; i < 200; ++i) {
        tree.update(i % 2 == 0 ? 1 : 15, {"o"});
        tree.settle();
    }

    EXPECT_EQ(distance(tree, 1, 15), 6u);
}

// Decision 2: refused below twice the true price, and asked for again when it has grown by half.
TEST(Adjusting, RotationThatCostsMoreThanItSavesIsRefusedUntilItPays) {
    Tree tree(with_policy(kDefaultFloor));
    for (const ProcessId id : {kG, kP, kX, kC, kA, kB}) tree.join(id);
    for (int i = 0; i < 200; ++i) {  // p has an object that x lacks, and it grows
        tree.update(kP, {"heavy"});
        tree.settle();
    }
    std::uint64_t refused_first = 0;
    int messages = 0;
    for (; messages < 300 && tree.state(kP).parent_id() != kX; ++messages) {
        tree.update(messages % 2 == 0 ? kG : kX, {"o"});
        tree.settle();
        tree.pass(tree.options().heartbeat * 8);  // longer than any back-off
        const auto refused = tree.state(kP).counters.rotations_refused;
        if (refused == 1 && refused_first == 0)
            refused_first = static_cast<std::uint64_t>(messages);
    }

    EXPECT_GT(refused_first, 0u);
    EXPECT_LT(messages, 300);
    EXPECT_GE(static_cast<std::uint64_t>(messages), refused_first + refused_first / 3);
    EXPECT_LE(tree.state(kP).counters.rotations_asked, 8u);
    EXPECT_EQ(tree.version(kX, "heavy"), 200u);
}

TEST(Adjusting, NumbersOfAChildThatIsGoneBeginAtZero) {
    Tree tree(with_policy(kNever));
    for (const ProcessId id : {kG, kP, kX, kC, kA, kB}) tree.join(id);
    for (int i = 0; i < 20; ++i) {
        tree.update(i % 2 == 0 ? kA : kG, {"o"});
        tree.settle();
    }
    ASSERT_GT(regret_at(*tree.state(kX).adjustment.policy, overlay::Side::left), 5);

    tree.give(kA, LeaveInvoked{});
    tree.pass(tree.options().heartbeat * 10);
    tree.join(kA);
    tree.update(kA, {"q"});
    tree.settle();

    EXPECT_LE(regret_at(*tree.state(kX).adjustment.policy, overlay::Side::left), 2);
}

TEST(Price, WhatMayBeSpentIsWhatTheLimitSays) {
    overlay::RegretPolicy policy(1, true);
    const overlay::View view{40, 0, 80, 20, 60, 80};
    for (int i = 0; i < 40; ++i) policy.on_request(view, {10, 80});
    overlay::PriceMeter meter;
    meter.hop(100);
    meter.hop(300);

    const overlay::Price limit = policy.limit(overlay::Lift::left);

    EXPECT_EQ(limit.alpha, 20 * overlay::kHop);
    EXPECT_EQ(meter.cost_of(limit), 20u * 200u);
    EXPECT_EQ(meter.price_of(4'000).alpha, limit.alpha);
    EXPECT_TRUE(policy.confirm(view, overlay::Lift::left, limit));
    EXPECT_FALSE(policy.confirm(view, overlay::Lift::left, {limit.alpha + overlay::kHop}));
}

}  // namespace
}  // namespace tributary::netlayer::testing
