#pragma once
// How fast captures become encoded flow records, beside what others need for the same files in the
// same run: bare reading loops, and the meters that are installed. One thread.
// Source: docs/ingest.md.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace tributary::app {

struct IngestBenchOptions {
    std::vector<std::filesystem::path> captures;  ///< what `mixed` is built from
    std::filesystem::path folder;                 ///< for the built captures; must exist
    std::filesystem::path program;                ///< the tributary program itself
    std::vector<std::string> only;                ///< programs to measure; empty: all
    std::uint64_t mixed_packets = 1'190'000;
    std::uint64_t scan_packets = 2'000'000;
    int runs = 3;  ///< of each; the one with the least CPU time counts
    std::function<void(const std::string&)> progress = [](const std::string&) {};
};

/// One program on one input.
struct IngestBenchRow {
    std::string input;
    std::string program;
    double mpps = 0;  ///< million packets per CPU second
    double cpu_seconds = 0;
    std::uint64_t peak_bytes = 0;
    double ratio_to_libpcap = 0;  ///< speed by that of the bare libpcap loop on the same input
};

struct IngestBenchResult {
    std::vector<IngestBenchRow> rows;
    std::vector<std::string> missing;  ///< a sentence for each program without a row
};

/// Every program that can be measured, ours first.
std::vector<std::string> ingest_bench_programs();

/// @error not_found, corrupt, io, invalid_argument
Result<IngestBenchResult> run_ingest_bench(const IngestBenchOptions& options);

}  // namespace tributary::app
