#pragma once
// How fast a simulated service was: operations per second of virtual time, and their latencies.
// Counted from the first invocation to the last update's, so that neither the joins nor the time to
// come to rest matter. Pure functions; any thread.

#include "netlayer/simulation/history.hpp"
#include "netlayer/simulation/simulator.hpp"

namespace tributary::netlayer::simulation {

/// Fills in the report's pace of updates and of strict reads.
void measure_pace(const History& history, SimulationReport& report);

}  // namespace tributary::netlayer::simulation
