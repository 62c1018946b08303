#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.hpp"
#include "netlayer/simulation/simulator.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

struct SimulateOptions {
    netlayer::SimulationOptions simulation;
    std::uint64_t seeds = 1;
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
        {"cuts", report.cuts},
        {"crashes", report.crashes},
        {"reconstitutions", report.reconstitutions},
        {"durable", report.durable},
        {"lost", report.lost},
        {"retried_reads", report.retried_reads},
        {"heartbeats", report.heartbeats},
    };
}

void print_report(const netlayer::SimulationReport& report) {
    std::cout << "seed " << report.seed << ": " << report.operations << " updates, " << report.reads
              << " reads, " << report.events << " events, " << report.cuts << " cuts, "
              << report.crashes << " crashes, " << report.violations.size() << " violations\n";
    for (const std::string& violation : report.violations) std::cout << "  " << violation << "\n";
}

Result<int> run_simulate(const SimulateOptions& options) {
    bool clean = true;
    for (std::uint64_t i = 0; i < options.seeds; ++i) {
        netlayer::SimulationOptions simulation = options.simulation;
        simulation.seed += i;
        const netlayer::SimulationReport report = netlayer::simulate(simulation);
        clean = clean && report.violations.empty();
        if (options.json) {
            std::cout << report_json(report).dump() << "\n";
        } else {
            print_report(report);
        }
    }
    return clean ? kExitDone : kExitFailed;
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
    command->add_flag("--json", options->json, "Print one JSON object a seed");
    command->callback(
        [&invocation, options] { invocation.run = [options] { return run_simulate(*options); }; });
}

}  // namespace tributary::app
