#include "netlayer/simulation/shrink.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace tributary::netlayer {
namespace {

/// Another choice of options is another run: a few seeds tell whether it can fail at all.
constexpr std::uint64_t kSeedsTried = 8;

using Change = std::function<void(SimulationOptions&)>;

/// What may be left out, the greatest saving first.
std::vector<Change> changes(const SimulationOptions& now) {
    std::vector<Change> all;
    const auto smaller = [&all](std::size_t SimulationOptions::*number, std::size_t value) {
        for (const std::size_t less : {value / 2, value - value / 4, value - 1}) {
            if (less >= 1 && less < value) {
                all.emplace_back([number, less](SimulationOptions& o) { o.*number = less; });
            }
        }
    };
    smaller(&SimulationOptions::operations, now.operations);
    smaller(&SimulationOptions::processes, now.processes);
    smaller(&SimulationOptions::objects, now.objects);
    for (bool SimulationOptions::*fault :
         {&SimulationOptions::server_crashes, &SimulationOptions::cuts, &SimulationOptions::crashes,
          &SimulationOptions::many_leaves, &SimulationOptions::revocations,
          &SimulationOptions::rotations, &SimulationOptions::change_policy,
          &SimulationOptions::contributions, &SimulationOptions::balance_joins,
          &SimulationOptions::fresh_keys, &SimulationOptions::leaves,
          &SimulationOptions::late_joins}) {
        if (now.*fault) all.emplace_back([fault](SimulationOptions& o) { o.*fault = false; });
    }
    if (now.resets && !now.server_crashes) {
        all.emplace_back([](SimulationOptions& o) { o.resets = false; });
    }
    return all;
}

class Shrinker {
 public:
    Shrinker(const SimulationOptions& failing, std::size_t most_runs) : most_runs_(most_runs) {
        best_.options = failing;
        best_.options.check_every = 1;
        best_.report = simulate(best_.options);
        best_.runs = 1;
    }

    Shrunk run() {
        while (best_.runs < most_runs_ && !best_.report.violations.empty() && one_step()) {
        }
        return best_;
    }

 private:
    /// @return  whether something could be left out
    bool one_step() {
        for (const Change& change : changes(best_.options)) {
            SimulationOptions candidate = best_.options;
            change(candidate);
            if (fails(candidate)) return true;
        }
        return false;
    }

    bool fails(SimulationOptions candidate) {
        for (std::uint64_t i = 0; i < kSeedsTried && best_.runs < most_runs_; ++i) {
            SimulationOptions trial = candidate;
            trial.seed += i;
            ++best_.runs;
            SimulationReport report = simulate(trial);
            if (report.violations.empty() || report.events >= best_.report.events) continue;
            best_.options = trial;
            best_.report = std::move(report);
            return true;
        }
        return false;
    }

    std::size_t most_runs_;
    Shrunk best_;
};

}  // namespace

Shrunk shrink(const SimulationOptions& failing, std::size_t most_runs) {
    return Shrinker(failing, most_runs).run();
}

}  // namespace tributary::netlayer
