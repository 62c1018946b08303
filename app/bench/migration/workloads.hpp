#pragma once
// The workloads of the benchmark as data: which systems run under which loads. Pure; any thread.

#include <string>
#include <vector>

#include "app/bench/migration/migration_bench.hpp"

namespace tributary::app {

/// One system under one workload, before it is measured.
struct Contest {
    std::string workload;
    std::string system;
    std::vector<Load> clients;
    bool chain = false;    ///< Tributary: every process has one child
    bool restart = false;  ///< the server is killed and started again half way
};

/// All contests of one workload, in the order in which they run.
/// @param name  one of migration_workloads()
std::vector<Contest> contests_of(const std::string& name, const MigrationBenchOptions& options);

/// The promised numbers that can be computed from these rows.
std::vector<MigrationFigure> figures_of(const std::vector<MigrationRow>& rows);

}  // namespace tributary::app
