#pragma once
// Wishes for rotations of which another process is p: a child asks to rise over its parent, or that
// its parent rises first (zig-zig); a process asks its child to let the inner grandchild rise (the
// first half of a double step). Nobody answers: the wish is granted, or the tree stays as it is.
// Invariants: a wish is passed on at most once; a process that is not free, or backs off, drops it.
// One thread, within a step. Protocol rules, section 5; splaynet ch.3 §1.

#include "netlayer/state.hpp"

namespace tributary::netlayer {

class Wishes {
 public:
    explicit Wishes(State& state) : state_(state) {}

    /// Begins a rotation as p of it, or asks the neighbour who would be p.
    /// @param wished  by the policy, which says what it may cost
    void ask_for(overlay::Lift lift, std::uint64_t age, bool wished = false);
    /// Goes on with the second half of a double step when the first one came true.
    void follow();
    /// @return  false when the neighbour broke the protocol
    bool on_raise(ProcessId from, const Raise& message);

 private:
    void lift_child(const Child* child, std::uint64_t age, bool wished);
    void ask_child(overlay::Side side, std::uint64_t age);
    [[nodiscard]] bool may_begin() const;
    void pass_up(Raise wish);

    State& state_;
};

}  // namespace tributary::netlayer
