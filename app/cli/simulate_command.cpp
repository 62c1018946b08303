// The command that repeats a simulation.
#include <fmt/format.h>

#include "app/cli/simulate_options.hpp"

namespace tributary::app {

std::string repeat_command(const netlayer::SimulationOptions& options) {
    std::string command = fmt::format(
        "tributary simulate --seed {} --processes {} --objects {} --operations {} --check-every {}",
        options.seed, options.processes, options.objects, options.operations, options.check_every);
    // What has no effect beside the other options would be refused.
    const bool search_tree = options.has_search_tree();
    if (!search_tree && options.degree != 0) command += fmt::format(" --degree {}", options.degree);
    const auto flag = [&command](bool given, const char* name) {
        if (given) command += std::string(" ") + name;
    };
    flag(options.cuts, "--cuts");
    flag(options.crashes, "--crashes");
    flag(options.revocations, "--revocations");
    flag(options.contributions && !options.back_to_back, "--contributions");
    flag(options.rotations, "--rotations");
    if (options.policy != netlayer::SimulationOptions{}.policy) {
        command += std::string(" --policy ") + netlayer::policy_name(options.policy);
    }
    if (search_tree && options.regret_floor != netlayer::SimulationOptions{}.regret_floor) {
        command += fmt::format(" --regret-floor {}", options.regret_floor);
    }
    flag(options.change_policy, "--change-policy");
    flag(search_tree && options.balance_joins, "--balance-joins");
    flag(search_tree && options.fresh_keys, "--fresh-keys");
    flag(options.resets, "--resets");
    flag(options.server_crashes, "--server-crashes");
    flag(!options.leaves, "--no-leaves");
    flag(options.leaves && options.many_leaves, "--many-leaves");
    flag(!options.late_joins, "--no-late-joins");
    flag(options.back_to_back, "--back-to-back");
    if (options.objects_per_update != 1) {
        command += fmt::format(" --objects-per-update {}", options.objects_per_update);
    }
    if (options.objects_per_read != 1) {
        command += fmt::format(" --objects-per-read {}", options.objects_per_read);
    }
    if (options.compute != Micros{0}) {
        command += fmt::format(" --compute-ms {}.{:03}", options.compute.count() / 1000,
                               options.compute.count() % 1000);
    }
    if (!options.skip.empty()) command += " --skip " + options.skip.text();
    return command;
}

}  // namespace tributary::app
