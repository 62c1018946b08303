#include "netlayer/simulation/shrink.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "netlayer/simulation/minimize.hpp"
#include "netlayer/simulation/scripted.hpp"

namespace tributary::netlayer {
namespace {

using namespace simulation;

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

Ranges all_but(const Numbers& kept, std::uint64_t last) {
    Ranges rest;
    std::uint64_t next = 1;
    for (const std::uint64_t number : kept) {
        if (number > next) rest.add(next, number - 1);
        next = number + 1;
    }
    if (last >= next) rest.add(next, last);
    return rest;
}

class Shrinker {
 public:
    Shrinker(const SimulationOptions& failing, std::size_t most_runs) : most_runs_(most_runs) {
        best_.options = failing;
        best_.options.check_every = 1;
        best_.report = simulate(best_.options);
        best_.runs = 1;
        best_.at_first = best_.stimuli = best_.report.stimuli - best_.report.skipped;
    }

    Shrunk run() {
        if (best_.report.violations.empty()) return best_;
        // A run of which something is left out already is one of its own: its options stay.
        const bool whole = best_.options.skip.empty();
        while (whole && best_.runs < most_runs_ / 2 && shrink_options()) {
        }
        shrink_stimuli();
        return best_;
    }

 private:
    /// @return  whether something could be left out
    bool shrink_options() {
        for (const Change& change : changes(best_.options)) {
            SimulationOptions candidate = best_.options;
            change(candidate);
            if (fails(candidate)) return true;
        }
        return false;
    }

    bool fails(SimulationOptions candidate) {
        for (std::uint64_t i = 0; i < kSeedsTried && best_.runs < most_runs_ / 2; ++i) {
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

    void shrink_stimuli() {
        ++best_.runs;
        const Script script = choose(best_.options).script;
        Numbers all;
        for (const Script::Entry& entry : script.entries) {
            if (!best_.options.skip.contains(entry.number)) all.push_back(entry.number);
        }
        best_.minimal = true;
        const auto kept =
            minimize(all, [&](const Numbers& remaining) { return still_fails(script, remaining); });
        best_.stimuli = kept.size();
    }

    std::optional<Numbers> still_fails(const Script& script, const Numbers& remaining) {
        auto done = follow(script, remaining);
        if (!done || done->size() == remaining.size()) return done;
        // What could not be done, or stood behind the violation, is left out for good.
        const auto again = follow(script, *done);
        return again ? done : std::optional(remaining);
    }

    /// @return  what could be done, if the run failed
    std::optional<Numbers> follow(const Script& script, const Numbers& remaining) {
        if (best_.runs >= most_runs_) {
            best_.minimal = false;
            return std::nullopt;
        }
        ++best_.runs;
        SimulationOptions trial = best_.options;
        trial.skip = all_but(remaining, script.entries.size());
        Followed followed = simulation::follow(trial, script);
        if (followed.report.violations.empty()) return std::nullopt;
        best_.options = std::move(trial);
        best_.report = std::move(followed.report);
        return std::move(followed.done);
    }

    std::size_t most_runs_;
    Shrunk best_;
};

}  // namespace

Shrunk shrink(const SimulationOptions& failing, std::size_t most_runs) {
    return Shrinker(failing, most_runs).run();
}

}  // namespace tributary::netlayer
