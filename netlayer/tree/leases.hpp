#pragma once
// Signs of life both ways, and the lease that lets a process answer strict reads.
// Invariants: a lease ends at the time its ping was sent + min(T_self, the parent's remainder), so
// no process below holds one longer than its parent waits (T_parent) before giving the child up;
// the server always holds one; the reader needs none.
// One thread, within a step. C3.

#include "netlayer/state.hpp"

namespace tributary::netlayer {

class Leases {
 public:
    explicit Leases(State& state) : state_(state) {}

    /// Sends the next ping to the parent.
    void ping();
    void on_ping(ProcessId from, const Ping& message);
    void on_pong(const Pong& message);

    /// Whether this process may answer a strict read now.
    [[nodiscard]] bool held() const;
    /// Processes in this subtree, this one included.
    [[nodiscard]] std::uint64_t subtree() const;
    /// Processes in the whole tree, as far as this one was told.
    [[nodiscard]] std::uint64_t processes() const;

 private:
    void answer(ProcessId to, Child& child);

    State& state_;
};

}  // namespace tributary::netlayer
