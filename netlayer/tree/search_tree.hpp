#pragma once
// Where a key lies, seen from one process of the binary search tree: left of it, right of it, or
// outside of its subtree. The server is above the root: its key is above all others and it has one
// child, below which every key lies.
// Invariants: the left child's subtree has the keys (lo, key), the right child's (key, hi); a slot
// whose child is fenced is taken until the child was given up.
// One thread, within a step. Protocol rules, sections 1 (decision 2), 2 (C5) and 4.3.

#include "netlayer/state.hpp"

namespace tributary::netlayer {

/// The keys of a subtree, ends excluded.
struct Interval {
    Key lo = kNoKey;
    Key hi = kServerKey;

    [[nodiscard]] bool covers(Key key) const { return lo < key && key < hi; }
};

class SearchTree {
 public:
    explicit SearchTree(const State& state) : state_(state) {}

    /// The keys of the child slot on the side of this key.
    [[nodiscard]] Interval slot(Key key) const;
    /// The child on the side of this key, fenced or not; nullptr if there is none.
    [[nodiscard]] const Child* child_towards(Key key) const;
    /// The live child on one side, left or right; nullptr if there is none.
    [[nodiscard]] const Child* child_on(overlay::Side side) const;
    /// Of x: the child that it would hand over to its parent if it rose over it; nullptr if none.
    [[nodiscard]] const Child* inner_child() const;
    /// Where an answer for this key goes next; nullptr when it cannot be delivered from here.
    [[nodiscard]] const Child* next_hop(Key key) const;

 private:
    const State& state_;
};

/// A key for a process that was given none: it says nothing about its owner, and different ids get
/// different keys, none of them reserved.
Key key_of(ProcessId id);

}  // namespace tributary::netlayer
