#pragma once
// What the coordinator says about members, on its way through the tree: a renewed card goes to the
// neighbours, a revocation to everybody below. Neither is looked into here: the driver judges cards
// and ends the links of the revoked.
// Invariant: a revocation is passed on once, and none after a newer one.
// One thread, within a step. protocol section 6.

#include "netlayer/state.hpp"

namespace tributary::netlayer {

class Credentials {
 public:
    explicit Credentials(State& state) : state_(state) {}

    /// This process has a new membership; its neighbours hear of it. Not while it is frozen: some
    /// edges are closed then, and new ones about to be opened.
    void tell_neighbours();
    /// @return  false when the card is not the sender's
    bool on_renewed(ProcessId from, const CardRenewed& message);
    void on_revoke(const Revoke& message);

 private:
    State& state_;
};

}  // namespace tributary::netlayer
