#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/bench/migration/migration_bench.hpp"
#include "app/cli/bench.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

struct BenchMigrationOptions {
    MigrationBenchOptions bench;
    double seconds = 3;
    bool json = false;
};

const char* counted_name(Counted counted) {
    switch (counted) {
        case Counted::updates: return "updates";
        case Counted::reads: return "reads";
        case Counted::round_trips: return "round_trips";
    }
    return "";
}

/// What a workload does not measure is null.
Json migration_row_json(const MigrationRow& row) {
    const auto only_if = [](bool measured, double value) {
        return measured ? Json(value) : Json();
    };
    const bool updates = row.counted == Counted::updates;
    return {
        {"workload", row.workload},
        {"system", row.system},
        {"curve", row.curve},
        {"durable", row.durable},
        {"counted", counted_name(row.counted)},
        {"updates_per_second", only_if(updates, row.per_second)},
        {"reads_per_second", only_if(row.counted == Counted::reads, row.per_second)},
        {"round_trips_per_second", only_if(row.counted == Counted::round_trips, row.per_second)},
        {"hand_overs_per_second", only_if(updates, row.hand_overs_per_second)},
        {"p50_ms", row.p50_ms},
        {"p99_ms", row.p99_ms},
        {"aborted", row.aborted},
        {"messages_per_second", only_if(row.on_path, row.messages_per_second)},
        {"messages_per_cpu_second", only_if(row.on_path, row.messages_per_cpu_second)},
        {"leaves", row.leaves},
        {"refused_leaves", row.refused_leaves},
        {"joins", row.joins},
        {"in_tree", row.in_tree},
        {"pause_s", only_if(row.restart, row.pause_s)}};
}

Json figure_json(const MigrationFigure& figure) {
    return {{"figure", figure.figure},
            {"ratio", figure.ratio},
            {"must", figure.must ? Json(*figure.must) : Json()},
            {"at_most", figure.at_most},
            {"met", figure.must ? Json(figure.met()) : Json()}};
}

Json migration_json(const MigrationBenchResult& result) {
    Json rows = Json::array();
    for (const MigrationRow& row : result.rows) rows.push_back(migration_row_json(row));
    Json figures = Json::array();
    for (const MigrationFigure& figure : result.figures) figures.push_back(figure_json(figure));
    return {{"schema", 1},
            {"rows", rows},
            {"figures", figures},
            {"settings", result.settings},
            {"missing", result.missing}};
}

std::string hand_overs(const MigrationRow& row) {
    const bool updates = row.counted == Counted::updates;
    return updates ? fmt::format("{:.1f}", row.hand_overs_per_second) : "-";
}

void print_migration(const MigrationBenchResult& result) {
    std::cout << fmt::format("{:14} {:12} {:7} {:11} {:>10} {:>10} {:>9} {:>9} {:>8}\n", "workload",
                             "system", "durable", "counted", "a second", "handover/s", "p50 ms",
                             "p99 ms", "aborted");
    for (const MigrationRow& row : result.rows) {
        std::cout << fmt::format("{:14} {:12} {:7} {:11} {:10.1f} {:>10} {:9.3f} {:9.3f} {:8}\n",
                                 row.workload, row.system, row.durable ? "yes" : "no",
                                 counted_name(row.counted), row.per_second, hand_overs(row),
                                 row.p50_ms, row.p99_ms, row.aborted);
    }
    for (const MigrationFigure& figure : result.figures) {
        const std::string must =
            figure.must ? fmt::format("{} {:g}: {}", figure.at_most ? "at most" : "at least",
                                      *figure.must, figure.met() ? "met" : "MISSED")
                        : "";
        std::cout << fmt::format("{:48} {:10.3f}  {}\n", figure.figure, figure.ratio, must);
    }
    for (const auto& [system, settings] : result.settings) {
        std::cout << system << ": " << settings << "\n";
    }
    for (const std::string& sentence : result.missing) std::cerr << sentence << "\n";
}

Result<int> run_bench_migration(BenchMigrationOptions options) {
    options.bench.duration = Micros(static_cast<Micros::rep>(options.seconds * 1e6));
    if (isatty(STDERR_FILENO) != 0) {
        options.bench.progress = [](const std::string& what) { std::cerr << what << "\n"; };
    }
    TRIBUTARY_TRY(const MigrationBenchResult result, run_migration_bench(options.bench));
    if (options.json) {
        std::cout << migration_json(result).dump() << "\n";
    } else {
        print_migration(result);
    }
    return result.rows.empty() ? kExitFailed : kExitDone;
}

}  // namespace

void add_bench_migration(CLI::App& bench, Invocation& invocation) {
    auto options = std::make_shared<BenchMigrationOptions>();
    CLI::App* command = bench.add_subcommand(
        "migration", "Objects from process to process, beside Redis, PostgreSQL, etcd and ZeroMQ");
    command->add_option("--seconds", options->seconds, "Length of each count")
        ->check(CLI::Range(0.1, 600.0))
        ->capture_default_str();
    command
        ->add_option("--rounds", options->bench.rounds, "Measures of each row; the median counts")
        ->check(CLI::Range(1, 99))
        ->capture_default_str();
    command->add_option("--clients", options->bench.clients, "Processes that contribute")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    command
        ->add_option("--degree", options->bench.degree,
                     "Children of a client in the tree; the server has one")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    command->add_option("--only", options->bench.only, "Measure these workloads only")
        ->check(CLI::IsMember(migration_workloads()));
    command->add_option("--system", options->bench.systems, "Measure these systems only")
        ->check(CLI::IsMember(migration_systems()));
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback([&invocation, options] {
        invocation.run = [options] { return run_bench_migration(*options); };
    });
}

}  // namespace tributary::app
