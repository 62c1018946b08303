#include "netlayer/splay/balancing.hpp"

#include <algorithm>

#include "netlayer/overlay/counting.hpp"
#include "netlayer/splay/wishes.hpp"
#include "netlayer/tree/search_tree.hpp"

namespace tributary::netlayer {
namespace {

using overlay::Lift;
using overlay::Report;
using overlay::Side;
using overlay::Weights;

/// After a join or a leave; refused steps are tried again in the meantime.
constexpr std::int64_t kBeats = 8;

std::uint32_t size_of(const Child* child) {
    return child == nullptr ? 0 : static_cast<std::uint32_t>(child->subtree);
}

/// Whether the child's numbers are of one moment.
bool fits_together(const Child* child) {
    return child == nullptr || child->sizes.self.sum() == child->subtree;
}

}  // namespace

void Balancing::joins(Child& towards, Key joiner) {
    if (!state_.options.balance_joins) return;
    if (towards.card.key != joiner) {
        towards.subtree = std::min(towards.subtree + 1, kMaxSubtree);
        ++(joiner < towards.card.key ? towards.sizes.self.left : towards.sizes.self.right);
    }
    begin();
}

void Balancing::begin() {
    if (!state_.options.balance_joins) return;
    state_.adjustment.balance_until = state_.now + state_.options.heartbeat * kBeats;
    look();
}

Report Balancing::sizes() const {
    const Child* left = SearchTree(state_).child_on(Side::left);
    const Child* right = SearchTree(state_).child_on(Side::right);
    Report report;
    report.self = {1, size_of(left), size_of(right)};
    if (left != nullptr) report.left = left->sizes.self;
    if (right != nullptr) report.right = right->sizes.self;
    return report;
}

void Balancing::hear(Child& child, const Report& sizes) {
    if (child.sizes == sizes) return;
    // No rotation below the child changes how many there are: somebody has left.
    const bool fewer = sizes.self.sum() < child.sizes.self.sum();
    child.sizes = sizes;
    if (fewer) begin();
    look();
}

bool Balancing::is_due() const {
    return state_.adjustment.look_sizes && state_.now < state_.adjustment.balance_until &&
           state_.phase == Phase::connected && !state_.is_busy() && state_.parent &&
           state_.now >= state_.next_attempt;
}

Lift Balancing::best() const {
    overlay::Surroundings around;
    around.own = 1;
    const Child* left = SearchTree(state_).child_on(Side::left);
    const Child* right = SearchTree(state_).child_on(Side::right);
    if (!fits_together(left) || !fits_together(right)) return Lift::none;
    if (left != nullptr) around.children[0] = left->sizes;
    if (right != nullptr) around.children[1] = right->sizes;
    Lift best = Lift::none;
    std::int32_t best_gain = overlay::kSemiSplayGain;
    const auto consider = [&](std::int32_t gain, Lift lift) {
        if (gain <= best_gain) return;
        best_gain = gain;
        best = lift;
    };
    for (const Side side : {Side::left, Side::right}) {
        const bool is_left = side == Side::left;
        if ((is_left ? left : right) == nullptr) continue;
        consider(single_gain(around, side), is_left ? Lift::left : Lift::right);
        const Report& child = around.children.at(is_left ? 0 : 1);
        const Weights& inner = is_left ? child.right : child.left;
        const bool known =
            inner.own == 1 && inner.sum() == (is_left ? child.self.right : child.self.left);
        if (!known) continue;
        consider(double_gain(around, side), is_left ? Lift::left_inner : Lift::right_inner);
    }
    return best;
}

void Balancing::ask() {
    if (!is_due()) return;
    state_.adjustment.look_sizes = false;
    const Lift lift = best();
    if (lift == Lift::none) return;
    ++state_.counters.balancing_steps;
    Wishes(state_).ask_for(lift, static_cast<std::uint64_t>(state_.now.count()));
}

}  // namespace tributary::netlayer
