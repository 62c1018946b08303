#include <CLI/CLI.hpp>
#include <ctime>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/applications.hpp"
#include "app/cli/command.hpp"
#include "app/cli/flow_output.hpp"
#include "app/cli/input_options.hpp"
#include "app/cli/listen.hpp"
#include "app/cli/record_text.hpp"
#include "datasets/feature/splt_schema.hpp"
#include "datasets/label/rule_file.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

struct FlowsOptions {
    InputOptions input;
    std::string format = "jsonl";
    std::string schema;
    std::string listen;
    datasets::LiveOptions live;
    std::string pseudonyms;
    bool allow_sampled = false;
    bool ndpi = false;
    bool describe = false;
    bool records = false;
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
        {"datagrams", report.datagrams},
        {"records", report.records},
        {"option_records", report.option_records},
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
        {"sequence_lost", report.sequence_lost},
        {"sampled", report.sampled},
        {"unusable", report.unusable},
        {"unpaired", report.unpaired},
        {"continued", report.continued},
        {"out_of_order", report.out_of_order},
        {"kernel_drops", report.kernel_drops},
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

Result<std::optional<datasets::RuleFile>> load_rules(const FlowInput& input) {
    if (!input.rules) return std::nullopt;
    TRIBUTARY_TRY(auto rules, datasets::RuleFile::load(*input.rules));
    return rules;
}

Status check_options(const FlowsOptions& options) {
    const auto refuse = [](const char* message) { return fail(Errc::invalid_argument, message); };
    const int sources = (options.input.files.empty() ? 0 : 1) + (options.listen.empty() ? 0 : 1) +
                        (options.live.interface.empty() ? 0 : 1);
    if (sources == 0) {
        return refuse("flows needs at least one capture, --interface NAME or --listen udp:PORT");
    }
    if (sources > 1) {
        return refuse("flows reads captures, an interface or exports. Leave out all but one");
    }
    if (options.ndpi && !options.input.rules.empty()) {
        return refuse("labels come from --rules or from --ndpi. `label` joins several sources");
    }
    if (options.ndpi && !options.listen.empty()) {
        return refuse("--ndpi looks at packets, and exports have none. Leave it out");
    }
    if (options.json && options.format != "jsonl") {
        return refuse("--json means --format jsonl. Leave out one of them");
    }
    if (options.records && !options.pseudonyms.empty()) {
        return refuse(
            "--records prints what exporters sent, addresses and all; pseudonyms are for "
            "flows. Leave out one of them");
    }
    if (options.records && (options.stats || options.format != "jsonl")) {
        return refuse("--records prints JSON lines. Leave out --stats and --format");
    }
    return {};
}

Result<std::unique_ptr<FlowOutput>> make_output(const FlowsOptions& options,
                                                const datasets::Coverage& coverage) {
    std::optional<datasets::CryptoPan> pseudonyms;
    if (!options.pseudonyms.empty()) {
        TRIBUTARY_TRY(pseudonyms, datasets::CryptoPan::load(options.pseudonyms));
    }
    if (options.stats || options.records) return make_no_output();
    if (options.format == "batch") {
        TRIBUTARY_TRY(const datasets::Schema* schema, datasets::find_schema(options.schema));
        return make_batch_output(*schema, coverage);
    }
    const bool is_csv = options.format == "csv";
    return make_text_output(is_csv ? FlowText::Format::csv : FlowText::Format::json,
                            std::move(pseudonyms));
}

/// Reads or listens, whichever was asked for.
Result<datasets::IngestReport> run_input(const FlowsOptions& options, const FlowInput& input,
                                         const std::function<void()>& on_quiet,
                                         const datasets::FlowSink& sink) {
    if (!options.listen.empty()) {
        return listen_for_exports(options.listen, input.ingest, on_quiet, sink);
    }
    if (!options.live.interface.empty()) {
        return capture_live(options.live, input.ingest, on_quiet, sink);
    }
    return datasets::ingest(input.files, input.ingest, sink);
}

void report_withheld(std::uint64_t flows) {
    if (flows == 0) return;
    std::cerr << "tributary: " << flows
              << " flows of sampled exports stand in the batch without their labels, so that they "
                 "train nothing. Export without sampling, or give --allow-sampled\n";
}

Result<int> print_flows(const FlowsOptions& options) {
    TRIBUTARY_TRY(FlowInput input, flow_input(options.input));
    TRIBUTARY_TRY(const datasets::Schema* schema, datasets::find_schema(options.schema));
    input.ingest.keep_sequences = options.format == "batch" && datasets::needs_sequences(*schema);
    TRIBUTARY_TRY(auto rules, load_rules(input));
    Applications applications;
    if (options.ndpi) {
        TRIBUTARY_TRY(applications, load_applications());
    }
    input.ingest.watcher = applications.watcher.get();
    datasets::LabelSource* const labels =
        rules ? static_cast<datasets::LabelSource*>(&*rules) : applications.labels.get();
    TRIBUTARY_TRY(
        const auto output,
        make_output(options, labels != nullptr ? labels->coverage() : datasets::Coverage{}));
    LineOutput records;
    if (options.records) {
        input.ingest.on_record = [&records](const datasets::ExportRecord& record) {
            records.text() += record_json(record) + "\n";
            records.added();
        };
    }
    // A batch keeps no mark of sampling, and what has no label trains nothing.
    const bool withholds = options.format == "batch" && !options.allow_sampled;
    std::uint64_t withheld = 0;
    const auto print = [&](const datasets::FlowRecord& flow) {
        datasets::ClassName label =
            labels != nullptr ? labels->label(flow).class_name : datasets::ClassName{};
        if (withholds && flow.sampling > 1 && !label.empty()) {
            label.clear();
            ++withheld;
        }
        output->add(flow, label);
    };
    const auto on_quiet = [&] {
        output->flush();
        records.flush();
    };
    const double before = cpu_seconds();
    TRIBUTARY_TRY(const auto report, run_input(options, input, on_quiet, print));
    TRIBUTARY_CHECK(output->finish());
    TRIBUTARY_CHECK(records.finish());
    const std::string counts = stats_json(report, cpu_seconds() - before).dump();
    if (options.stats) std::cout << counts << "\n";
    // Of what passed by there is no file to count again: live input ends with its summary.
    if (!options.stats && options.input.files.empty()) std::cerr << counts << "\n";
    report_withheld(withheld);
    return report_damage(report);
}

Result<int> run_flows(const FlowsOptions& options) {
    if (options.describe) return describe_schema(options.schema);
    TRIBUTARY_CHECK(check_options(options));
    return print_flows(options);
}

void add_live_options(CLI::App& command, datasets::LiveOptions& live) {
    CLI::Option* interface =
        command.add_option("--interface", live.interface, "Capture on this network interface");
    command.add_option("--filter", live.filter, "Packets to capture, written as for tcpdump")
        ->needs(interface);
    command.add_flag("--promiscuous,!--no-promiscuous", live.promiscuous,
                     "Also what is not addressed to this machine (default)");
    command.add_option("--snapshot-bytes", live.snapshot_bytes, "Captured of each packet")
        ->check(CLI::Range(64, 262'144))
        ->capture_default_str();
    command.add_option("--ring-bytes", live.ring_bytes, "Room for packets that wait")
        ->check(CLI::Range(1 << 20, 1 << 30))
        ->capture_default_str();
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
    command->add_option("--listen", options->listen,
                        "Take export datagrams from the network: udp:PORT or udp:ADDRESS:PORT");
    add_live_options(*command, options->live);
    command->add_option("--pseudonyms", options->pseudonyms,
                        "File with the key under which addresses are printed as pseudonyms");
    command->add_flag("--allow-sampled", options->allow_sampled,
                      "With --format batch: also labels of flows of sampled exports");
    command->add_flag("--ndpi", options->ndpi,
                      "Label flows by the applications that nDPI recognizes in their packets");
    command->add_flag("--records", options->records,
                      "Print export records as they were sent, instead of flows");
    command->add_flag("--describe", options->describe, "Print every feature of --schema");
    command->add_flag("--stats", options->stats, "Print counts instead of flows");
    command->add_flag("--json", options->json, "Same as --format jsonl");
    command->callback(
        [&invocation, options] { invocation.run = [options] { return run_flows(*options); }; });
}

}  // namespace tributary::app
