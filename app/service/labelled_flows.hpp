#pragma once
// Captures and exports -> flows with their encoded rows, and with labels where a rule file knows
// them. The step shared by contributing, detecting and evaluating. One thread per call.

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "datasets/ingest.hpp"
#include "datasets/label/label.hpp"

namespace tributary::app {

/// What to read and how.
struct FlowInput {
    std::vector<std::filesystem::path> files;
    std::optional<std::filesystem::path> rules;  ///< label rules; none: every label is unknown
    datasets::IngestOptions ingest;
};

/// Flows in end-time order; row i of `records` encodes flows[i].
struct LabelledFlows {
    std::vector<datasets::FlowRecord> flows;
    datasets::LabelledRecords records;
    std::vector<std::string> evidence;  ///< why flows[i] has its label; empty: it has none
    datasets::IngestReport report;
};

/// @param schema  flow/1 or flowctx/1
/// @error of ingest and of the rule file
Result<LabelledFlows> read_labelled_flows(const FlowInput& input, const datasets::Schema& schema);

/// Flows with counters that were multiplied by a sampling rate.
std::uint64_t sampled_flows(const LabelledFlows& flows);

/// Sampled flows must not train unless somebody allows it: what a rate multiplies looks like no
/// flow that was counted in full, and most small flows are missing.
/// @error mismatch when there are any, naming how many, the rate and the next step
Status refuse_sampled(const LabelledFlows& flows);

/// "auto", "packets" or "exports".
/// @error invalid_argument
Result<datasets::InputKind> parse_input_kind(const std::string& name);
std::string name_of(datasets::InputKind kind);

/// "mapped" or "libpcap".
/// @error invalid_argument
Result<datasets::Reader> parse_reader(const std::string& name);
std::string name_of(datasets::Reader reader);

/// One sentence per damaged file, for stderr; empty when nothing was damaged.
std::vector<std::string> damage_sentences(const datasets::IngestReport& report);

}  // namespace tributary::app
