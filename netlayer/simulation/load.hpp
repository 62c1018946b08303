#pragma once
// What clients ask for when the speed of two services is compared, the same of both.
// Pure functions of the options and the random source; any thread.

#include "base/random.hpp"
#include "netlayer/simulation/history.hpp"
#include "netlayer/simulation/simulator.hpp"

namespace tributary::netlayer::simulation {

ObjectId object_name(std::size_t number);

/// An update or a strict read, by equal chance, of `objects_per_update` or `objects_per_read`
/// objects; who asks and when is left open.
Operation next_operation(const SimulationOptions& options, Random& random);

/// How long a program runs: between half of the mean and one and a half times it.
Micros compute_time(const SimulationOptions& options, Random& random);

/// How long the program of an operation of next_operation() runs: an update computes once for each
/// of its objects (one batch into several models, self-service §8.3), a read not at all.
Micros work_time(const SimulationOptions& options, const Operation& operation, Random& random);

}  // namespace tributary::netlayer::simulation
