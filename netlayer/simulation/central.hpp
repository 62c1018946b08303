#pragma once
// The service built the other way: objects stay at the server, which runs every update itself, one
// after the other; reads are answered by another thread of it, from copies, without waiting for
// updates. Clients, computations and distances are those of simulate() with back_to_back, so that
// both can be compared; there are no faults. Invariant: the same options give the same run.
// One call at a time per thread. self-service §8.3.

#include "netlayer/simulation/simulator.hpp"

namespace tributary::netlayer {

/// Of the options: seed, processes, objects, objects_per_update, objects_per_read, operations,
/// compute, keep_history.
SimulationReport simulate_central(const SimulationOptions& options);

}  // namespace tributary::netlayer
