#pragma once
// What it costs to take export datagrams from the network and store their flows, beside nfcapd: the
// collectors run as processes of their own and are sent the same datagrams over loopback.
// One thread. Source: docs/ingest.md.

#include "app/bench/ingest_bench.hpp"

namespace tributary::app {

/// Adds a row for each collector and version, `mpps` being million records a CPU second, and two at
/// the rate that must be lossless: ours, and a loop that only receives; a sentence in `missing` for
/// what lost records, failed or is not installed.
void run_receive_bench(const IngestBenchOptions& options, IngestBenchResult& result);

}  // namespace tributary::app
