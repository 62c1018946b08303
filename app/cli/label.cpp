#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/cli/applications.hpp"
#include "app/cli/command.hpp"
#include "app/cli/flow_output.hpp"
#include "app/cli/input_options.hpp"
#include "app/cli/json_text.hpp"
#include "datasets/label/binetflow.hpp"
#include "datasets/label/cidr_list.hpp"
#include "datasets/label/csv_labels.hpp"
#include "datasets/label/label_policy.hpp"
#include "datasets/label/rule_file.hpp"
#include "datasets/label/suricata.hpp"
#include "datasets/label/zeek.hpp"

namespace tributary::app {

namespace {

using LabelJson = nlohmann::ordered_json;
using datasets::LabelSource;
using Files = std::vector<std::string>;

constexpr std::uint64_t kMostQueued = 100'000;
constexpr const char* kListedClass = "listed";

struct LabelOptions {
    InputOptions input;
    Files rules;
    Files labels;
    Files binetflow;
    Files eve;
    Files zeek;
    Files lists;
    std::string format = "jsonl";
    std::string queue;
    std::string pseudonyms;
    bool ndpi = false;
    bool stats = false;
    bool json = false;
};

/// The sources in order of trust: a person's rules, columns of data sets, alerts, lists.
class Sources {
 public:
    template <typename Load>
    Status add_all(const Files& files, int priority, Load load) {
        for (const std::string& file : files) {
            auto source = load(file);
            if (!source) return fail(source.error());
            using Source = typename decltype(source)::value_type;
            sources_.push_back(std::make_unique<Source>(std::move(*source)));
            policy_.add(*sources_.back(), priority);
        }
        return {};
    }

    /// Applications stand behind what tells attacks.
    Status add_applications() {
        TRIBUTARY_TRY(Applications loaded, load_applications());
        watcher_ = std::move(loaded.watcher);
        sources_.push_back(std::move(loaded.labels));
        policy_.add(*sources_.back(), 4);
        return {};
    }

    datasets::LabelPolicy& policy() { return policy_; }
    /// Null when nobody looks at packets.
    [[nodiscard]] datasets::PacketWatcher* watcher() const { return watcher_.get(); }
    [[nodiscard]] const std::vector<std::unique_ptr<LabelSource>>& all() const { return sources_; }

 private:
    std::unique_ptr<datasets::ApplicationWatcher> watcher_;
    std::vector<std::unique_ptr<LabelSource>> sources_;
    datasets::LabelPolicy policy_;
};

/// "FILE" or "FILE=CLASS".
Result<datasets::CidrList> load_list(const std::string& text) {
    const std::size_t sign = text.rfind('=');
    const std::string class_name = sign == std::string::npos ? kListedClass : text.substr(sign + 1);
    return datasets::CidrList::load(text.substr(0, sign), class_name);
}

Status load_sources(const LabelOptions& options, Sources& sources) {
    TRIBUTARY_CHECK(sources.add_all(
        options.rules, 0, [](const std::string& file) { return datasets::RuleFile::load(file); }));
    TRIBUTARY_CHECK(sources.add_all(options.labels, 1, [](const std::string& file) {
        return datasets::CsvLabels::load(file);
    }));
    TRIBUTARY_CHECK(sources.add_all(options.binetflow, 1, [](const std::string& file) {
        return datasets::load_binetflow(file);
    }));
    TRIBUTARY_CHECK(sources.add_all(
        options.eve, 2, [](const std::string& file) { return datasets::load_suricata(file); }));
    TRIBUTARY_CHECK(sources.add_all(
        options.zeek, 2, [](const std::string& file) { return datasets::load_zeek(file); }));
    TRIBUTARY_CHECK(sources.add_all(options.lists, 3, load_list));
    if (options.ndpi) TRIBUTARY_CHECK(sources.add_applications());
    if (!sources.all().empty()) return {};
    return fail(Errc::invalid_argument,
                "no source of labels. Name one: --rules, --labels, --binetflow, --eve, --zeek, "
                "--list or --ndpi");
}

LabelJson counts_json(const datasets::LabelCounts& counts) {
    return {{"by_class", counts.by_class},
            {"unknown", counts.unknown},
            {"conflicts", counts.conflicts}};
}

LabelJson label_stats(Sources& sources, const datasets::IngestReport& report,
                      std::uint64_t queued) {
    LabelJson rows = LabelJson::array();
    for (const auto& source : sources.all()) {
        LabelJson row = counts_json(source->counts());
        row["source"] = source->name();
        row["covers"] = source->coverage();
        rows.push_back(std::move(row));
    }
    LabelJson all = counts_json(sources.policy().counts());
    all["schema"] = 1;
    all["flows"] = report.flows;
    all["queued"] = queued;
    all["rows"] = std::move(rows);
    return all;
}

/// Flows that a person must look at: one JSON line each, with the reason.
class ReviewQueue {
 public:
    explicit ReviewQueue(const std::string& path) {
        if (!path.empty()) file_.emplace(path);
    }

    void add(const datasets::FlowRecord& flow, const std::string& reason) {
        ++count_;
        if (!file_ || count_ > kMostQueued) return;
        std::string line;
        text_.append(line, flow, "");
        line.resize(line.size() - 2);  // the brace and the newline
        line += ",\"reason\":";
        append_json_string(line, reason);
        *file_ << line << "}\n";
    }
    [[nodiscard]] std::uint64_t count() const { return count_; }
    Status finish() {
        if (!file_ || file_->flush()) return {};
        return fail(Errc::io, "cannot write the review queue. Free space or another --queue");
    }

 private:
    std::optional<std::ofstream> file_;
    FlowText text_{FlowText::Format::json};
    std::uint64_t count_ = 0;
};

Result<std::unique_ptr<FlowOutput>> label_output(const LabelOptions& options) {
    if (options.stats) return make_no_output();
    std::optional<datasets::CryptoPan> pseudonyms;
    if (!options.pseudonyms.empty()) {
        TRIBUTARY_TRY(pseudonyms, datasets::CryptoPan::load(options.pseudonyms));
    }
    const bool is_csv = options.format == "csv";
    return make_text_output(is_csv ? FlowText::Format::csv : FlowText::Format::json,
                            std::move(pseudonyms));
}

Result<int> run_label(const LabelOptions& options) {
    if (options.json && options.format != "jsonl") {
        return fail(Errc::invalid_argument, "--json means --format jsonl. Leave out one of them");
    }
    Sources sources;
    TRIBUTARY_CHECK(load_sources(options, sources));
    TRIBUTARY_TRY(FlowInput input, flow_input(options.input));
    input.ingest.watcher = sources.watcher();
    TRIBUTARY_TRY(const auto output, label_output(options));
    ReviewQueue queue(options.queue);
    const auto take = [&](const datasets::FlowRecord& flow) {
        const datasets::LabelDecision decision = sources.policy().decide(flow);
        if (decision.conflict) queue.add(flow, decision.vote.evidence);
        output->add(flow, decision.vote.class_name);
    };
    TRIBUTARY_TRY(const auto report, datasets::ingest(input.files, input.ingest, take));
    TRIBUTARY_CHECK(output->finish());
    TRIBUTARY_CHECK(queue.finish());
    if (options.stats) {
        std::cout << label_stats(sources, report, queue.count()).dump() << "\n";
    }
    return report_damage(report);
}

}  // namespace

void add_label(CLI::App& root, Invocation& invocation) {
    auto options = std::make_shared<LabelOptions>();
    CLI::App* command =
        root.add_subcommand("label", "Label flows by rules, data sets, alerts and lists");
    add_input_options(*command, options->input, Rules::none);
    command->add_option("--rules", options->rules, "Rule files; they decide first");
    command->add_option("--labels", options->labels, "CSV lists of labelled flows");
    command->add_option("--binetflow", options->binetflow, "Labelled flow files of Argus (CTU-13)");
    command->add_option("--eve", options->eve, "Suricata's eve.json: its alerts");
    command->add_option("--zeek", options->zeek, "Zeek's notice.log or conn.log.labeled");
    command->add_option("--list", options->lists,
                        "Lists of addresses and networks, FILE or FILE=CLASS");
    command->add_flag("--ndpi", options->ndpi,
                      "The applications that nDPI recognizes in the packets; they decide last");
    command->add_option("--format", options->format, "jsonl or csv")
        ->check(CLI::IsMember({"jsonl", "csv"}))
        ->capture_default_str();
    command->add_option("--queue", options->queue, "File for flows that a person must look at");
    command->add_option("--pseudonyms", options->pseudonyms,
                        "File with the key under which addresses are printed as pseudonyms");
    command->add_flag("--stats", options->stats, "Print counts of votes instead of flows");
    command->add_flag("--json", options->json, "Same as --format jsonl");
    command->callback(
        [&invocation, options] { invocation.run = [options] { return run_label(*options); }; });
}

}  // namespace tributary::app
