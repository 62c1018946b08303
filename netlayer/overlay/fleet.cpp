#include "netlayer/overlay/fleet.hpp"

#include <utility>

#include "netlayer/overlay/shapes.hpp"

namespace tributary::netlayer::overlay {

Result<Fleet> Fleet::make(Tree tree, std::string_view policy, const PolicyOptions& options) {
    Fleet fleet;
    fleet.policies_.reserve(tree.size());
    for (std::size_t i = 0; i < tree.size(); ++i) {
        TRIBUTARY_TRY(auto made, make_policy(policy, options));
        fleet.policies_.push_back(std::move(made));
    }
    fleet.tree_ = std::move(tree);
    return fleet;
}

bool Fleet::invite(NodeId source, const Message& message, Price price) {
    return policies_[source]->invite(view_of(tree_, source), message, price);
}

void Fleet::pass(NodeId node, const Message& message) {
    policies_[node]->on_request(view_of(tree_, node), message);
}

void Fleet::cross(NodeId child) {
    const NodeId parent = tree_[child].parent;
    const Report report = policies_[child]->report(view_of(tree_, child));
    if (parent == kNone) return;  // the server keeps no numbers: it never rotates
    const Side side = tree_[parent].left == child ? Side::left : Side::right;
    policies_[parent]->on_weights(view_of(tree_, parent), side, report);
}

Lift Fleet::propose(NodeId node, Price price) {
    return policies_[node]->propose_rotation(view_of(tree_, node), price);
}

Fleet::Steps Fleet::steps(NodeId node, Lift lift) const {
    const Node& here = tree_[node];
    switch (lift) {
        case Lift::none: return {};
        case Lift::self: return {node, kNone};
        case Lift::parent: return {here.parent, kNone};
        case Lift::left: return {here.left, kNone};
        case Lift::right: return {here.right, kNone};
        case Lift::left_inner: {
            const NodeId inner = tree_[here.left].right;
            return {inner, inner};
        }
        case Lift::right_inner: {
            const NodeId inner = tree_[here.right].left;
            return {inner, inner};
        }
    }
    return {};
}

std::uint32_t Fleet::adjust(NodeId node, Price price) {
    const Lift wanted = propose(node, price);
    if (wanted == Lift::none) return 0;
    if (!policies_[node]->confirm(view_of(tree_, node), wanted, price)) return 0;
    const Steps todo = steps(node, wanted);
    lift(todo.first);
    if (todo.second == kNone) return 1;
    lift(todo.second);
    return 2;
}

void Fleet::lift(NodeId x) {
    const NodeId p = tree_[x].parent;
    const NodeId b = tree_[p].left == x ? tree_[x].right : tree_[x].left;
    tree_.lift(x);
    const NodeId g = tree_[x].parent;
    ++count_.rotations;
    count_.new_links += b == kNone ? 1 : 2;  // g-x and p-b; x and p were neighbours before
    if (only_ends()) return;
    if (b != kNone) policies_[b]->on_rotation(view_of(tree_, b), true);
    policies_[p]->on_rotation(view_of(tree_, p), false);
    policies_[x]->on_rotation(view_of(tree_, x), false);
    if (g != kNone) policies_[g]->on_rotation(view_of(tree_, g), false);
    // COMMIT, SWITCH and SWITCHB carry the numbers of the new children to their parents.
    if (b != kNone) cross(b);
    cross(p);
    cross(x);
}

void Fleet::reshape(const Tree& target) {
    std::vector<NodeId> lifts;
    Tree copy = tree_;
    overlay::reshape(copy, target, [&lifts](NodeId node) { lifts.push_back(node); });
    for (const NodeId node : lifts) lift(node);
}

}  // namespace tributary::netlayer::overlay
