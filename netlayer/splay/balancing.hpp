#pragma once
// Keeps the tree shallow whatever order processes join and leave in: a join adds one to every
// subtree size on its way down, a leave takes one from each on the way up, and for a short time
// after it each process on that way takes the step that lowers the sum of log2(size) by more than
// one half, its child over itself or its inner grandchild over both. Invariants: sizes of children
// are what they told last, and one more for each join that went to them since; where reports do not
// fit together no step is taken; after that time no rotation is undone that a policy has made. One
// thread, within a step. Overlay design, decision 5; the rule is netlayer/overlay/counting.
// @deviates Processes take their steps side by side, not from the joiner upwards; a step that is
// refused is tried again while the time lasts.

#include "netlayer/state.hpp"

namespace tributary::netlayer {

class Balancing {
 public:
    explicit Balancing(State& state) : state_(state) {}

    /// A joiner goes to this child, or is the child.
    void joins(Child& towards, Key joiner);
    /// A child has left or was lost.
    void leaves() { begin(); }
    /// The sizes of this process and of its children, for its parent.
    [[nodiscard]] overlay::Report sizes() const;
    /// A child told its sizes.
    void hear(Child& child, const overlay::Report& sizes);
    /// An edge of this process was changed by a rotation, or time has passed.
    void look() { state_.adjustment.look_sizes = true; }
    /// Begins the best step, when this process is free.
    void ask();

 private:
    void begin();
    [[nodiscard]] bool is_due() const;
    [[nodiscard]] overlay::Lift best() const;

    State& state_;
};

}  // namespace tributary::netlayer
