#include "netlayer/overlay/splay.hpp"

#include <gtest/gtest.h>

#include "netlayer/overlay/sequential.hpp"
#include "tests/overlay/fleet_fixture.hpp"

namespace tributary::netlayer::overlay {
namespace {

/// A textbook bottom-up splay tree (Sleator and Tarjan), on parents and children by number.
class Textbook {
 public:
    explicit Textbook(const Tree& tree, NodeId above) : above_(above) {
        for (NodeId i = 0; i < tree.size(); ++i) {
            up_.push_back(tree[i].parent);
            kids_.push_back({tree[i].left, tree[i].right});
        }
    }

    void splay(NodeId x) {
        while (up_[x] != above_) {
            const NodeId p = up_[x];
            const NodeId g = up_[p];
            if (g != above_) rotate((kids_[g][1] == p) == (kids_[p][1] == x) ? p : x);
            rotate(x);
        }
    }

    [[nodiscard]] NodeId parent(NodeId x) const { return up_[x]; }

 private:
    void rotate(NodeId x) {
        const NodeId p = up_[x];
        const NodeId g = up_[p];
        const std::size_t side = kids_[p][1] == x ? 1 : 0;
        const NodeId moved = kids_[x][1 - side];
        kids_[p][side] = moved;
        if (moved != kNone) up_[moved] = p;
        kids_[x][1 - side] = p;
        up_[p] = x;
        up_[x] = g;
        kids_[g][kids_[g][1] == p ? 1 : 0] = x;
    }

    NodeId above_;
    std::vector<NodeId> up_;
    std::vector<std::array<NodeId, 2>> kids_;
};

/// Node 0 above a random tree of the others: what is sent to node 0 splays to the top of the rest.
Tree rest_below_zero(std::size_t nodes, Random& random) {
    return Tree::build(plain_keys(nodes), [&random](std::size_t first, std::size_t last) {
        return first == 0 ? 0 : first + random.below(last - first);
    });
}

TEST(OverlaySplay, SequentialSplayIsATextbookSplayTree) {
    // splaynet ch.2: the common ancestor waits, here node 0; the other end splays up to it.
    Random random(5);
    const Tree start = rest_below_zero(60, random);
    Textbook textbook(start, 0);
    Trace trace;
    trace.nodes = 60;
    for (int i = 0; i < 400; ++i) {
        trace.requests.push_back({static_cast<NodeId>(1 + random.below(59)), 0});
    }
    SequentialOptions options;
    options.policy = "splay";

    const auto result = run_sequential(start, trace, options);
    for (const Request& request : trace.requests) textbook.splay(request.from);

    ASSERT_TRUE(result.has_value());
    for (NodeId node = 1; node < 60; ++node) {
        EXPECT_EQ(result->tree[node].parent, textbook.parent(node)) << "node " << node;
    }
}

TEST(OverlaySplay, EveryRequestEndsWithItsEndsAsNeighbours) {
    // splaynet Def. 8
    Random random(6);
    Fleet fleet = testing::make_fleet(testing::random_tree(50, random), "splay");
    for (int i = 0; i < 300; ++i) {
        const auto from = static_cast<NodeId>(random.below(50));
        const auto to = static_cast<NodeId>(random.below(50));
        if (from == to) continue;
        Message message = testing::message_of(fleet.tree(), {from, to});
        message.splay = fleet.invite(from, message, {});

        fleet.pass(from, message);
        fleet.pass(to, message);
        for (bool moved = true; moved;) {
            moved = fleet.adjust(from, {}) > 0 || fleet.adjust(to, {}) > 0;
        }

        ASSERT_EQ(fleet.tree().distance(from, to), 1U);
        ASSERT_EQ(fleet.tree().check(), "");
    }
}

TEST(OverlaySplay, NoEndRisesAboveTheCommonAncestor) {
    // splaynet Def. 3, Def. 6: what is outside of the common ancestor's subtree stays as it is.
    Random random(8);
    for (int i = 0; i < 100; ++i) {
        Fleet fleet = testing::make_fleet(testing::random_tree(40, random), "splay");
        const auto from = static_cast<NodeId>(random.below(40));
        const auto to = static_cast<NodeId>(random.below(40));
        if (from == to) continue;
        const Tree before = fleet.tree();
        NodeId common = from;
        while (!before[common].covers(before[to].key)) common = before[common].parent;
        Message message = testing::message_of(before, {from, to});
        message.splay = true;

        fleet.pass(from, message);
        fleet.pass(to, message);
        for (bool moved = true; moved;) {
            moved = fleet.adjust(from, {}) > 0 || fleet.adjust(to, {}) > 0;
        }

        for (NodeId node = 0; node < 40; ++node) {
            if (before[common].covers(before[node].key)) continue;
            const NodeId parent = before[node].parent;
            const bool hangs_inside = parent != kNone && before[common].covers(before[parent].key);
            if (hangs_inside) continue;
            ASSERT_EQ(fleet.tree()[node].parent, parent);
        }
    }
}

TEST(OverlaySplay, LazyStopsAtItsBudget) {
    Random random(9);
    Trace trace;
    trace.nodes = 200;
    for (int i = 0; i < 50; ++i) trace.requests.push_back({0, 199});
    SequentialOptions options;
    options.policy = "lazy";
    options.tuning.lazy_rotations = 1;
    options.observer = [](std::uint64_t, std::uint32_t, std::uint64_t rotations) {
        ASSERT_LE(rotations, 2U);
    };

    ASSERT_TRUE(run_sequential(balanced_tree(200), trace, options).has_value());
}

TEST(OverlaySplay, GateSplaysOnlyPairsThatRepeat) {
    const auto rotations = [](bool repeat) {
        Trace trace;
        trace.nodes = 64;
        Random random(2);
        for (int i = 0; i < 400; ++i) {
            trace.requests.push_back({3, static_cast<NodeId>(repeat ? 60 : 4 + random.below(60))});
        }
        SequentialOptions options;
        options.policy = "gate";
        return run_sequential(balanced_tree(64), trace, options)->count.rotations;
    };

    EXPECT_GT(rotations(true), 0U);
    EXPECT_EQ(rotations(false), 0U);
}

}  // namespace
}  // namespace tributary::netlayer::overlay
