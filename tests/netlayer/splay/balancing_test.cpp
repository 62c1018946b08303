// Joins that keep the tree shallow whatever order they come in. Overlay design, decision 5 and the
// goal "join depth" of section 3.
#include "netlayer/splay/balancing.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numeric>

#include "base/random.hpp"
#include "tests/netlayer/splay/grown_tree.hpp"

namespace tributary::netlayer::testing {
namespace {

constexpr std::size_t kProcesses = 128;

std::vector<ProcessId> in_order() {
    std::vector<ProcessId> ids(kProcesses);
    std::iota(ids.begin(), ids.end(), ProcessId{1});
    return ids;
}

std::vector<std::vector<ProcessId>> orders() {
    const std::vector<ProcessId> sorted = in_order();
    std::vector<ProcessId> outside;
    for (std::size_t i = 0; i < kProcesses; ++i) {
        outside.push_back(i % 2 == 0 ? 1 + i / 2 : kProcesses - i / 2);
    }
    std::vector<ProcessId> shuffled = sorted;
    Random random(3);
    shuffle(shuffled, random);
    return {sorted, {sorted.rbegin(), sorted.rend()}, outside, shuffled};
}

/// One after the other, a heart-beat apart.
void grow(Tree& tree, const std::vector<ProcessId>& ids) {
    for (const ProcessId id : ids) {
        tree.join(id);
        tree.pass(tree.options().heartbeat);
    }
    tree.pass(tree.options().heartbeat * 20);
}

/// Whether every process knows how many stand below it, and everybody is in the tree.
void expect_true_sizes(Tree& tree, const std::vector<ProcessId>& ids) {
    std::map<ProcessId, std::uint64_t> below;
    for (const ProcessId id : ids) {
        ASSERT_TRUE(tree.state(id).is_connected()) << id;
        for (const ProcessId above : way_up(tree, id)) ++below[above];
    }
    for (const ProcessId id : ids) {
        for (const auto& [child, entry] : tree.state(id).children) {
            EXPECT_EQ(entry.subtree, below[child]) << child << " below " << id;
            EXPECT_EQ(entry.sizes.self.sum(), below[child]) << child << " below " << id;
        }
    }
}

TEST(Balancing, SortedJoinsStayBelowOneAndAHalfLogarithms) {
    Tree tree(searching(RotationPolicy::none, true));

    grow(tree, in_order());

    EXPECT_LE(static_cast<double>(depth(tree, in_order())), 1.5 * std::log2(kProcesses));
    EXPECT_LE(rotations(tree, in_order()), 2 * kProcesses);
    expect_true_sizes(tree, in_order());
}

TEST(Balancing, WithoutItSortedJoinsBuildAPath) {
    Tree tree(searching(RotationPolicy::none, false));

    for (const ProcessId id : in_order()) tree.join(id);

    EXPECT_EQ(depth(tree, in_order()), kProcesses - 1);
}

TEST(Balancing, NoOrderBuildsAPath) {
    for (const std::vector<ProcessId>& ids : orders()) {
        Tree tree(searching(RotationPolicy::none, true));

        grow(tree, ids);

        EXPECT_LE(static_cast<double>(depth(tree, ids)), 1.5 * std::log2(kProcesses));
        expect_true_sizes(tree, ids);
    }
}

TEST(Balancing, ThreeOfFourStepsRefusedStillKeepTheTreeShallow) {
    Mutations unwilling;
    unwilling.refuse_most_locks = true;
    for (const std::vector<ProcessId>& ids : orders()) {
        Tree tree(searching(RotationPolicy::none, true), unwilling);

        grow(tree, ids);

        EXPECT_LE(static_cast<double>(depth(tree, ids)), 4 * std::log2(kProcesses));
    }
}

// All ask at the same moment; nobody waits for the one before.
TEST(Balancing, ARushOfJoinsComesToAShallowTree) {
    Tree tree(searching(RotationPolicy::none, true));
    for (const ProcessId id : in_order()) tree.ask_to_join(id);

    tree.pass(tree.options().heartbeat * 40);

    EXPECT_LE(static_cast<double>(depth(tree, in_order())), 4 * std::log2(kProcesses));
    expect_true_sizes(tree, in_order());
}

TEST(Balancing, LeavesKeepTheSizesTrue) {
    Tree tree(searching(RotationPolicy::none, true));
    grow(tree, in_order());
    std::vector<ProcessId> left;

    for (const ProcessId id : in_order()) {
        if (id % 3 == 0) {
            tree.give(id, LeaveInvoked{});
            tree.pass(tree.options().heartbeat * 6);
        } else {
            left.push_back(id);
        }
    }
    tree.pass(tree.options().heartbeat * kProcesses);  // a size goes up an edge with each

    expect_true_sizes(tree, left);
}

void leave(Tree& tree, const std::vector<ProcessId>& ids) {
    for (const ProcessId id : ids) {
        tree.give(id, LeaveInvoked{});
        for (int beats = 0; beats < 40 && tree.state(id).is_connected(); ++beats) {
            tree.pass(tree.options().heartbeat);
        }
        ASSERT_FALSE(tree.state(id).is_connected()) << id;
    }
    tree.pass(tree.options().heartbeat * 20);
}

// The larger of two subtrees rises when a process leaves.
TEST(Balancing, NoOrderOfLeavesMakesADeepTree) {
    for (const std::vector<ProcessId>& ids : orders()) {
        Tree tree(searching(RotationPolicy::none, true));
        grow(tree, in_order());
        for (auto first = ids.begin(); ids.end() - first > 16; first += 16) {
            leave(tree, {first, first + 16});
            const std::vector<ProcessId> left(first + 16, ids.end());

            EXPECT_LE(static_cast<double>(depth(tree, left)),
                      1.5 * std::log2(static_cast<double>(left.size())));
        }
    }
}

/// The way to the deepest process, and everybody else, the deepest first.
std::pair<std::vector<ProcessId>, std::vector<ProcessId>> deepest_path(Tree& tree) {
    std::vector<ProcessId> ids = in_order();
    const auto depth_of = [&tree](ProcessId id) { return way_up(tree, id).size(); };
    std::stable_sort(ids.begin(), ids.end(), [&](ProcessId one, ProcessId other) {
        return depth_of(one) > depth_of(other);
    });
    const std::vector<ProcessId> path = way_up(tree, ids.front());
    std::erase_if(ids, [&path](ProcessId id) {
        return std::find(path.begin(), path.end(), id) != path.end();
    });
    return {path, ids};
}

// Nobody sinks here, since every leaver is a leaf: what is left is a path, but for the balancing.
TEST(Balancing, WhenAllBesideOnePathLeaveItBecomesShallow) {
    Tree tree(searching(RotationPolicy::none, true));
    grow(tree, in_order());
    const auto [path, others] = deepest_path(tree);

    leave(tree, others);

    EXPECT_LE(static_cast<double>(depth(tree, path)),
              1.5 * std::log2(static_cast<double>(path.size())));
    expect_true_sizes(tree, path);
}

// What a policy has made of the tree stays, as long as nobody joins.
TEST(Balancing, NothingIsUndoneLongAfterAJoin) {
    Tree tree(searching(RotationPolicy::none, true));
    grow(tree, in_order());
    const ProcessId root = tree.state(kServer).children.begin()->first;
    const ProcessId small = tree.state(root).children.begin()->first;
    const std::uint64_t before = rotations(tree, in_order());

    tree.give(root, RotateInvoked{small});
    tree.pass(tree.options().heartbeat * 30);

    EXPECT_EQ(rotations(tree, in_order()), before + 1);
    EXPECT_EQ(tree.state(root).parent_id(), small);
}

TEST(Balancing, AKeyThatIsTakenIsRefusedWithAReason) {
    Tree tree(searching(RotationPolicy::none, true));
    for (ProcessId id = 1; id <= 9; ++id) tree.join(id);
    const State& server = tree.state(kServer);
    Card twin{77, 99, "tcp://twin", "key", "twin"};
    twin.key = 5;

    tree.give(kServer, DirectReceived{77, JoinRequest{twin}});
    tree.settle();

    EXPECT_EQ(server.links.all().size(), 1u);
    std::uint64_t refused = 0;
    for (ProcessId id = 1; id <= 9; ++id) refused += tree.state(id).counters.joins_refused;
    EXPECT_EQ(refused, 1u);
}

}  // namespace
}  // namespace tributary::netlayer::testing
