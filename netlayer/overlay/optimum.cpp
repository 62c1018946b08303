#include "netlayer/overlay/optimum.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "netlayer/overlay/shapes.hpp"

namespace tributary::netlayer::overlay {

namespace {

using Cost = std::int64_t;

/// A square of costs; the mirror image below the diagonal keeps both loops on consecutive memory.
class Square {
 public:
    explicit Square(std::size_t side) : side_(side), cells_(side * side, 0) {}
    Cost* row(std::size_t i) { return cells_.data() + i * side_; }
    Cost& at(std::size_t i, std::size_t j) { return cells_[i * side_ + j]; }

 private:
    std::size_t side_;
    std::vector<Cost> cells_;
};

/// Messages that cross the edge above a subtree over positions [i, j], for every i <= j: those with
/// an end inside, less twice those with both ends inside.
void fill_crossings(std::uint32_t nodes, std::span<const Request> requests, Square& cross) {
    std::vector<Cost> ends(nodes, 0);
    for (const Request& request : requests) {
        ++ends[request.from];
        ++ends[request.to];
        const auto [low, high] = std::minmax(request.from, request.to);
        cross.at(low, high) += 1;
    }
    // inside(i, j) = inside(i+1, j) + inside(i, j-1) - inside(i+1, j-1) + demand(i, j)
    for (std::size_t i = nodes; i-- > 0;) {
        for (std::size_t j = i + 1; j < nodes; ++j) {
            const Cost both = i + 1 < j ? cross.at(i + 1, j - 1) : 0;
            cross.at(i, j) += cross.at(i + 1, j) + cross.at(i, j - 1) - both;
        }
    }
    for (std::size_t i = 0; i < nodes; ++i) {
        Cost touching = 0;
        for (std::size_t j = i; j < nodes; ++j) {
            touching += ends[j];
            cross.at(i, j) = touching - 2 * cross.at(i, j);
        }
    }
}

/// The least cost below a root of [i, j], for i < j. Cells hold the cost of a subtree with the edge
/// above it.
Cost best_cost(Square& cost, std::size_t i, std::size_t j) {
    const Cost* before = cost.row(i);  // [i, r-1] at r-1
    const Cost* after = cost.row(j);   // [r+1, j] at r+1, in the mirror image
    Cost best = std::min(after[i + 1], before[j - 1]);
    for (std::size_t r = i + 1; r < j; ++r) best = std::min(best, before[r - 1] + after[r + 1]);
    return best;
}

std::size_t best_root(Square& cost, std::size_t i, std::size_t j) {
    const Cost best = best_cost(cost, i, j);
    if (cost.row(j)[i + 1] == best) return i;
    std::size_t root = i + 1;
    while (root < j && cost.row(i)[root - 1] + cost.row(j)[root + 1] != best) ++root;
    return root;
}

}  // namespace

Result<Optimum> optimal_tree(std::uint32_t nodes, std::span<const Request> requests) {
    if (nodes > kMaxExactNodes) {
        return fail(Errc::limit_exceeded, "the exact optimum takes up to " +
                                              std::to_string(kMaxExactNodes) +
                                              " nodes. Take weight-balanced rebuilding instead");
    }
    Square cost(nodes);
    fill_crossings(nodes, requests, cost);
    const Cost none_above = nodes == 0 ? 0 : cost.at(0, nodes - 1);
    for (std::size_t i = nodes; i-- > 0;) {
        for (std::size_t j = i + 1; j < nodes; ++j) {
            const Cost total = cost.at(i, j) + best_cost(cost, i, j);
            cost.at(i, j) = total;
            cost.at(j, i) = total;
        }
    }
    Optimum optimum;
    if (nodes > 0) optimum.hops = static_cast<std::uint64_t>(cost.at(0, nodes - 1) - none_above);
    const std::vector<Key> keys = plain_keys(nodes);
    optimum.tree = Tree::build(keys, [&cost](std::size_t first, std::size_t last) {
        return last - first == 1 ? first : best_root(cost, first, last - 1);
    });
    return optimum;
}

std::uint64_t total_hops(const Tree& tree, std::span<const Request> requests) {
    std::uint64_t hops = 0;
    for (const Request& request : requests) hops += tree.distance(request.from, request.to);
    return hops;
}

}  // namespace tributary::netlayer::overlay
