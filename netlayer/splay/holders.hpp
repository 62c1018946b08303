#pragma once
// g and b of a rotation of x over p: each holds what it has for the neighbour that it is about to
// lose, until the rotation is committed or given up; neither ever freezes.
// Invariants: a busy process refuses at once (C17), and older wishes come first; LockOk and LockBOk
// are the last messages on the edge; only Switch and SwitchB change the parent or child; everything
// held is sent exactly once; while b is locked only silence counts as the loss of x.
// One thread, within a step. Protocol rules, sections 1 (decision 6), 4.3 and 5.

#include "netlayer/state.hpp"

namespace tributary::netlayer {

class Holders {
 public:
    explicit Holders(State& state) : state_(state) {}

    // g. Those that return something return false when the neighbour broke the protocol.
    void on_lock(ProcessId from, const Lock& message);
    bool on_unlock(ProcessId from);
    bool on_switch(ProcessId from, const Switch& message);

    // b.
    void on_lock_b(ProcessId from, const LockB& message);
    /// Whether this may be the first word on the edge that was announced.
    [[nodiscard]] bool expects(const MessageReceived& first) const;
    /// Takes that word, and p for the parent.
    bool on_switch_b(const MessageReceived& first);
    /// Whether a lost connection says nothing: the edge is given back by a rotation.
    [[nodiscard]] bool is_abandoned_by(ProcessId parent) const;

 private:
    [[nodiscard]] bool may_hold(ProcessId from, const Lock& message) const;
    /// Remembers the oldest wish refused.
    /// @return  whether this one may go before it
    bool in_turn(const Lock& message, bool possible);

    State& state_;
};

}  // namespace tributary::netlayer
