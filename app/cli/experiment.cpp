#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.hpp"
#include "app/cli/evaluation_json.hpp"
#include "app/experiment/detection.hpp"
#include "app/experiment/parameters.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

struct ExperimentOptions {
    std::string samples = "datasets/samples";
    DetectionOptions detection;
    ParameterOptions parameters;
    bool json = false;
};

Json result_json(const DetectionResult& result) {
    Json rows = Json::array();
    for (const StageResult& stage : result.stages) {
        Json runs = Json::array();
        for (const Evaluation& run : stage.runs) runs.push_back(Json::parse(evaluation_json(run)));
        rows.push_back({{"organization", stage.organization},
                        {"stage", stage.stage},
                        {"macro_recall", stage.mean_macro_recall()},
                        {"union_fpr", stage.mean_union_fpr()},
                        {"runs", runs}});
    }
    return {{"schema", 1}, {"rows", rows}, {"labelled_by_one", result.sole}};
}

void print_stage(const StageResult& stage) {
    std::cout << fmt::format("{:9} {:18} macro recall {:.3f}  union fpr {:.4f} ",
                             stage.organization, stage.stage, stage.mean_macro_recall(),
                             stage.mean_union_fpr());
    if (!stage.runs.empty()) {
        for (const ClassEvaluation& row : stage.runs.front().classes) {
            std::cout << fmt::format(" {} {:.2f}", row.class_name,
                                     stage.mean_recall(row.class_name));
        }
    }
    std::cout << "\n";
}

Result<int> run_detection(ExperimentOptions options) {
    TRIBUTARY_TRY(options.detection.organizations, find_organizations(options.samples));
    options.detection.progress = [](const std::string& what) { std::cerr << what << "\n"; };
    TRIBUTARY_TRY(const DetectionResult result, run_detection_experiment(options.detection));
    if (options.json) {
        std::cout << result_json(result).dump() << "\n";
    } else {
        for (const StageResult& stage : result.stages) print_stage(stage);
    }
    return kExitDone;
}

Json parameters_json(const std::vector<ParameterRow>& rows) {
    Json list = Json::array();
    for (const ParameterRow& row : rows) {
        list.push_back({{"cost", row.cost},
                        {"gamma", row.gamma},
                        {"recall", row.recall},
                        {"fpr", row.fpr},
                        {"recall_by_class", row.recall_by_class}});
    }
    const ParameterRow& best = best_parameters(rows);
    return {{"schema", 1}, {"rows", list}, {"best", {{"cost", best.cost}, {"gamma", best.gamma}}}};
}

Result<int> run_parameters(ExperimentOptions options) {
    TRIBUTARY_TRY(options.parameters.organizations, find_organizations(options.samples));
    options.parameters.progress = [](const std::string& what) { std::cerr << what << "\n"; };
    TRIBUTARY_TRY(const auto rows, cross_validate(options.parameters));
    if (options.json) {
        std::cout << parameters_json(rows).dump() << "\n";
        return kExitDone;
    }
    for (const ParameterRow& row : rows) {
        std::cout << fmt::format("C {:<5g} gamma {:<5g} recall {:.3f}  fpr {:.4f} ", row.cost,
                                 row.gamma, row.recall, row.fpr);
        for (const auto& [class_name, recall] : row.recall_by_class) {
            std::cout << fmt::format(" {} {:.2f}", class_name, recall);
        }
        std::cout << "\n";
    }
    const ParameterRow& best = best_parameters(rows);
    std::cout << fmt::format(
        "highest recall with at most {:g} % alerts on normal flows: C {:g}, gamma {:g}\n",
        100 * kAlertLimit, best.cost, best.gamma);
    return kExitDone;
}

void add_parameters(CLI::App& experiment, Invocation& invocation) {
    auto options = std::make_shared<ExperimentOptions>();
    CLI::App* command = experiment.add_subcommand(
        "parameters", "Cross-validation of cost and gamma on the training captures alone");
    command->add_option("--samples", options->samples, "Folder of the organizations' captures")
        ->capture_default_str();
    command->add_option("--schema", options->parameters.schema, "Features")->capture_default_str();
    command->add_option("--engine", options->parameters.engine, "How to learn");
    command->add_option("--cost", options->parameters.costs, "Costs (C)")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command->add_option("--gamma", options->parameters.gammas, "Widths of the kernel")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command->add_option("--folds", options->parameters.folds, "Parts that take turns")
        ->check(CLI::Range(2, 20))
        ->capture_default_str();
    command->add_option("--assignments", options->parameters.assignments, "Divisions into folds")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    command->add_option("--seed", options->parameters.seed, "Of the divisions")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback([&invocation, options] {
        invocation.run = [options] { return run_parameters(*options); };
    });
}

}  // namespace

void add_experiment(CLI::App& root, Invocation& invocation) {
    CLI::App* command = root.add_subcommand("experiment", "Measure what sharing is worth");
    command->require_subcommand(1);
    auto options = std::make_shared<ExperimentOptions>();
    add_parameters(*command, invocation);
    CLI::App* detection = command->add_subcommand(
        "detection", "Detection alone, shared and central, in several orders of contribution");
    detection->add_option("--samples", options->samples, "Folder of the organizations' captures")
        ->capture_default_str();
    detection->add_option("--schema", options->detection.schema, "Features")->capture_default_str();
    detection->add_option("--engine", options->detection.engine, "How to learn");
    detection->add_option("--orders", options->detection.orders, "Orders of contribution")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    detection->add_option("--seed", options->detection.seed, "Of orders and reservoirs")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    detection->add_flag("--json", options->json, "Print one JSON object");
    detection->callback(
        [&invocation, options] { invocation.run = [options] { return run_detection(*options); }; });
}

}  // namespace tributary::app
