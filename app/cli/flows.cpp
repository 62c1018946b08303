#include <CLI/CLI.hpp>
#include <ctime>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.hpp"
#include "app/cli/flow_text.hpp"
#include "app/cli/input_options.hpp"
#include "datasets/batch_codec.hpp"
#include "datasets/feature/flow_encoder.hpp"
#include "datasets/label/rule_file.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

struct FlowsOptions {
    InputOptions input;
    std::string format = "jsonl";
    std::string schema;
    bool describe = false;
    bool stats = false;
    bool json = false;
};

double cpu_seconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

Json stats_json(const datasets::IngestReport& report, double seconds) {
    return {
        {"schema", 1},
        {"files", report.files},
        {"packets", report.packets},
        {"bytes", report.bytes},
        {"records", report.records},
        {"flows", report.flows},
        {"ended", report.ended},
        {"evictions", report.evictions},
        {"half_open", report.half_open},
        {"unknown_link", report.unknown_link},
        {"unknown_network", report.unknown_network},
        {"damaged", report.damaged},
        {"fragments", report.fragments},
        {"exporters", report.exporters},
        {"templates_unknown", report.templates_unknown},
        {"sequence_gaps", report.sequence_gaps},
        {"unpaired", report.unpaired},
        {"out_of_order", report.out_of_order},
        {"damages", damage_sentences(report)},
        {"cpu_seconds", seconds},
    };
}

Result<int> describe_schema(const std::string& name) {
    TRIBUTARY_TRY(const datasets::Schema* schema, datasets::find_schema(name));
    Json features = Json::array();
    for (const datasets::Feature& feature : schema->features()) {
        features.push_back({{"name", feature.name},
                            {"definition", feature.definition},
                            {"unit", feature.unit},
                            {"transform", feature.transform},
                            {"missing", feature.missing},
                            {"reveals", feature.reveals}});
    }
    std::cout << Json{{"schema", 1},
                      {"features", schema->name()},
                      {"hash", to_hex(schema->hash())},
                      {"rows", features}}
                     .dump(2)
              << "\n";
    return kExitDone;
}

/// Encoded flows on their way to stdout, as record batches (docs/formats.md) of bounded size.
class BatchOutput {
 public:
    BatchOutput(const datasets::Schema& schema, std::optional<datasets::RuleFile>& rules)
        : rules_(rules),
          encoder_(schema),
          row_(schema.width()),
          records_(datasets::LabelledRecords::empty(
              schema, rules ? rules->coverage() : datasets::Coverage{})) {}

    void add(const datasets::FlowRecord& flow) {
        encoder_.encode(flow, row_);
        records_.features.append(row_);
        records_.labels.push_back(rules_ ? rules_->label(flow).class_name : datasets::ClassName{});
        if (records_.labels.size() == kRowsPerBatch) write();
    }
    /// Writes what is left. Without any flow there is one batch without rows.
    Status finish() {
        if (!is_written_ || !records_.labels.empty()) write();
        return status_;
    }

 private:
    static constexpr std::size_t kRowsPerBatch = 8192;

    void write() {
        const auto bytes = datasets::encode_records(records_);
        if (bytes) std::cout << as_text(*bytes);
        if (!bytes && status_) status_ = tl::unexpected(bytes.error());
        is_written_ = true;
        records_.features.clear();
        records_.labels.clear();
    }

    std::optional<datasets::RuleFile>& rules_;
    datasets::FlowEncoder encoder_;
    std::vector<std::uint8_t> row_;
    datasets::LabelledRecords records_;
    Status status_;
    bool is_written_ = false;
};

Result<std::optional<datasets::RuleFile>> load_rules(const FlowInput& input) {
    if (!input.rules) return std::nullopt;
    TRIBUTARY_TRY(auto rules, datasets::RuleFile::load(*input.rules));
    return rules;
}

Result<int> write_batches(const FlowsOptions& options) {
    TRIBUTARY_TRY(const datasets::Schema* schema, datasets::find_schema(options.schema));
    TRIBUTARY_TRY(const FlowInput input, flow_input(options.input));
    TRIBUTARY_TRY(auto rules, load_rules(input));
    BatchOutput output(*schema, rules);
    const auto take = [&](const datasets::FlowRecord& flow) { output.add(flow); };
    TRIBUTARY_TRY(const auto report, datasets::ingest(input.files, input.ingest, take));
    TRIBUTARY_CHECK(output.finish());
    return report_damage(report);
}

Result<int> print_flows(const FlowsOptions& options) {
    TRIBUTARY_TRY(const FlowInput input, flow_input(options.input));
    TRIBUTARY_TRY(auto rules, load_rules(input));
    const bool csv = options.format == "csv";
    if (!options.stats && csv) std::cout << flow_csv_header() << "\n";
    const auto print = [&](const datasets::FlowRecord& flow) {
        if (options.stats) return;
        const datasets::ClassName label = rules ? rules->label(flow).class_name : "";
        std::cout << (csv ? flow_csv(flow, label) : flow_json(flow, label)) << "\n";
    };
    const double before = cpu_seconds();
    TRIBUTARY_TRY(const auto report, datasets::ingest(input.files, input.ingest, print));
    if (options.stats) std::cout << stats_json(report, cpu_seconds() - before).dump() << "\n";
    return report_damage(report);
}

Result<int> run_flows(const FlowsOptions& options) {
    if (options.describe) return describe_schema(options.schema);
    if (options.input.files.empty()) {
        return fail(Errc::invalid_argument, "flows needs at least one capture");
    }
    if (options.format == "batch") return write_batches(options);
    return print_flows(options);
}

}  // namespace

void add_flows(CLI::App& root, Invocation& invocation) {
    auto options = std::make_shared<FlowsOptions>();
    CLI::App* command = root.add_subcommand("flows", "Turn captures and exports into flow records");
    add_input_options(*command, options->input, Rules::optional);
    command->get_option("files")->required(false);
    command->add_option("--format", options->format, "jsonl, csv, or batch (encoded, binary)")
        ->check(CLI::IsMember({"jsonl", "csv", "batch"}))
        ->capture_default_str();
    options->schema = "flowctx/1";
    command->add_option("--schema", options->schema, "Features for --format batch and --describe")
        ->capture_default_str();
    command->add_flag("--describe", options->describe, "Print every feature of --schema");
    command->add_flag("--stats", options->stats, "Print counts instead of flows");
    command->add_flag("--json", options->json, "Same as --format jsonl");
    command->callback(
        [&invocation, options] { invocation.run = [options] { return run_flows(*options); }; });
}

}  // namespace tributary::app
