#pragma once
// x of a rotation of x over p: it locks the child that it hands over, tells p everything that it
// knows of the queues, and is above p once it has what p commits.
// Invariants: frozen from LockX until the end; LockB and LockXOk are the last messages on their
// edges; between LockXOk and Commit no child is given up, because the queues are in p's hands; a
// lost p is a lost parent.
// One thread, within a step. Protocol rules, section 4.3.

#include "netlayer/state.hpp"

namespace tributary::netlayer {

class Rising {
 public:
    explicit Rising(State& state) : state_(state) {}

    void on_lock_x(ProcessId from, const LockX& message);
    // Each returns false when the neighbour broke the protocol.
    bool on_lock_b_ok(ProcessId from);
    bool on_lock_b_no(ProcessId from);
    bool on_commit(ProcessId from, const Commit& message);
    /// This child was given up, or has left.
    void on_child_gone(ProcessId child);

 private:
    [[nodiscard]] bool may_rise(const LockX& message) const;
    [[nodiscard]] bool awaits_abandoned(ProcessId child) const;
    void ready();
    void hand_over(const Card& abandoned);
    [[nodiscard]] std::optional<std::map<ObjectId, DistQueue>> take(const Commit& message) const;
    [[nodiscard]] std::optional<DistQueue> take_one(const QueueCopy& copy) const;
    /// Whether the interval offered has this process' own and p in it.
    [[nodiscard]] bool widens(const Commit& message) const;
    void rise(const Commit& message);

    State& state_;
};

}  // namespace tributary::netlayer
