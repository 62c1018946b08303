#include "netlayer/tree/search_tree.hpp"

namespace tributary::netlayer {

Interval SearchTree::slot(Key key) const {
    if (state_.is_server()) return {};
    if (key < state_.self.key) return {state_.lo, state_.self.key};
    return {state_.self.key, state_.hi};
}

const Child* SearchTree::child_towards(Key key) const {
    const Interval wanted = slot(key);
    for (const auto& [id, child] : state_.children) {
        if (wanted.covers(child.card.key)) return &child;
    }
    return nullptr;
}

const Child* SearchTree::child_on(overlay::Side side) const {
    const Child* child = child_towards(side == overlay::Side::left ? kNoKey : kServerKey);
    return child != nullptr && !child->fenced ? child : nullptr;
}

const Child* SearchTree::inner_child() const {
    if (!state_.parent) return nullptr;
    // Between this process' key and its parent's.
    return child_towards(state_.parent->card.key < state_.self.key ? kNoKey : kServerKey);
}

const Child* SearchTree::next_hop(Key key) const {
    if (!state_.is_server() && !state_.covers(key)) return nullptr;
    const Child* child = child_towards(key);
    return child != nullptr && !child->fenced ? child : nullptr;
}

Key key_of(ProcessId id) {
    // An invertible mix: different ids give different keys.
    Key mixed = id;
    do {
        mixed += 0x9E3779B97F4A7C15U;
        mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
        mixed ^= mixed >> 31U;
    } while (mixed == kNoKey || mixed == kServerKey);
    return mixed;
}

}  // namespace tributary::netlayer
