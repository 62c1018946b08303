#include "netlayer/overlay/tree.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace tributary::netlayer::overlay {

namespace {

/// A subtree that is still to be built, and where it will hang.
struct Unbuilt {
    std::size_t first;
    std::size_t last;
    NodeId parent;
};

}  // namespace

Tree Tree::build(std::span<const Key> keys,
                 const std::function<std::size_t(std::size_t, std::size_t)>& root_of) {
    Tree tree;
    tree.nodes_.resize(keys.size());
    std::vector<Unbuilt> parts;
    if (!keys.empty()) parts.push_back({0, keys.size(), kNone});
    while (!parts.empty()) {
        const Unbuilt part = parts.back();
        parts.pop_back();
        const std::size_t middle = root_of(part.first, part.last);
        TRIBUTARY_ASSERT(part.first <= middle && middle < part.last);
        const auto id = static_cast<NodeId>(middle);
        Node& node = tree.nodes_[middle];
        node.key = keys[middle];
        node.parent = part.parent;
        node.size = static_cast<std::uint32_t>(part.last - part.first);
        if (part.parent == kNone) {
            tree.root_ = id;
        } else {
            Node& parent = tree.nodes_[part.parent];
            const bool left = node.key < parent.key;
            (left ? parent.left : parent.right) = id;
            node.lo = left ? parent.lo : parent.key;
            node.hi = left ? parent.key : parent.hi;
        }
        if (part.first < middle) parts.push_back({part.first, middle, id});
        if (middle + 1 < part.last) parts.push_back({middle + 1, part.last, id});
    }
    return tree;
}

Tree Tree::from_links(std::vector<Node> nodes) {
    Tree tree;
    tree.nodes_ = std::move(nodes);
    std::vector<NodeId> order;
    for (NodeId id = 0; id < tree.nodes_.size(); ++id) {
        if (tree.nodes_[id].parent == kNone) tree.root_ = id;
    }
    if (tree.root_ != kNone) order.push_back(tree.root_);
    // Parents before children; links that form a cycle end at the bound.
    for (std::size_t i = 0; i < order.size() && order.size() <= tree.nodes_.size(); ++i) {
        for (const NodeId child : {tree.nodes_[order[i]].left, tree.nodes_[order[i]].right}) {
            if (child != kNone) order.push_back(child);
        }
    }
    for (std::size_t i = order.size(); i-- > 0;) {
        Node& node = tree.nodes_[order[i]];
        node.size = 1 + tree.size_of(node.left) + tree.size_of(node.right);
    }
    return tree;
}

Result<NodeId> Tree::join(Key key) {
    if (key == kNoKey || key == kServerKey) {
        return fail(Errc::invalid_argument, "key " + std::to_string(key) +
                                                " is reserved. Take one that the coordinator gave");
    }
    NodeId parent = kNone;
    NodeId at = root_;
    while (at != kNone) {
        if (nodes_[at].key == key) {
            return fail(Errc::conflict, "key " + std::to_string(key) +
                                            " is taken. Ask the coordinator for another");
        }
        parent = at;
        at = key < nodes_[at].key ? nodes_[at].left : nodes_[at].right;
    }
    const auto id = static_cast<NodeId>(nodes_.size());
    Node node;
    node.key = key;
    node.parent = parent;
    if (parent == kNone) {
        root_ = id;
    } else {
        Node& above = nodes_[parent];
        const bool left = key < above.key;
        (left ? above.left : above.right) = id;
        node.lo = left ? above.lo : above.key;
        node.hi = left ? above.key : above.hi;
    }
    nodes_.push_back(node);
    for (at = parent; at != kNone; at = nodes_[at].parent) ++nodes_[at].size;
    return id;
}

std::uint32_t Tree::leave(NodeId leaver) {
    std::uint32_t rotations = 0;
    const Node& node = nodes_[leaver];
    while (node.left != kNone || node.right != kNone) {
        lift(size_of(node.left) >= size_of(node.right) ? node.left : node.right);
        ++rotations;
    }
    replace_child(node.parent, leaver, kNone);
    for (NodeId at = node.parent; at != kNone; at = nodes_[at].parent) --nodes_[at].size;
    nodes_[leaver].parent = kNone;
    nodes_[leaver].size = 0;
    return rotations;
}

void Tree::replace_child(NodeId parent, NodeId from, NodeId to) {
    if (parent == kNone) {
        root_ = to;
    } else if (nodes_[parent].left == from) {
        nodes_[parent].left = to;
    } else {
        nodes_[parent].right = to;
    }
}

void Tree::lift(NodeId x) {
    TRIBUTARY_ASSERT(x < nodes_.size());
    Node& up = nodes_[x];
    const NodeId p = up.parent;
    TRIBUTARY_ASSERT(p != kNone);
    Node& down = nodes_[p];
    const bool left = down.left == x;
    const NodeId inner = left ? up.right : up.left;
    replace_child(down.parent, p, x);
    up.parent = down.parent;
    down.parent = x;
    (left ? up.right : up.left) = p;
    (left ? down.left : down.right) = inner;
    if (inner != kNone) nodes_[inner].parent = p;  // its interval (key of x, key of p) stays
    up.lo = down.lo;
    up.hi = down.hi;
    (left ? down.lo : down.hi) = up.key;
    up.size = down.size;
    down.size = 1 + size_of(down.left) + size_of(down.right);
}

NodeId Tree::next_hop(NodeId at, Key to) const {
    const Node& node = nodes_[at];
    if (!node.covers(to)) return node.parent;
    return to < node.key ? node.left : node.right;
}

std::uint32_t Tree::distance(NodeId from, NodeId to) const {
    const Key key = nodes_[to].key;
    std::uint32_t hops = 0;
    for (NodeId at = from; at != to; ++hops) {
        TRIBUTARY_ASSERT(at != kNone && hops < nodes_.size());
        at = next_hop(at, key);
    }
    return hops;
}

std::uint32_t Tree::depth(NodeId node) const {
    std::uint32_t hops = 0;
    for (NodeId at = node; at != root_; ++hops) at = nodes_[at].parent;
    return hops;
}

std::uint32_t Tree::height() const {
    std::uint32_t deepest = 0;
    std::vector<std::pair<NodeId, std::uint32_t>> open;
    if (root_ != kNone) open.emplace_back(root_, 1);
    while (!open.empty()) {
        const auto [node, level] = open.back();
        open.pop_back();
        deepest = std::max(deepest, level);
        for (const NodeId child : {nodes_[node].left, nodes_[node].right}) {
            if (child != kNone) open.emplace_back(child, level + 1);
        }
    }
    return deepest;
}

std::string Tree::check_node(NodeId id) const {
    const Node& node = nodes_[id];
    const std::string name = "node " + std::to_string(id) + ": ";
    if (!node.covers(node.key)) return name + "its key is outside of its interval";
    for (const NodeId child : {node.left, node.right}) {
        if (child == kNone) continue;
        const bool left = child == node.left;
        const Node& below = nodes_[child];
        if (below.parent != id) return name + "a child names another parent";
        if ((below.key < node.key) != left) return name + "a child is on the wrong side";
        if (below.lo != (left ? node.lo : node.key) || below.hi != (left ? node.key : node.hi)) {
            return name + "a child's interval is not the one implied";
        }
    }
    if (node.size != 1 + size_of(node.left) + size_of(node.right)) return name + "wrong size";
    return {};
}

std::string Tree::check() const {
    std::size_t attached = 0;
    for (const Node& node : nodes_) attached += node.size > 0 ? 1 : 0;
    if (attached == 0) return {};
    if (root_ == kNone || nodes_[root_].parent != kNone) return "the root has a parent";
    const Node& top = nodes_[root_];
    if (top.lo != kNoKey || top.hi != kServerKey) return "the root does not cover every key";
    std::size_t reached = 0;
    std::vector<NodeId> open{root_};
    while (!open.empty() && reached <= nodes_.size()) {
        const NodeId id = open.back();
        open.pop_back();
        ++reached;
        if (std::string broken = check_node(id); !broken.empty()) return broken;
        for (const NodeId child : {nodes_[id].left, nodes_[id].right}) {
            if (child != kNone) open.push_back(child);
        }
    }
    return reached == attached ? "" : "not every node hangs below the root once";
}

}  // namespace tributary::netlayer::overlay
