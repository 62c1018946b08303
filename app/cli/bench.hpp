#pragma once
// The subcommands of `tributary bench`: one file each, listed in bench.cpp. Main thread only.

#include "app/cli/command.hpp"

namespace tributary::app {

void add_bench_classifier(CLI::App& bench, Invocation& invocation);
void add_bench_ingest(CLI::App& bench, Invocation& invocation);
void add_bench_migration(CLI::App& bench, Invocation& invocation);
void add_bench_overlay(CLI::App& bench, Invocation& invocation);
void add_bench_updates(CLI::App& bench, Invocation& invocation);

}  // namespace tributary::app
