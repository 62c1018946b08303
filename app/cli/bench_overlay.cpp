#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/bench/overlay/overlay_bench.hpp"
#include "app/cli/bench.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

struct BenchOverlayOptions {
    OverlayBenchOptions bench;
    bool json = false;
};

Json overlay_bench_json(const OverlayBenchResult& result) {
    Json rows = Json::array();
    for (const OverlayRow& row : result.rows) {
        rows.push_back({{"workload", row.workload},
                        {"policy", row.policy},
                        {"permutation", row.permutation},
                        {"mean_ms", row.mean_ms},
                        {"p50_ms", row.p50_ms},
                        {"p99_ms", row.p99_ms},
                        {"hand_overs_per_second", row.per_second},
                        {"edges", row.edges},
                        {"rotations", row.rotations}});
    }
    Json figures = Json::array();
    for (const MigrationFigure& figure : result.figures) {
        figures.push_back({{"figure", figure.figure},
                           {"ratio", figure.ratio},
                           {"must", figure.must ? Json(*figure.must) : Json()},
                           {"at_most", figure.at_most},
                           {"met", figure.met()}});
    }
    return {{"schema", 1}, {"rows", rows}, {"figures", figures}};
}

void print_overlay_bench(const OverlayBenchResult& result) {
    std::cout << fmt::format("{:12} {:26} {:>5} {:>9} {:>9} {:>9} {:>8} {:>7} {:>9}\n", "workload",
                             "policy", "keys", "mean ms", "p50 ms", "p99 ms", "per s", "edges",
                             "rotations");
    for (const OverlayRow& row : result.rows) {
        std::cout << fmt::format("{:12} {:26} {:5} {:9.3f} {:9.3f} {:9.3f} {:8.1f} {:7.2f} {:9}\n",
                                 row.workload, row.policy, row.permutation, row.mean_ms, row.p50_ms,
                                 row.p99_ms, row.per_second, row.edges, row.rotations);
    }
    for (const MigrationFigure& figure : result.figures) {
        std::cout << fmt::format("{:56} {:7.3f}  {} {:g}: {}\n", figure.figure, figure.ratio,
                                 figure.at_most ? "at most" : "at least", figure.must.value_or(0),
                                 figure.met() ? "met" : "MISSED");
    }
}

Result<int> run_bench_overlay(BenchOverlayOptions options) {
    if (options.bench.ignored >= options.bench.hand_overs) {
        return fail(Errc::invalid_argument, "--ignored must leave some --hand-overs to count");
    }
    if (isatty(STDERR_FILENO) != 0) {
        options.bench.progress = [](const std::string& what) { std::cerr << what << "\n"; };
    }
    TRIBUTARY_TRY(const OverlayBenchResult result, run_overlay_bench(options.bench));
    if (options.json) {
        std::cout << overlay_bench_json(result).dump() << "\n";
    } else {
        print_overlay_bench(result);
    }
    return kExitDone;
}

}  // namespace

void add_bench_overlay(CLI::App& bench, Invocation& invocation) {
    auto options = std::make_shared<BenchOverlayOptions>();
    CLI::App* command = bench.add_subcommand(
        "overlay", "Real processes in a tree that rotates, beside the same tree that stays");
    command->add_option("--members", options->bench.members, "Processes that contribute")
        ->check(CLI::Range(4, 256))
        ->capture_default_str();
    command->add_option("--hand-overs", options->bench.hand_overs, "Of each row")
        ->check(CLI::Range(10, 10'000'000))
        ->capture_default_str();
    command
        ->add_option("--ignored", options->bench.ignored,
                     "Of them, before the latencies are counted")
        ->check(CLI::Range(0, 10'000'000))
        ->capture_default_str();
    command
        ->add_option("--permutations", options->bench.permutations,
                     "Orders of keys for the latencies")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command->add_option("--only", options->bench.only, "Measure these workloads only")
        ->check(CLI::IsMember(overlay_bench_workloads()));
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback([&invocation, options] {
        invocation.run = [options] { return run_bench_overlay(*options); };
    });
}

}  // namespace tributary::app
