#pragma once
// The best fixed search tree for a demand, exactly: the full cubic program. (Knuth's shortcut,
// roots only between the neighbours' roots, is 10-15 % off for this cost and is not used.) Values;
// any thread. Source: splaynet ch.2 (static optimality); overlay design, section 3.

#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "netlayer/overlay/trace.hpp"
#include "netlayer/overlay/tree.hpp"

namespace tributary::netlayer::overlay {

inline constexpr std::uint32_t kMaxExactNodes = 4'000;

struct Optimum {
    Tree tree;
    std::uint64_t hops = 0;  ///< of all requests together
};

/// Time grows with nodes^3, memory with nodes^2 (8 bytes each).
/// @error limit_exceeded (more than kMaxExactNodes)
Result<Optimum> optimal_tree(std::uint32_t nodes, std::span<const Request> requests);

/// Hops of all requests together in a tree that stays as it is.
std::uint64_t total_hops(const Tree& tree, std::span<const Request> requests);

}  // namespace tributary::netlayer::overlay
