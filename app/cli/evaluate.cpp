#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.hpp"
#include "app/cli/evaluate_object.hpp"
#include "app/cli/evaluation_json.hpp"
#include "app/cli/input_options.hpp"
#include "app/cli/number_range.hpp"
#include "app/cli/site_models.hpp"

namespace tributary::app {

namespace {

struct EvaluateOptions {
    std::string state;
    std::vector<std::string> objects;
    InputOptions input;
    std::string records;
    double threshold = 0;
    bool json = false;
};

void print_table(const Evaluation& evaluation) {
    std::cout << fmt::format("{:16} {:>8} {:>8} {:>8} {:>8} {:>8}\n", "class", "flows", "recall",
                             "fpr", "f1", "auc");
    for (const ClassEvaluation& row : evaluation.classes) {
        std::cout << fmt::format("{:16} {:>8} {:>8.3f} {:>8.4f} {:>8.3f} {:>8.3f}\n",
                                 row.class_name, row.count, row.recall, row.fpr, row.f1, row.auc);
    }
    std::cout << fmt::format(
        "macro recall {:.3f}; {} of {} normal flows raise an alert ({:.4f}), {:.1f} an hour\n",
        evaluation.macro_recall, evaluation.false_alerts, evaluation.normals, evaluation.union_fpr,
        evaluation.false_alerts_per_hour());
}

Result<int> run_evaluate_records(const EvaluateOptions& options) {
    if (options.objects.size() != 1 || !options.state.empty() || !options.input.files.empty()) {
        return fail(Errc::invalid_argument,
                    "evaluate --records needs exactly one --object FILE, and neither --state nor "
                    "captures");
    }
    return run_evaluate_object(
        {options.objects.front(), options.records, options.threshold, options.json});
}

Result<int> run_evaluate(const EvaluateOptions& options) {
    if (!options.records.empty()) return run_evaluate_records(options);
    if (options.input.files.empty() || options.input.rules.empty()) {
        return fail(Errc::invalid_argument,
                    "evaluate needs captures and --rules FILE, or --records FILE");
    }
    if (options.state.empty() == options.objects.empty()) {
        return fail(Errc::invalid_argument, "evaluate needs either --state DIR or --object FILE");
    }
    TRIBUTARY_TRY(SiteModels models, options.state.empty()
                                         ? load_models(options.objects)
                                         : fetch_site_models(options.state, false));
    report_skipped(models);
    TRIBUTARY_TRY(const FlowInput input, flow_input(options.input));
    TRIBUTARY_TRY(const LabelledFlows flows, read_labelled_flows(input, *models.schema));
    TRIBUTARY_TRY(const Evaluation evaluation, evaluate_site(models.detector, flows));
    if (options.json) {
        auto json = nlohmann::ordered_json::parse(evaluation_json(evaluation));
        json["skipped_objects"] = nlohmann::ordered_json::parse(skipped_rows(models.skipped));
        std::cout << json.dump() << "\n";
    } else {
        print_table(evaluation);
    }
    return report_damage(flows.report);
}

}  // namespace

void add_evaluate(CLI::App& root, Invocation& invocation) {
    auto options = std::make_shared<EvaluateOptions>();
    CLI::App* command =
        root.add_subcommand("evaluate", "Measure detection on captures whose truth is known");
    command->add_option("--state", options->state, "State folder of the site's agent");
    command->add_option("--object", options->objects, "Classifier files, instead of an agent");
    add_input_options(*command, options->input, Rules::optional);
    command->get_option("files")->required(false);
    command->add_option("--records", options->records,
                        "Labelled records instead of captures: KDD text, CSV, or a record batch; "
                        "or synthetic:ROWS[:SEED]");
    command->add_option("--threshold", options->threshold, "With --records: alarm above this score")
        ->capture_default_str()
        ->check(number_range(-1e9, 1e9));
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback(
        [&invocation, options] { invocation.run = [options] { return run_evaluate(*options); }; });
}

}  // namespace tributary::app
