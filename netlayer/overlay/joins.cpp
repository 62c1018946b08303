#include "netlayer/overlay/joins.hpp"

#include "netlayer/overlay/counting.hpp"
#include "netlayer/overlay/log2.hpp"

namespace tributary::netlayer::overlay {

namespace {

std::uint64_t size_of(const Tree& tree, NodeId node) {
    return node == kNone ? 0 : tree[node].size;
}

/// A step on the path x below y below z: the single rotation of y over z when x is y's outer child,
/// else the double one of x over both.
struct Step {
    NodeId lifted = kNone;
    std::uint32_t rotations = 1;
    std::int32_t gain = 0;
};

Step find_step(const Tree& tree, NodeId x, NodeId y, NodeId z) {
    const bool left = tree[z].left == y;
    const NodeId inner = left ? tree[y].right : tree[y].left;
    const std::int32_t y_before = log2_fixed(size_of(tree, y));
    if (x != inner || x == kNone) {
        const std::uint64_t z_after = size_of(tree, z) - size_of(tree, y) + size_of(tree, inner);
        return {y, 1, y_before - log2_fixed(z_after)};
    }
    const NodeId toward_y = left ? tree[x].left : tree[x].right;
    const NodeId toward_z = left ? tree[x].right : tree[x].left;
    const std::uint64_t y_after = size_of(tree, y) - size_of(tree, x) + size_of(tree, toward_y);
    const std::uint64_t z_after = size_of(tree, z) - size_of(tree, y) + size_of(tree, toward_z);
    const std::int32_t before = y_before + log2_fixed(size_of(tree, x));
    return {x, 2, before - log2_fixed(y_after) - log2_fixed(z_after)};
}

}  // namespace

Result<Joined> join_and_balance(Tree& tree, Key key, const std::function<bool()>& granted) {
    Joined joined;
    TRIBUTARY_TRY(joined.node, tree.join(key));
    NodeId x = kNone;
    NodeId y = joined.node;
    while (tree[y].parent != kNone) {
        const NodeId z = tree[y].parent;
        const Step step = find_step(tree, x, y, z);
        if (step.gain <= kSemiSplayGain || (granted && !granted())) {
            x = y;
            y = z;
            continue;
        }
        for (std::uint32_t i = 0; i < step.rotations; ++i) tree.lift(step.lifted);
        joined.rotations += step.rotations;
        x = kNone;  // what stands here now is the lower end of the next step
        y = step.lifted;
    }
    return joined;
}

}  // namespace tributary::netlayer::overlay
