#pragma once
// `tributary bench migration`: how fast shared objects go from process to process, beside systems
// that keep them at a server, all in one run on one host. What is measured:
// docs/migration_bench.md. One thread; the caller has one thread only, because client processes are
// forked. Source: self-service §8.2, §8.3.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/bench/migration/load.hpp"
#include "base/result.hpp"

namespace tributary::app {

struct MigrationBenchOptions {
    Micros duration{3'000'000};        ///< of each count
    std::size_t rounds = 1;            ///< every row is measured so often; the median counts
    std::size_t clients = 8;           ///< processes that contribute
    std::size_t degree = 8;            ///< children of a client in the tree; the server has one
    std::vector<std::string> only;     ///< workloads to measure; empty: all
    std::vector<std::string> systems;  ///< systems to measure; empty: all
    std::function<void(const std::string&)> progress = [](const std::string&) {};
};

/// What a row counts.
enum class Counted { updates, reads, round_trips };

/// One system under one workload.
struct MigrationRow {
    std::string workload;
    std::string system;
    Counted counted = Counted::updates;
    bool on_path = false;   ///< a process in the middle only passes on
    bool restart = false;   ///< the server was killed half way
    bool curve = false;     ///< links encrypted and authenticated
    bool durable = false;   ///< an update counts when it is on the server's disk
    double per_second = 0;  ///< of what is counted
    double hand_overs_per_second = 0;
    double p50_ms = 0;
    double p99_ms = 0;
    std::uint64_t aborted = 0;
    double messages_per_second = 0;      ///< on a path: passed on by the process in the middle
    double messages_per_cpu_second = 0;  ///< on a path: of that process
    std::uint64_t leaves = 0;
    std::uint64_t refused_leaves = 0;
    std::uint64_t joins = 0;
    double in_tree = 1;  ///< share of the time that clients spent in the tree
    double pause_s = 0;  ///< restart: the longest time in which a client completed nothing
};

/// A number that the project promises, or wants to know.
struct MigrationFigure {
    std::string figure;
    double ratio = 0;
    std::optional<double> must;  ///< empty: only told
    bool at_most = false;        ///< the ratio must not be more, instead of not less
    [[nodiscard]] bool met() const { return !must || (at_most ? ratio <= *must : ratio >= *must); }
};

struct MigrationBenchResult {
    std::vector<MigrationRow> rows;
    std::vector<MigrationFigure> figures;
    std::map<std::string, std::string> settings;  ///< of each measured system
    std::vector<std::string> missing;             ///< a sentence for each system without rows
};

/// The workloads by name, in the order in which they run.
std::vector<std::string> migration_workloads();

/// The systems by name.
std::vector<std::string> migration_systems();

/// A sentence for each named workload that none of the named systems runs.
std::vector<std::string> without_rows(const MigrationBenchOptions& options);

/// A named workload that no named system runs is told in `missing`.
/// @error invalid_argument (none of them runs on any of the systems)
Result<MigrationBenchResult> run_migration_bench(const MigrationBenchOptions& options);

}  // namespace tributary::app
