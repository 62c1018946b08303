#pragma once
// How fast export datagrams in memory become flow records, and flow records text: the parts of
// ingest that no peer program offers alone. One thread.
// Source: docs/ingest.md.

#include <vector>

#include "app/bench/ingest_bench.hpp"

namespace tributary::app {

/// Rows whose `mpps` are million records (or lines) a CPU second; `ratio_to_libpcap` stays 0.
/// @param records  measured of each format
std::vector<IngestBenchRow> run_export_bench(std::uint64_t records = 6'000'000);

}  // namespace tributary::app
