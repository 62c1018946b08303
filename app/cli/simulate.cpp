#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.hpp"
#include "app/cli/simulate_options.hpp"
#include "app/cli/simulate_output.hpp"
#include "netlayer/simulation/central.hpp"
#include "netlayer/simulation/replay.hpp"

namespace tributary::app {

namespace {

/// With several seeds each has a file of its own: runs.jsonl becomes runs-17.jsonl.
std::filesystem::path file_of(const std::string& file, const SimulateOptions& options,
                              std::uint64_t seed) {
    if (options.seeds == 1) return file;
    std::filesystem::path path(file);
    path.replace_filename(path.stem().string() + "-" + std::to_string(seed) +
                          path.extension().string());
    return path;
}

/// Opens it before the run, which may be long.
Status open_file(std::ofstream& out, const std::filesystem::path& file) {
    errno = 0;
    out.open(file);
    if (out) return {};
    return fail(Errc::io, "cannot write " + file.string() + ": " +
                              std::generic_category().message(errno) +
                              ". Name a file in a folder that exists and may be written to");
}

Status written(std::ofstream& out, const std::filesystem::path& file) {
    if (out.flush()) return {};
    return fail(Errc::io,
                "cannot write " + file.string() + ". Check the folder and the space on the disk");
}

/// @error invalid_argument: what is to be left out is not in the run
Status check_skip(const netlayer::SimulationOptions& simulation,
                  const netlayer::SimulationReport& report) {
    if (simulation.skip.last() <= report.stimuli) return {};
    return fail(Errc::invalid_argument, "--skip names stimulus " +
                                            std::to_string(simulation.skip.last()) +
                                            ", but this run has " + std::to_string(report.stimuli) +
                                            ". Give the other options as --shrink printed them");
}

/// Runs one seed, and writes what was asked for.
Result<netlayer::SimulationReport> run_seed(const SimulateOptions& options, std::uint64_t index) {
    netlayer::SimulationOptions simulation = options.of_seed(index);
    const auto events = file_of(options.record, options, simulation.seed);
    const auto operations = file_of(options.history, options, simulation.seed);
    std::ofstream log;
    std::ofstream history;
    if (!options.record.empty()) {
        TRIBUTARY_CHECK(open_file(log, events));
        simulation.record = [&log](const std::string& line) { log << line << "\n"; };
    }
    if (!options.history.empty()) TRIBUTARY_CHECK(open_file(history, operations));
    netlayer::SimulationReport report =
        options.central ? netlayer::simulate_central(simulation) : netlayer::simulate(simulation);
    TRIBUTARY_CHECK(check_skip(simulation, report));
    for (const netlayer::OperationRecord& record : report.history) {
        history << history_line(record) << "\n";
    }
    if (!options.record.empty()) TRIBUTARY_CHECK(written(log, events));
    if (!options.history.empty()) TRIBUTARY_CHECK(written(history, operations));
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
    const nlohmann::ordered_json json{{"schema", 1},
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

/// The runs of a command, summed up.
struct Sum {
    std::uint64_t failed = 0;
    std::uint64_t events = 0;
    std::uint64_t rotations = 0;
    double cpu_seconds = 0;
    std::vector<std::string> rows;  ///< with --json; at most one a seed
};

void take(const SimulateOptions& options, std::uint64_t index,
          const netlayer::SimulationReport& report, Sum& sum) {
    const bool fails = !report.violations.empty();
    sum.failed += fails ? 1 : 0;
    sum.events += report.events;
    sum.rotations += report.rotations;
    sum.cpu_seconds += report.cpu_seconds;
    if (!options.json && (!options.quiet || fails)) {
        print_report(report, options.central || options.simulation.back_to_back);
    }
    std::optional<netlayer::Shrunk> shrunk;
    if (options.shrink && fails) shrunk = netlayer::shrink(options.of_seed(index));
    if (options.json) {
        sum.rows.push_back(report_json(report, shrunk ? &*shrunk : nullptr));
    } else if (shrunk) {
        print_shrunk(*shrunk);
    }
}

/// One run is an object of its own; several are rows of one.
void print_rows(const std::vector<std::string>& rows) {
    if (rows.size() == 1) {
        std::cout << R"({"schema":1,)" << rows.front().substr(1) << "\n";
        return;
    }
    std::cout << R"({"schema":1,"rows":[)";
    for (std::size_t i = 0; i < rows.size(); ++i) std::cout << (i > 0 ? "," : "") << rows[i];
    std::cout << "]}\n";
}

Result<int> run_simulate(const SimulateOptions& options) {
    if (!options.replay.empty()) return run_replay(options);
    Sum sum;
    for (std::uint64_t i = 0; i < options.seeds; ++i) {
        TRIBUTARY_TRY(const netlayer::SimulationReport report, run_seed(options, i));
        take(options, i, report, sum);
    }
    if (options.json) print_rows(sum.rows);
    if (options.quiet) {
        std::cout << options.seeds << " seeds, " << sum.failed << " with violations, " << sum.events
                  << " events, " << sum.rotations << " rotations in " << sum.cpu_seconds
                  << " CPU seconds\n";
    }
    return sum.failed == 0 ? kExitDone : kExitFailed;
}

}  // namespace

void add_simulate(CLI::App& root, Invocation& invocation) {
    auto options = std::make_shared<SimulateOptions>();
    CLI::App* command =
        root.add_subcommand("simulate", "Run the migration layer under one seed, and check it");
    add_simulate_options(*command, *options);
    command->callback([&invocation, command, options] {
        invocation.run = [command, options]() -> Result<int> {
            TRIBUTARY_CHECK(check_simulate(*command, *options));
            return run_simulate(*options);
        };
    });
}

}  // namespace tributary::app
