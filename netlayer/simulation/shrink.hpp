#pragma once
// Makes a failing simulation small: fewer operations, processes, objects and kinds of fault, as
// long as some run still breaks a rule. Invariant: what is returned fails. One call at a time per
// thread.

#include "netlayer/simulation/simulator.hpp"

namespace tributary::netlayer {

struct Shrunk {
    SimulationOptions options;  ///< with the seed that fails
    SimulationReport report;    ///< of that run
    std::size_t runs = 0;       ///< simulations it took
};

/// @param failing    options under which simulate() finds a violation
/// @param most_runs  bound on the simulations tried
/// @return           the failing run with the fewest events that was found
Shrunk shrink(const SimulationOptions& failing, std::size_t most_runs = 2000);

}  // namespace tributary::netlayer
