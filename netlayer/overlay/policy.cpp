#include "netlayer/overlay/policy.hpp"

#include <limits>

#include "netlayer/overlay/counting.hpp"
#include "netlayer/overlay/planned.hpp"
#include "netlayer/overlay/regret.hpp"
#include "netlayer/overlay/splay.hpp"

namespace tributary::netlayer::overlay {

bool Policy::invite(const View&, const Message&, Price) {
    return false;
}
void Policy::on_request(const View&, const Message&) {}
void Policy::on_weights(const View&, Side, const Report&) {}
Report Policy::report(const View&) {
    return {};
}
Lift Policy::propose_rotation(const View&, Price) {
    return Lift::none;
}
bool Policy::confirm(const View&, Lift, Price) {
    return true;
}
Price Policy::limit(Lift) {
    return {std::numeric_limits<std::uint64_t>::max()};
}
void Policy::on_plan(std::uint32_t, std::uint32_t) {}
void Policy::abandon(const View& view, Lift lift) {
    confirm(view, lift, {std::numeric_limits<std::uint64_t>::max() / 4});
}
void Policy::on_child(Side) {}
void Policy::on_rotation(const View&, bool) {}

View view_of(const Tree& tree, NodeId id) {
    const Node& node = tree[id];
    View view;
    view.key = node.key;
    view.lo = node.lo;
    view.hi = node.hi;
    if (node.left != kNone) view.left = tree[node.left].key;
    if (node.right != kNone) view.right = tree[node.right].key;
    if (node.parent == kNone) return view;
    const Node& parent = tree[node.parent];
    view.parent = parent.key;
    view.parent_lo = parent.lo;
    view.parent_hi = parent.hi;
    if (parent.parent != kNone) view.grandparent = tree[parent.parent].key;
    return view;
}

Place place(const View& view, Key key) {
    if (!view.covers(key)) return {Side::above, false};
    if (key == view.key) return {Side::self, false};
    // The inner subtree of a child lies between the child's key and ours.
    if (key < view.key) return {Side::left, key > view.left};
    return {Side::right, key < view.right};
}

Result<std::unique_ptr<Policy>> make_policy(std::string_view name, const PolicyOptions& options) {
    if (name == "static") return std::make_unique<Policy>();
    if (name == "splay") return std::make_unique<SplayPolicy>(SplayPolicy::kUnbounded);
    if (name == "lazy") return std::make_unique<SplayPolicy>(options.lazy_rotations);
    if (name == "gate") return std::make_unique<GatePolicy>();
    if (name == "counting") return std::make_unique<CountingPolicy>();
    if (name == "rebuild") return std::make_unique<PlannedPolicy>();
    if (name == "regret") {
        return std::make_unique<RegretPolicy>(options.regret_floor, options.regret_clamped);
    }
    return fail(
        Errc::invalid_argument,
        "no policy is called " + std::string(name) +
            ". Take static, splay, lazy, counting, regret or gate; "
            "the simulators also know rebuild, rebuild-exact, optimum, displaynet and cbnet");
}

}  // namespace tributary::netlayer::overlay
