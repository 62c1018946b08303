#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.hpp"
#include "netlayer/simulation/shrink.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

struct SimulateOptions {
    netlayer::SimulationOptions simulation;
    std::uint64_t seeds = 1;
    std::string history;
    bool all_faults = false;
    bool quiet = false;
    bool shrink = false;
    bool json = false;
};

Json report_json(const netlayer::SimulationReport& report) {
    return {
        {"schema", 1},
        {"seed", report.seed},
        {"events", report.events},
        {"operations", report.operations},
        {"reads", report.reads},
        {"rotations", report.rotations},
        {"violations", report.violations},
        {"cpu_seconds", report.cpu_seconds},
        {"joins", report.joins},
        {"leaves", report.leaves},
        {"promotions", report.promotions},
        {"cuts", report.cuts},
        {"crashes", report.crashes},
        {"reconstitutions", report.reconstitutions},
        {"durable", report.durable},
        {"lost", report.lost},
        {"retried_reads", report.retried_reads},
        {"heartbeats", report.heartbeats},
        {"resets", report.resets},
        {"server_restarts", report.server_restarts},
        {"refused", report.refused},
        {"faults", report.faults},
        {"counters", report.counters},
    };
}

/// One line an operation, as docs/protocol.md describes them.
Status write_history(const std::string& file, const netlayer::SimulationReport& report) {
    std::ofstream out(file);
    for (const netlayer::OperationRecord& record : report.history) {
        const Json line{{"process", record.process},
                        {"invoke", record.invoke_us},
                        {"complete", record.complete_us ? Json(*record.complete_us) : Json()},
                        {"kind", record.update ? "update" : "read"},
                        {"strict", record.strict},
                        {"read", record.read},
                        {"append", record.append},
                        {"durable", record.durable}};
        out << line.dump() << "\n";
    }
    if (out.flush()) return {};
    return fail(Errc::io, "cannot write " + file + ". Check the folder and the space on the disk");
}

void print_report(const netlayer::SimulationReport& report) {
    std::cout << "seed " << report.seed << ": " << report.operations << " updates, " << report.reads
              << " reads, " << report.events << " events, " << report.cuts << " cuts, "
              << report.crashes << " crashes, " << report.violations.size() << " violations\n";
    for (const std::string& violation : report.violations) std::cout << "  " << violation << "\n";
}

/// With --all-faults: what the seed does not choose by itself.
netlayer::SimulationOptions options_of(const SimulateOptions& options, std::uint64_t index) {
    netlayer::SimulationOptions simulation = options.simulation;
    simulation.seed += index;
    simulation.keep_history = !options.history.empty();
    if (options.all_faults) {
        simulation.cuts = simulation.crashes = true;
        simulation.resets = simulation.seed % 2 == 0;
        simulation.server_crashes = simulation.seed % 4 == 0;
        simulation.many_leaves = simulation.seed % 5 == 0;
    }
    return simulation;
}

/// The command that runs exactly this again.
std::string replay_command(const netlayer::SimulationOptions& options) {
    std::string command = "tributary simulate --seed " + std::to_string(options.seed) +
                          " --processes " + std::to_string(options.processes) + " --objects " +
                          std::to_string(options.objects) + " --operations " +
                          std::to_string(options.operations) + " --degree " +
                          std::to_string(options.degree);
    if (options.cuts) command += " --cuts";
    if (options.crashes) command += " --crashes";
    if (options.resets) command += " --resets";
    if (options.server_crashes) command += " --server-crashes";
    if (!options.leaves) command += " --no-leaves";
    if (options.many_leaves) command += " --many-leaves";
    if (!options.late_joins) command += " --no-late-joins";
    return command;
}

void print_shrunk(const netlayer::SimulationOptions& failing) {
    const netlayer::Shrunk shrunk = netlayer::shrink(failing);
    std::cout << "smallest after " << shrunk.runs << " runs: " << shrunk.report.events
              << " events\n  " << replay_command(shrunk.options) << "\n";
    for (const std::string& violation : shrunk.report.violations) {
        std::cout << "  " << violation << "\n";
    }
}

Result<int> run_simulate(const SimulateOptions& options) {
    std::uint64_t failed = 0;
    std::uint64_t events = 0;
    double cpu_seconds = 0;
    for (std::uint64_t i = 0; i < options.seeds; ++i) {
        const netlayer::SimulationReport report = netlayer::simulate(options_of(options, i));
        if (!options.history.empty()) TRIBUTARY_CHECK(write_history(options.history, report));
        failed += report.violations.empty() ? 0 : 1;
        events += report.events;
        cpu_seconds += report.cpu_seconds;
        if (options.json) {
            std::cout << report_json(report).dump() << "\n";
        } else if (!options.quiet || !report.violations.empty()) {
            print_report(report);
        }
        if (options.shrink && !report.violations.empty()) print_shrunk(options_of(options, i));
    }
    if (options.quiet) {
        std::cout << options.seeds << " seeds, " << failed << " with violations, " << events
                  << " events in " << cpu_seconds << " CPU seconds\n";
    }
    return failed == 0 ? kExitDone : kExitFailed;
}

}  // namespace

void add_simulate(CLI::App& root, Invocation& invocation) {
    auto options = std::make_shared<SimulateOptions>();
    netlayer::SimulationOptions& simulation = options->simulation;
    CLI::App* command =
        root.add_subcommand("simulate", "Run the migration layer under one seed, and check it");
    command->add_option("--seed", simulation.seed, "Everything follows from it")
        ->capture_default_str();
    command->add_option("--seeds", options->seeds, "Run so many seeds, from --seed on")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    command->add_option("--processes", simulation.processes, "Clients; the server is extra")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    command->add_option("--objects", simulation.objects, "Objects they share")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command->add_option("--operations", simulation.operations, "Updates invoked in all")
        ->check(CLI::Range(0, 100'000'000))
        ->capture_default_str();
    command->add_option("--degree", simulation.degree, "Of the tree; 0: chosen by the seed")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
    command
        ->add_option("--check-every", simulation.check_every,
                     "Check the state after every n-th event; 0: only at the end")
        ->capture_default_str();
    command->add_flag("--cuts", simulation.cuts, "Links are lost");
    command->add_flag("--crashes", simulation.crashes, "Clients end without a word");
    command->add_flag("--resets", simulation.resets,
                      "Links break and are found again, or too late");
    command
        ->add_flag("--server-crashes", simulation.server_crashes,
                   "The server ends and goes on from its disk")
        ->needs("--resets");
    command->add_flag("--all-faults", options->all_faults,
                      "Every fault that the seed allows: restarts with every fourth, many leaves "
                      "with every fifth");
    command->add_option("--history", options->history,
                        "Write one JSON line an operation, for independent checkers");
    command->add_flag("!--no-leaves", simulation.leaves, "Nobody leaves");
    command->add_flag("--many-leaves", simulation.many_leaves,
                      "Clients leave all the time, several at once, with others below them");
    command->add_flag("!--no-late-joins", simulation.late_joins, "Everybody joins at once");
    command->add_flag("--shrink", options->shrink,
                      "Make a failing run small; print the command that replays it");
    command->add_flag("--quiet", options->quiet, "Print failing seeds and the sum only");
    command->add_flag("--json", options->json, "Print one JSON object a seed");
    command->callback(
        [&invocation, options] { invocation.run = [options] { return run_simulate(*options); }; });
}

}  // namespace tributary::app
