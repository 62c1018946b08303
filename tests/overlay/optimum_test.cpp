#include "netlayer/overlay/optimum.hpp"

#include <gtest/gtest.h>

#include "netlayer/overlay/workload.hpp"
#include "tests/overlay/fleet_fixture.hpp"

namespace tributary::netlayer::overlay {
namespace {

/// Distance from the definition, by climbing to the common ancestor.
std::uint64_t hops(const Tree& tree, std::span<const Request> requests) {
    std::uint64_t sum = 0;
    for (const Request& request : requests) {
        sum += static_cast<std::uint64_t>(testing::cost(tree, {request.from, request.to}));
    }
    return sum;
}

/// The least cost over every search tree on `nodes` keys, each built and measured.
class EveryTree {
 public:
    EveryTree(std::uint32_t nodes, std::span<const Request> requests)
        : requests_(requests), roots_(nodes) {
        choose(nodes == 0 ? std::vector<Range>{} : std::vector<Range>{{0, nodes}});
    }
    std::uint64_t best = ~std::uint64_t{0};
    std::size_t trees = 0;

 private:
    using Range = std::pair<std::size_t, std::size_t>;

    void choose(std::vector<Range> open) {
        if (open.empty()) {
            measure();
            return;
        }
        const auto [first, last] = open.back();
        open.pop_back();
        for (std::size_t root = first; root < last; ++root) {
            std::vector<Range> next = open;
            if (root + 1 < last) next.emplace_back(root + 1, last);
            if (first < root) next.emplace_back(first, root);
            chosen_.emplace_back(Range{first, last}, root);
            choose(next);
            chosen_.pop_back();
        }
    }

    void measure() {
        const Tree tree =
            Tree::build(plain_keys(roots_), [this](std::size_t first, std::size_t last) {
                for (const auto& [range, root] : chosen_) {
                    if (range == Range{first, last}) return root;
                }
                return first;
            });
        ++trees;
        best = std::min(best, hops(tree, requests_));
    }

    std::span<const Request> requests_;
    std::size_t roots_;
    std::vector<std::pair<Range, std::size_t>> chosen_;
};

TEST(OverlayOptimum, IsTheBestOfAllTreesUpToEightNodes) {
    constexpr std::size_t kCatalan[] = {1, 1, 2, 5, 14, 42, 132, 429, 1430};
    Random random(21);
    for (std::uint32_t nodes = 2; nodes <= 8; ++nodes) {
        for (int round = 0; round < 4; ++round) {
            std::vector<Request> requests;
            const std::size_t pairs = 1 + random.below(6);
            for (std::size_t i = 0; i < pairs; ++i) {
                const Request request{static_cast<NodeId>(random.below(nodes)),
                                      static_cast<NodeId>(random.below(nodes))};
                if (request.from == request.to) continue;
                requests.insert(requests.end(), 1 + random.below(9), request);
            }

            const auto optimum = optimal_tree(nodes, requests);
            const EveryTree every(nodes, requests);

            ASSERT_TRUE(optimum.has_value());
            EXPECT_EQ(every.trees, kCatalan[nodes]);
            EXPECT_EQ(optimum->hops, every.best) << nodes << " nodes, round " << round;
            EXPECT_EQ(hops(optimum->tree, requests), optimum->hops);
            EXPECT_EQ(optimum->tree.check(), "");
        }
    }
}

TEST(OverlayOptimum, IsNeverWorseThanOtherFixedTrees) {
    const auto trace = make_workload({"pairs", 200, 3'000, 4, 0});
    ASSERT_TRUE(trace.has_value());

    const auto optimum = optimal_tree(200, trace->requests);

    ASSERT_TRUE(optimum.has_value());
    EXPECT_EQ(total_hops(optimum->tree, trace->requests), optimum->hops);
    EXPECT_LE(optimum->hops, total_hops(balanced_tree(200), trace->requests));
    EXPECT_LE(optimum->hops, total_hops(path_tree(200), trace->requests));
}

TEST(OverlayOptimum, RefusesMoreNodesThanItCanTake) {
    const auto optimum = optimal_tree(kMaxExactNodes + 1, {});

    ASSERT_FALSE(optimum.has_value());
    EXPECT_EQ(optimum.error().code, Errc::limit_exceeded);
}

}  // namespace
}  // namespace tributary::netlayer::overlay
