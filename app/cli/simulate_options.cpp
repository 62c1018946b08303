#include "app/cli/simulate_options.hpp"

#include <CLI/CLI.hpp>
#include <cmath>

#include "app/cli/number_range.hpp"
#include "app/cli/policy_option.hpp"

namespace tributary::app {

namespace {

std::string check_ranges(const std::string& text) {
    const auto parsed = netlayer::Ranges::parse(text);
    return parsed ? std::string() : parsed.error().message;
}

/// What may happen beside the clients' operations.
void add_events(CLI::App& command, SimulateOptions& options) {
    netlayer::SimulationOptions& simulation = options.simulation;
    command.add_flag("--cuts", simulation.cuts, "Links are lost");
    command.add_flag("--crashes", simulation.crashes, "Clients end without a word");
    command.add_flag("--revocations", simulation.revocations,
                     "Members' cards are voided; they never come back");
    command.add_flag("--contributions", simulation.contributions,
                     "Half of the updates are journalled and asked for again until they are "
                     "durable or refused");
    command.add_flag("--rotations", simulation.rotations,
                     "A search tree in which processes rotate all the time");
    add_policy_option(command, simulation.policy,
                      "A search tree in which processes rotate when their policy wishes it: ");
    command.add_flag("--change-policy", simulation.change_policy,
                     "A search tree in which the operator chooses another policy all the time");
    command.add_flag("--balance-joins", simulation.balance_joins,
                     "In a search tree: processes rotate by size where somebody joins");
    command.add_flag("--fresh-keys", simulation.fresh_keys,
                     "In a search tree: a client has another key each time it joins");
    command
        .add_option("--regret-floor", simulation.regret_floor,
                    "Policy regret: hops that a rotation must have been able to save")
        ->check(CLI::Range(0, 1'000'000))
        ->capture_default_str();
    command.add_flag("--resets", simulation.resets, "Links break and are found again, or too late");
    command
        .add_flag("--server-crashes", simulation.server_crashes,
                  "The server ends and goes on from its disk")
        ->needs("--resets");
    command.add_flag("--all-faults", options.all_faults,
                     "Every fault that the seed allows: restarts with every fourth, many leaves "
                     "with every fifth, revocations with every third, "
                     "contributions with every other third");
}

/// What clients do when speeds are compared.
void add_load(CLI::App& command, netlayer::SimulationOptions& simulation) {
    command.add_flag("--back-to-back", simulation.back_to_back,
                     "Each client invokes one operation after the other, for comparisons of "
                     "speed");
    command
        .add_option("--objects-per-update", simulation.objects_per_update,
                    "Back to back: objects that one update changes, each with a computation")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command
        .add_option("--objects-per-read", simulation.objects_per_read,
                    "Back to back: objects that one read sees at one instant")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
}

}  // namespace

netlayer::SimulationOptions SimulateOptions::of_seed(std::uint64_t index) const {
    netlayer::SimulationOptions chosen = simulation;
    chosen.seed += index;
    chosen.keep_history = !history.empty();
    if (all_faults) {
        const std::uint64_t seed = chosen.seed;
        chosen.cuts = chosen.crashes = true;
        chosen.resets = chosen.resets || seed % 2 == 0;
        chosen.server_crashes = chosen.server_crashes || seed % 4 == 0;
        chosen.many_leaves = chosen.many_leaves || seed % 5 == 0;
        chosen.revocations = chosen.revocations || seed % 3 == 0;
        chosen.contributions = chosen.contributions || seed % 3 == 1;
    }
    return chosen;
}

void add_simulate_options(CLI::App& command, SimulateOptions& options) {
    netlayer::SimulationOptions& simulation = options.simulation;
    command.add_option("--seed", simulation.seed, "Everything follows from it")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command.add_option("--seeds", options.seeds, "Run so many seeds, from --seed on")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    command.add_option("--processes", simulation.processes, "Clients; the server is extra")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    command.add_option("--objects", simulation.objects, "Objects they share")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command
        .add_option("--operations", simulation.operations,
                    "Updates that clients complete, at least")
        ->check(CLI::Range(0, 100'000'000))
        ->capture_default_str();
    command.add_option("--degree", simulation.degree, "Of the tree; 0: chosen by the seed")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
    command
        .add_option("--check-every", simulation.check_every,
                    "Check the state after every n-th event; 0: only at the end")
        ->capture_default_str();
    add_events(command, options);
    command.add_option("--history", options.history,
                       "Write one JSON line an operation, for independent checkers; with --seeds "
                       "a file a seed");
    command.add_option("--record", options.record,
                       "Write every step of every process, for --replay");
    command.add_option("--replay", options.replay,
                       "Give every process the recorded events again, and compare what it does");
    command.add_flag("!--no-leaves", simulation.leaves, "Nobody leaves");
    command.add_flag("--many-leaves", simulation.many_leaves,
                     "Clients leave all the time, several at once, with others below them");
    command.add_flag("!--no-late-joins", simulation.late_joins, "Everybody joins at once");
    add_load(command, simulation);
    command
        .add_option_function<double>(
            "--compute-ms",
            [&simulation](double given) {
                simulation.compute = Micros(static_cast<Micros::rep>(std::llround(given * 1e3)));
            },
            "Mean time of an update's program for each object, in virtual milliseconds; 0: up to 8")
        ->check(number_range(0, 60'000))
        ->default_str("0");
    command
        .add_option_function<std::string>(
            "--skip",
            [&simulation](const std::string& given) {
                simulation.skip = *netlayer::Ranges::parse(given);
            },
            "Leave out these stimuli of the run, for example 3-17,40; --shrink finds them")
        ->check(check_ranges);
    command.add_flag("--central", options.central,
                     "The same clients, back to back, with a server that keeps the objects and "
                     "runs every update itself; no faults");
    command.add_flag("--shrink", options.shrink,
                     "Make a failing run small; print the command that repeats it");
    command.add_flag("--quiet", options.quiet, "Print failing seeds and the sum only");
    command.add_flag("--json", options.json,
                     "Print one JSON object; with --seeds its rows are the runs");
}

}  // namespace tributary::app
