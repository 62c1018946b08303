#pragma once
// p of a rotation of x over p, which coordinates it: p locks its parent, then freezes and asks x;
// with x's answer it has everything that both know, and commits at this one point.
// Invariants: locks are asked for from the top down; LockX and Switch are the last messages on
// their edges; between LockX and the commit p takes no local step; whatever refuses or is lost
// before the commit ends the rotation and changes nothing; nothing waits for a rotation.
// One thread, within a step. Protocol rules, sections 4.3 and 5.

#include "netlayer/splay/rotation.hpp"
#include "netlayer/state.hpp"

namespace tributary::netlayer {

class Sinking {
 public:
    explicit Sinking(State& state) : state_(state) {}

    /// Asks for a rotation of this child over this process.
    /// @param age     when the wish came up
    /// @param wished  by the policy, which says what it may cost
    /// @return        false when it cannot be asked for now
    bool begin(ProcessId rising, std::uint64_t age, bool wished = false);
    // Each returns false when the neighbour broke the protocol.
    bool on_lock_ok(ProcessId from, const LockOk& message);
    bool on_lock_no(ProcessId from);
    bool on_lock_x_ok(ProcessId from, const LockXOk& message);
    bool on_lock_x_no(ProcessId from, const LockXNo& message);
    /// The edge to this child is lost.
    void on_lost(ProcessId child);
    /// Goes on with a leave: sinks below one of its children when that can be begun now.
    void leave_downwards();
    /// Gives up a neighbour that does not answer.
    void tick();

 private:
    using Queues = std::map<ObjectId, RotatedQueues>;

    /// Everything is as before.
    void give_up();
    void refused();
    [[nodiscard]] bool fits(const LockXOk& message) const;
    [[nodiscard]] std::optional<Queues> rotate(const LockXOk& message) const;
    void commit(const LockXOk& message, Queues queues);
    void take_place_below(ProcessId rising, Queues queues);

    State& state_;
};

}  // namespace tributary::netlayer
