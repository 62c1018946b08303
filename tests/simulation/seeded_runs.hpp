#pragma once
// The runs that the tests of this folder make of a seed. TRIBUTARY_SEED moves the range of seeds.
// Functions; any thread.

#include <cstdlib>
#include <string>

#include "base/random.hpp"
#include "netlayer/simulation/simulator.hpp"

namespace tributary::netlayer::testing {

inline std::uint64_t first_seed() {
    const char* given = std::getenv("TRIBUTARY_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
}

/// 3 to 20 clients, 1 to 6 objects, every fault on.
inline SimulationOptions shape(std::uint64_t seed) {
    Random random(seed * 7919);
    SimulationOptions options;
    options.seed = seed;
    options.processes = 3 + random.below(18);
    options.objects = 1 + random.below(6);
    options.operations = 300;
    options.cuts = true;
    options.crashes = true;
    options.resets = seed % 2 == 0;
    options.server_crashes = seed % 4 == 0;
    options.many_leaves = seed % 5 == 0;
    options.revocations = seed % 3 == 0;
    options.contributions = seed % 3 == 1;
    return options;
}

inline std::string describe(const SimulationOptions& options, const SimulationReport& report) {
    return "seed " + std::to_string(options.seed) + ", " + std::to_string(options.processes) +
           " clients, " + std::to_string(options.objects) +
           " objects: " + (report.violations.empty() ? "no violation" : report.violations.front());
}

}  // namespace tributary::netlayer::testing
