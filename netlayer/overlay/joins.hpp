#pragma once
// Joins that keep the tree shallow whatever order they come in: JOIN adds one to every subtree size
// on its way down; then rotations along that path follow the counting rule on sizes.
// Invariant: only nodes on the joiner's path to the root, and their children, are asked.
// One thread per tree. Source: overlay design, decision 5.

#include <cstdint>
#include <functional>

#include "base/result.hpp"
#include "netlayer/overlay/tree.hpp"

namespace tributary::netlayer::overlay {

struct Joined {
    NodeId node = kNone;
    std::uint32_t rotations = 0;
};

/// @param granted  asked before every step; a step that is refused is left out; empty: all granted
/// @error conflict, invalid_argument
Result<Joined> join_and_balance(Tree& tree, Key key, const std::function<bool()>& granted = {});

}  // namespace tributary::netlayer::overlay
