#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.hpp"
#include "app/cli/policy_option.hpp"
#include "netlayer/simulation/central.hpp"
#include "netlayer/simulation/replay.hpp"
#include "netlayer/simulation/shrink.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

struct SimulateOptions {
    netlayer::SimulationOptions simulation;
    std::uint64_t seeds = 1;
    std::string history;
    std::string record;
    std::string replay;
    bool all_faults = false;
    bool central = false;
    double compute_ms = 0;
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
        {"revocations", report.revocations},
        {"reconstitutions", report.reconstitutions},
        {"durable", report.durable},
        {"lost", report.lost},
        {"contributions", report.contributions},
        {"contributions_refused", report.contributions_refused},
        {"contributions_repeated", report.contributions_repeated},
        {"retried_reads", report.retried_reads},
        {"heartbeats", report.heartbeats},
        {"resets", report.resets},
        {"server_restarts", report.server_restarts},
        {"refused", report.refused},
        {"virtual_seconds", report.virtual_seconds},
        {"updates_per_second", report.updates.per_second},
        {"update_p50_ms", report.updates.p50_ms},
        {"update_p99_ms", report.updates.p99_ms},
        {"reads_per_second", report.strict_reads.per_second},
        {"read_p50_ms", report.strict_reads.p50_ms},
        {"read_p99_ms", report.strict_reads.p99_ms},
        {"faults", report.faults},
        {"counters", report.counters},
    };
}

/// With several seeds each has a file of its own: runs.jsonl becomes runs-17.jsonl.
std::filesystem::path file_of(const std::string& file, const SimulateOptions& options,
                              std::uint64_t seed) {
    if (options.seeds == 1) return file;
    std::filesystem::path path(file);
    path.replace_filename(path.stem().string() + "-" + std::to_string(seed) +
                          path.extension().string());
    return path;
}

Status written(std::ofstream& out, const std::filesystem::path& file) {
    if (out.flush()) return {};
    return fail(Errc::io,
                "cannot write " + file.string() + ". Check the folder and the space on the disk");
}

/// One line an operation, as docs/simulation.md describes them.
Status write_history(const std::filesystem::path& file, const netlayer::SimulationReport& report) {
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
    return written(out, file);
}

void print_report(const SimulateOptions& options, const netlayer::SimulationReport& report) {
    std::cout << "seed " << report.seed << ": " << report.operations << " updates, " << report.reads
              << " reads, " << report.events << " events, " << report.cuts << " cuts, "
              << report.crashes << " crashes, " << report.violations.size() << " violations\n";
    for (const std::string& violation : report.violations) std::cout << "  " << violation << "\n";
    if (options.central || options.simulation.back_to_back) {
        std::cout << "  " << report.updates.per_second << " updates a virtual second (p50 "
                  << report.updates.p50_ms << " ms), " << report.strict_reads.per_second
                  << " strict reads (p50 " << report.strict_reads.p50_ms << " ms)\n";
    }
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
        simulation.revocations = simulation.seed % 3 == 0;
        simulation.contributions = simulation.seed % 3 == 1;
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
    if (options.revocations) command += " --revocations";
    if (options.contributions) command += " --contributions";
    if (options.rotations) command += " --rotations";
    if (options.policy != netlayer::RotationPolicy::none) {
        command += std::string(" --policy ") + netlayer::policy_name(options.policy) +
                   " --regret-floor " + std::to_string(options.regret_floor);
    }
    if (options.change_policy) command += " --change-policy";
    if (options.balance_joins) command += " --balance-joins";
    if (options.fresh_keys) command += " --fresh-keys";
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

/// Runs one seed, and writes what was asked for.
Result<netlayer::SimulationReport> run_seed(const SimulateOptions& options, std::uint64_t index) {
    netlayer::SimulationOptions simulation = options_of(options, index);
    const auto events = file_of(options.record, options, simulation.seed);
    std::ofstream log;
    if (!options.record.empty()) {
        log.open(events);
        simulation.record = [&log](const std::string& line) { log << line << "\n"; };
    }
    simulation.compute = Micros(static_cast<Micros::rep>(options.compute_ms * 1e3));
    netlayer::SimulationReport report =
        options.central ? netlayer::simulate_central(simulation) : netlayer::simulate(simulation);
    if (!options.record.empty()) TRIBUTARY_CHECK(written(log, events));
    if (!options.history.empty()) {
        TRIBUTARY_CHECK(write_history(file_of(options.history, options, simulation.seed), report));
    }
    return report;
}

Result<int> run_replay(const SimulateOptions& options) {
    std::ifstream log(options.replay);
    if (!log) {
        return fail(Errc::not_found, "cannot read " + options.replay +
                                         ". Record a run first: tributary simulate --record " +
                                         options.replay);
    }
    const auto replayed = netlayer::replay(log);
    if (!replayed) return fail(replayed.error().with_context(options.replay));
    const Json json{{"schema", 1},
                    {"lines", replayed->lines},
                    {"starts", replayed->starts},
                    {"steps", replayed->steps},
                    {"effects", replayed->effects}};
    if (options.json) {
        std::cout << json.dump() << "\n";
    } else {
        std::cout << replayed->steps << " steps of " << replayed->starts
                  << " started processes had the recorded " << replayed->effects << " effects\n";
    }
    return kExitDone;
}

Result<int> run_simulate(const SimulateOptions& options) {
    if (!options.replay.empty()) return run_replay(options);
    std::uint64_t failed = 0;
    std::uint64_t events = 0;
    std::uint64_t rotations = 0;
    double cpu_seconds = 0;
    for (std::uint64_t i = 0; i < options.seeds; ++i) {
        TRIBUTARY_TRY(const netlayer::SimulationReport report, run_seed(options, i));
        failed += report.violations.empty() ? 0 : 1;
        events += report.events;
        rotations += report.rotations;
        cpu_seconds += report.cpu_seconds;
        if (options.json) {
            std::cout << report_json(report).dump() << "\n";
        } else if (!options.quiet || !report.violations.empty()) {
            print_report(options, report);
        }
        if (options.shrink && !report.violations.empty()) print_shrunk(options_of(options, i));
    }
    if (options.quiet) {
        std::cout << options.seeds << " seeds, " << failed << " with violations, " << events
                  << " events, " << rotations << " rotations in " << cpu_seconds
                  << " CPU seconds\n";
    }
    return failed == 0 ? kExitDone : kExitFailed;
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
    add_events(*command, *options);
    command->add_option("--history", options->history,
                        "Write one JSON line an operation, for independent checkers; with --seeds "
                        "a file a seed");
    auto* record = command->add_option("--record", options->record,
                                       "Write every step of every process, for --replay");
    command
        ->add_option("--replay", options->replay,
                     "Give every process the recorded events again, and compare what it does")
        ->excludes(record);
    command->add_flag("!--no-leaves", simulation.leaves, "Nobody leaves");
    command->add_flag("--many-leaves", simulation.many_leaves,
                      "Clients leave all the time, several at once, with others below them");
    command->add_flag("!--no-late-joins", simulation.late_joins, "Everybody joins at once");
    command->add_flag("--back-to-back", simulation.back_to_back,
                      "Each client invokes one operation after the other, for comparisons of "
                      "speed");
    command
        ->add_option("--compute-ms", options->compute_ms,
                     "Mean time of an update's program, in virtual milliseconds; 0: up to 8")
        ->check(CLI::Range(0.0, 60'000.0))
        ->capture_default_str();
    command->add_flag("--central", options->central,
                      "The same clients, back to back, with a server that keeps the objects and "
                      "runs every update itself; no faults");
    command->add_flag("--shrink", options->shrink,
                      "Make a failing run small; print the command that replays it");
    command->add_flag("--quiet", options->quiet, "Print failing seeds and the sum only");
    command->add_flag("--json", options->json, "Print one JSON object a seed");
    command->callback(
        [&invocation, options] { invocation.run = [options] { return run_simulate(*options); }; });
}

}  // namespace tributary::app
