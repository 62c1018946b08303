#pragma once
// Trees to start from or to change into: balanced, weight-balanced, path; and the rotations that
// turn one shape into another. Values; one thread per tree.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "netlayer/overlay/tree.hpp"

namespace tributary::netlayer::overlay {

/// The keys 1 to n, which node 0 to n-1 of a simulated tree have.
std::vector<Key> plain_keys(std::size_t nodes);

/// The tree of least height over the keys 1 to n.
Tree balanced_tree(std::size_t nodes);

/// Every node is the right child of the one before: the worst start.
Tree path_tree(std::size_t nodes);

/// At every node the weights of both sides are as equal as the order of keys allows.
Tree weight_balanced_tree(std::span<const std::uint64_t> weights);

/// Turns a tree into the shape of another one over the same nodes by single rotations.
/// @param lifted  told of every node before it is lifted; may be empty
/// @return        the number of rotations
std::uint64_t reshape(Tree& tree, const Tree& target,
                      const std::function<void(NodeId)>& lifted = {});

}  // namespace tributary::netlayer::overlay
