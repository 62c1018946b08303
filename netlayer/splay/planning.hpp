#pragma once
// Policy rebuild: the server plans the weight-balanced tree of the hand-overs that it has counted,
// and sends everybody its depth there; the policies of the processes do the rest
// (netlayer/overlay/planned).
// Invariants: a plan names at most kMostPlanned processes, in a larger tree there is none; it is
// sent again from time to time, so that whoever missed its part gets it. One thread, within a step.
// Overlay design, decision 3.

#include "netlayer/state.hpp"

namespace tributary::netlayer {

class Planning {
 public:
    explicit Planning(State& state) : state_(state) {}

    /// Server: plans when enough was handed over; also counts the eras of ageing counts.
    void tick();
    /// @return  false when the neighbour broke the protocol
    bool on_plan(const Plan& message);

 private:
    void count_era(std::uint64_t hand_overs, std::uint64_t processes);
    void plan();
    void send_on(const Plan& plan);

    State& state_;
};

}  // namespace tributary::netlayer
