#include "netlayer/overlay/shapes.hpp"

#include <algorithm>
#include <numeric>

namespace tributary::netlayer::overlay {

std::vector<Key> plain_keys(std::size_t nodes) {
    std::vector<Key> keys(nodes);
    std::iota(keys.begin(), keys.end(), Key{1});
    return keys;
}

Tree balanced_tree(std::size_t nodes) {
    return Tree::build(plain_keys(nodes), [](std::size_t first, std::size_t last) {
        return first + (last - first - 1) / 2;
    });
}

Tree path_tree(std::size_t nodes) {
    return Tree::build(plain_keys(nodes), [](std::size_t first, std::size_t) { return first; });
}

Tree weight_balanced_tree(std::span<const std::uint64_t> weights) {
    std::vector<std::uint64_t> sums(weights.size() + 1, 0);
    // One is added to every weight, so that nodes without demand form balanced parts.
    for (std::size_t i = 0; i < weights.size(); ++i) sums[i + 1] = sums[i] + weights[i] + 1;
    return Tree::build(plain_keys(weights.size()), [&sums](std::size_t first, std::size_t last) {
        // The first position at which the left side with the node itself reaches half the weight.
        const std::uint64_t half = (sums[first] + sums[last] + 1) / 2;
        const auto from = sums.begin() + static_cast<std::ptrdiff_t>(first) + 1;
        const auto to = sums.begin() + static_cast<std::ptrdiff_t>(last);
        const auto found = std::lower_bound(from, to, half);
        return static_cast<std::size_t>(found - sums.begin()) - 1;
    });
}

std::uint64_t reshape(Tree& tree, const Tree& target, const std::function<void(NodeId)>& lifted) {
    std::uint64_t rotations = 0;
    std::vector<NodeId> open;
    if (target.root() != kNone) open.push_back(target.root());
    while (!open.empty()) {
        const NodeId node = open.back();
        open.pop_back();
        const NodeId parent = target[node].parent;
        while (tree[node].parent != parent) {
            if (lifted) lifted(node);
            tree.lift(node);
            ++rotations;
        }
        for (const NodeId child : {target[node].left, target[node].right}) {
            if (child != kNone) open.push_back(child);
        }
    }
    return rotations;
}

}  // namespace tributary::netlayer::overlay
