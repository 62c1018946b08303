#include "app/cli/bench.hpp"

#include <CLI/CLI.hpp>

namespace tributary::app {

namespace {

constexpr AddCommand kBenches[] = {
    add_bench_classifier, add_bench_ingest,  add_bench_migration,
    add_bench_overlay,    add_bench_updates,
};

}  // namespace

void add_bench(CLI::App& root, Invocation& invocation) {
    CLI::App* command = root.add_subcommand("bench", "Measure the speed of one part");
    command->require_subcommand(1);
    for (const AddCommand add : kBenches) add(*command, invocation);
}

}  // namespace tributary::app
