#pragma once
// The leaver's part in the leave of an inner process: it asks every neighbour to hold what it has
// for it, goes on forwarding until the last of them agreed, sends its state to the child that
// takes its place, and departs when that has it all: a transfer that takes too long costs the
// attempt and not the subtree.
// Invariants: an attempt begins only when all operations are finished and forced, so that what this
// process still has in a queue is an idle head or a no-op; whoever is lost, refuses or takes too
// long ends the attempt, never the leave; Promote and Depart are the last messages of their edges.
// One thread, within a step. self-service §6.2; C11, C12, C16, C17.

#include "netlayer/state.hpp"

namespace tributary::netlayer {

class Promotion {
 public:
    explicit Promotion(State& state) : state_(state) {}

    /// Begins an attempt when one may begin.
    /// @return  whether every neighbour holds, the successor has this process' state, and it may
    /// depart now
    bool advance();
    /// Tells the successor and the other neighbours; the caller ends the membership.
    void depart();
    /// @return  false when the neighbour broke the protocol
    bool on_hold_ok(ProcessId from, const HoldOk& message);
    void on_hold_no(const HoldNo& message);
    /// Gives the attempt up, if there is one: everybody asked may send again.
    void abort();
    /// Ends an attempt that takes longer than a lease.
    void tick();

 private:
    [[nodiscard]] bool may_begin() const;
    void begin();
    [[nodiscard]] std::vector<ProcessId> neighbours() const;
    void send_state(ProcessId successor, const HoldOk& known);
    [[nodiscard]] std::vector<Object> newer_copies(const HoldOk& known) const;

    State& state_;
};

}  // namespace tributary::netlayer
