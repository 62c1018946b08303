#pragma once
// What the overlay's tests share: a fleet under random traffic, and costs counted afresh from trees
// alone, as an oracle. One thread.

#include <gtest/gtest.h>

#include <vector>

#include "base/random.hpp"
#include "netlayer/overlay/fleet.hpp"
#include "netlayer/overlay/shapes.hpp"

namespace tributary::netlayer::overlay::testing {

/// A message between two nodes; `to` is kNone for the server.
struct Sent {
    NodeId from;
    NodeId to;
};

inline Fleet make_fleet(Tree tree, std::string_view policy, const PolicyOptions& options = {}) {
    auto fleet = Fleet::make(std::move(tree), policy, options);
    EXPECT_TRUE(fleet.has_value());
    return std::move(*fleet);
}

inline Tree random_tree(std::size_t nodes, Random& random) {
    return Tree::build(plain_keys(nodes), [&random](std::size_t first, std::size_t last) {
        return first + random.below(last - first);
    });
}

inline std::vector<NodeId> path_to_root(const Tree& tree, NodeId from) {
    std::vector<NodeId> path;
    for (NodeId at = from; at != kNone; at = tree[at].parent) path.push_back(at);
    return path;
}

/// Every node between the ends, by comparing their paths to the root.
inline std::vector<NodeId> way(const Tree& tree, const Sent& sent) {
    std::vector<NodeId> up = path_to_root(tree, sent.from);
    if (sent.to == kNone) return up;
    std::vector<NodeId> down = path_to_root(tree, sent.to);
    while (up.size() > 1 && down.size() > 1 && up[up.size() - 2] == down[down.size() - 2]) {
        up.pop_back();
        down.pop_back();
    }
    down.pop_back();
    up.insert(up.end(), down.rbegin(), down.rend());
    return up;
}

/// Edges on the way; the server is one above the root.
inline std::int64_t cost(const Tree& tree, const Sent& sent) {
    const auto nodes = static_cast<std::int64_t>(way(tree, sent).size());
    return sent.to == kNone ? nodes : nodes - 1;
}

/// Lets every report reach its parent, lowest nodes first.
inline void deliver_reports(Fleet& fleet) {
    std::vector<NodeId> order{fleet.tree().root()};
    for (std::size_t i = 0; i < order.size(); ++i) {
        for (const NodeId child : {fleet.tree()[order[i]].left, fleet.tree()[order[i]].right}) {
            if (child != kNone) order.push_back(child);
        }
    }
    for (std::size_t i = order.size(); i-- > 0;) fleet.cross(order[i]);
}

inline Message message_of(const Tree& tree, const Sent& sent) {
    Message message;
    message.from = tree[sent.from].key;
    message.to = sent.to == kNone ? kServerKey : tree[sent.to].key;
    return message;
}

}  // namespace tributary::netlayer::overlay::testing
