#pragma once
// `tributary bench overlay`: what rotating is worth while real objects migrate between real
// processes on loopback. From the same balanced tree objects go the same ways, under the default
// policy and without rotations; and what rotations that nobody needs cost. At the end every
// contribution stands in its object exactly once. One thread; the caller has one thread only,
// because processes are forked. Overlay design, section 3 ("under migration"); docs/overlay.md.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "app/bench/migration/migration_bench.hpp"
#include "base/result.hpp"

namespace tributary::app {

struct OverlayBenchOptions {
    std::size_t members = 64;
    std::uint64_t hand_overs = 20'000;  ///< of each row
    std::uint64_t ignored = 2'000;      ///< of them, before the count begins
    std::size_t permutations = 10;      ///< of keys, for the latencies
    std::vector<std::string> only;      ///< workloads; empty: all
    std::function<void(const std::string&)> progress = [](const std::string&) {};
};

/// One workload under one policy.
struct OverlayRow {
    std::string workload;
    std::string policy;
    std::uint64_t permutation = 0;
    double mean_ms = 0;
    double p50_ms = 0;
    double p99_ms = 0;
    double per_second = 0;  ///< hand-overs
    double edges = 0;       ///< a hand-over, those ignored included
    std::uint64_t rotations = 0;
};

struct OverlayBenchResult {
    std::vector<OverlayRow> rows;
    std::vector<MigrationFigure> figures;
};

/// In the order in which they run.
std::vector<std::string> overlay_bench_workloads();

/// @error what a member answered; corrupt (a contribution is lost or doubled)
Result<OverlayBenchResult> run_overlay_bench(const OverlayBenchOptions& options);

}  // namespace tributary::app
