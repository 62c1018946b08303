#pragma once
// What `tributary simulate` can be told, and which of it cannot be told together.
// Main thread only.

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "netlayer/simulation/simulator.hpp"

namespace CLI {
class App;
}

namespace tributary::app {

struct SimulateOptions {
    netlayer::SimulationOptions simulation;
    std::uint64_t seeds = 1;
    std::string history;
    std::string record;
    std::string replay;
    bool all_faults = false;
    bool central = false;
    bool quiet = false;
    bool shrink = false;
    bool json = false;

    /// The options of one of the seeds. With --all-faults: beside what was asked for, what the seed
    /// allows.
    [[nodiscard]] netlayer::SimulationOptions of_seed(std::uint64_t index) const;
};

/// @param options  filled while the command line is parsed; outlives the command
void add_simulate_options(CLI::App& command, SimulateOptions& options);

/// After the parse: what would be ignored is refused, and so is what is no file.
/// @error invalid_argument, not_found, with what to do instead
Status check_simulate(const CLI::App& command, const SimulateOptions& options);

/// The command that runs exactly this again. Planted faults are for tests and have no option.
std::string repeat_command(const netlayer::SimulationOptions& options);

}  // namespace tributary::app
