#pragma once
// Makes a failing simulation small: fewer operations, processes, objects and kinds of fault, then
// fewer stimuli (stimulus.hpp), as long as some run still breaks a rule. Invariant: what is
// returned fails. One call at a time per thread.

#include "netlayer/simulation/simulator.hpp"

namespace tributary::netlayer {

struct Shrunk {
    SimulationOptions options;   ///< with the seed that fails, and what is left out of its run
    SimulationReport report;     ///< of that run
    std::size_t runs = 0;        ///< simulations it took
    std::uint64_t stimuli = 0;   ///< that remain
    std::uint64_t at_first = 0;  ///< stimuli of the failing run that was given
    bool minimal = false;        ///< no single stimulus can be left out; the bound was not hit
};

/// @param failing    options under which simulate() finds a violation
/// @param most_runs  bound on the simulations tried; half of them may go to the options
/// @return           the failing run with the fewest events, and then stimuli, that was found
Shrunk shrink(const SimulationOptions& failing, std::size_t most_runs = 4000);

}  // namespace tributary::netlayer
