#pragma once
// The search tree of processes: keys, links, key intervals and subtree sizes, changed by one
// primitive, the single rotation.
// Invariants (`check` states them): keys in order, one tree, parent and child agree, a node's open
// interval (lo, hi) is the one its ancestors imply, and sizes are sums. The server is no node: its
// key is above all others, the root is its only child, and it never rotates.
// One thread per tree. Source: splaynet ch.2 Def. 1, 3, 5, 10, 11.

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "netlayer/identity.hpp"

namespace tributary::netlayer::overlay {

using NodeId = std::uint32_t;

inline constexpr NodeId kNone = std::numeric_limits<NodeId>::max();

struct Node {
    Key key = kNoKey;
    Key lo = kNoKey;  ///< the subtree's keys lie strictly between lo and hi
    Key hi = kServerKey;
    NodeId parent = kNone;
    NodeId left = kNone;
    NodeId right = kNone;
    std::uint32_t size = 1;

    [[nodiscard]] bool covers(Key other) const { return lo < other && other < hi; }
};

class Tree {
 public:
    Tree() = default;

    /// The tree over sorted keys whose subtree over positions [first, last) has its root at
    /// `root_of(first, last)`; node i has the i-th key.
    static Tree build(std::span<const Key> keys,
                      const std::function<std::size_t(std::size_t, std::size_t)>& root_of);

    /// A tree from links that were changed elsewhere; sizes are counted anew. `check` judges it.
    static Tree from_links(std::vector<Node> nodes);

    /// Attaches a leaf at the free slot that its key names; every size on the way grows by one.
    /// @error conflict (the key is taken), invalid_argument (no key, or the server's)
    Result<NodeId> join(Key key);

    /// Rotates a node down until it is a leaf, then detaches it; its number is not used again.
    /// @return  the rotations that took
    /// @paper self-service §6.2, with a leaf's leave as the only kind
    std::uint32_t leave(NodeId node);

    /// Rotates a node over its parent. The abandoned child of `x` becomes a child of the old
    /// parent.
    /// @paper splaynet Def. 5, 11
    void lift(NodeId x);

    [[nodiscard]] const Node& operator[](NodeId node) const { return nodes_[node]; }
    /// Node numbers in use so far, those of nodes that left included.
    [[nodiscard]] std::size_t size() const { return nodes_.size(); }
    [[nodiscard]] std::size_t members() const { return size_of(root_); }
    [[nodiscard]] NodeId root() const { return root_; }
    /// The next node on the way from `at` to the key: local knowledge only. kNone: above the root.
    [[nodiscard]] NodeId next_hop(NodeId at, Key to) const;
    /// Edges between two nodes.
    [[nodiscard]] std::uint32_t distance(NodeId from, NodeId to) const;
    /// Edges between a node and the root.
    [[nodiscard]] std::uint32_t depth(NodeId node) const;
    /// The largest depth plus one: nodes on the longest path from the root.
    [[nodiscard]] std::uint32_t height() const;
    /// The first broken invariant in words; empty when all hold.
    [[nodiscard]] std::string check() const;

 private:
    void replace_child(NodeId parent, NodeId from, NodeId to);
    [[nodiscard]] std::string check_node(NodeId node) const;
    [[nodiscard]] std::uint32_t size_of(NodeId node) const {
        return node == kNone ? 0 : nodes_[node].size;
    }

    std::vector<Node> nodes_;
    NodeId root_ = kNone;
};

}  // namespace tributary::netlayer::overlay
