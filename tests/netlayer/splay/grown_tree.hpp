#pragma once
// A search tree of processes whose keys are their ids, and what tests ask of its shape. One thread.

#include <algorithm>
#include <cstddef>
#include <vector>

#include "tests/netlayer/tree_fixture.hpp"

namespace tributary::netlayer::testing {

inline ProcessOptions searching(RotationPolicy policy, bool balance) {
    ProcessOptions options;
    options.search_tree = true;
    options.grace = Micros{0};
    options.policy = policy;
    options.balance_joins = balance;
    return options;
}

/// From the process up to below the server.
inline std::vector<ProcessId> way_up(Tree& tree, ProcessId id) {
    std::vector<ProcessId> way;
    for (; id != kServer; id = tree.state(id).parent_id()) way.push_back(id);
    return way;
}

/// Edges between two processes.
inline std::size_t distance(Tree& tree, ProcessId from, ProcessId to) {
    std::vector<ProcessId> one = way_up(tree, from);
    std::vector<ProcessId> other = way_up(tree, to);
    while (!one.empty() && !other.empty() && one.back() == other.back()) {
        one.pop_back();
        other.pop_back();
    }
    // What they share ends with their common ancestor, which stands above what is left.
    return one.size() + other.size();
}

/// Edges from the root, which is the server's child, to the deepest of these processes.
inline std::size_t depth(Tree& tree, const std::vector<ProcessId>& ids) {
    std::size_t deepest = 1;
    for (const ProcessId id : ids) deepest = std::max(deepest, way_up(tree, id).size());
    return deepest - 1;
}

inline std::uint64_t rotations(Tree& tree, const std::vector<ProcessId>& ids) {
    std::uint64_t sum = 0;
    for (const ProcessId id : ids) sum += tree.state(id).counters.rotations;
    return sum;
}

}  // namespace tributary::netlayer::testing
