#include "netlayer/splay/wishes.hpp"

#include "netlayer/splay/sinking.hpp"
#include "netlayer/tree/search_tree.hpp"

namespace tributary::netlayer {

using overlay::Lift;
using overlay::Side;

namespace {

/// After that the second half of a double step is not worth more than any other wish.
constexpr std::int64_t kBeatsForAHalf = 4;

}  // namespace

void Wishes::ask_for(Lift lift, std::uint64_t age, bool wished) {
    const SearchTree tree(state_);
    switch (lift) {
        case Lift::none: break;
        case Lift::left: lift_child(tree.child_on(Side::left), age, wished); break;
        case Lift::right: lift_child(tree.child_on(Side::right), age, wished); break;
        case Lift::self: pass_up({Raise::Which::sender, age}); break;
        case Lift::parent: pass_up({Raise::Which::receiver, age}); break;
        case Lift::left_inner: ask_child(Side::left, age); break;
        case Lift::right_inner: ask_child(Side::right, age); break;
    }
}

void Wishes::lift_child(const Child* child, std::uint64_t age, bool wished) {
    if (child != nullptr) Sinking(state_).begin(child->card.id, age, wished);
}

void Wishes::ask_child(Side side, std::uint64_t age) {
    const Child* child = SearchTree(state_).child_on(side);
    if (child == nullptr || state_.now < state_.adjustment.next_raise) return;
    state_.adjustment.next_raise = state_.now + state_.options.heartbeat;
    state_.adjustment.second_half = SecondHalf{
        side, child->card.id, age, state_.now + kBeatsForAHalf * state_.options.heartbeat};
    state_.send(child->card.id, Raise{Raise::Which::inner, age});
}

bool Wishes::may_begin() const {
    return state_.phase == Phase::connected && !state_.is_busy() && state_.parent &&
           state_.now >= state_.next_attempt;
}

void Wishes::follow() {
    auto& second = state_.adjustment.second_half;
    if (!second) return;
    if (state_.now >= second->until) {
        second.reset();
        return;
    }
    const Child* child = SearchTree(state_).child_on(second->side);
    if (child == nullptr || child->card.id == second->instead_of || !may_begin()) return;
    const std::uint64_t age = second->age;
    second.reset();
    Sinking(state_).begin(child->card.id, age);
}

void Wishes::pass_up(Raise wish) {
    if (state_.now < state_.adjustment.next_raise) return;
    state_.adjustment.next_raise = state_.now + state_.options.heartbeat;
    // The server is never p: nobody rises above it.
    if (state_.parent && state_.parent_id() != kServer) state_.send(state_.parent_id(), wish);
}

bool Wishes::on_raise(ProcessId from, const Raise& message) {
    const bool from_parent = state_.parent && from == state_.parent_id();
    if (!state_.options.search_tree || from_parent != (message.which == Raise::Which::inner)) {
        return false;
    }
    if (!may_begin()) return true;
    switch (message.which) {
        case Raise::Which::sender:
            if (state_.is_live_child(from)) Sinking(state_).begin(from, message.age);
            break;
        case Raise::Which::receiver:
            if (state_.parent_id() != kServer) {
                state_.send(state_.parent_id(), Raise{Raise::Which::sender, message.age});
            }
            break;
        case Raise::Which::inner: {
            const Child* inner = SearchTree(state_).inner_child();
            if (inner != nullptr) Sinking(state_).begin(inner->card.id, message.age);
            break;
        }
    }
    return true;
}

}  // namespace tributary::netlayer
