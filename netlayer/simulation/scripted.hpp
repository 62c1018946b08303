#pragma once
// A simulation in two parts: one run chooses what happens, others follow its script without some of
// it. simulate() with `skip` is both, one after the other.
// Invariant: the same options, and the same script, give the same run. One call at a time per
// thread.

#include "netlayer/simulation/simulator.hpp"
#include "netlayer/simulation/stimulus.hpp"

namespace tributary::netlayer::simulation {

struct Chosen {
    SimulationReport report;
    Script script;  ///< up to the end of the run, or to its violation
};

/// Runs without leaving anything out, without record and history.
Chosen choose(SimulationOptions options);

struct Followed {
    SimulationReport report;
    std::vector<std::uint64_t> done;  ///< the numbers of the stimuli that could be done
};

/// Runs the script without what options.skip names.
Followed follow(const SimulationOptions& options, const Script& script);

}  // namespace tributary::netlayer::simulation
