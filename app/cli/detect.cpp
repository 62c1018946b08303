#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.hpp"
#include "app/cli/input_options.hpp"
#include "app/cli/site_models.hpp"
#include "app/service/eve.hpp"
#include "app/service/site_drift.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

struct DetectOptions {
    std::string state;
    std::vector<std::string> objects;
    InputOptions input;
    std::uint64_t limit = 0;
    bool local = false;
    bool summary = false;
    bool json = false;
};

/// Prints one eve line per alert.
/// @return alerts by class
std::map<std::string, std::uint64_t> print_alerts(const SiteModels& models,
                                                  const LabelledFlows& flows,
                                                  const classifier::Detections& detections,
                                                  const SiteDrift& drift, std::uint64_t limit) {
    std::map<std::string, std::uint64_t> alerts;
    std::uint64_t printed = 0;
    for (std::size_t i = 0; i < flows.flows.size(); ++i) {
        const classifier::Decision& decision = detections.decisions[i];
        if (decision.member < 0) continue;
        const classifier::Member& member =
            models.detector.ensemble().members()[static_cast<std::size_t>(decision.member)];
        ++alerts[member.class_name];
        if (limit != 0 && printed++ >= limit) continue;
        const double score = decision.excess + member.threshold;
        const AlertContext context{&member, decision.excess, models.schema->name(),
                                   models.contributors.at(member.object_id),
                                   drift.at(member.object_id).probability(score)};
        std::cout << eve_alert(flows.flows[i], context) << "\n";
    }
    return alerts;
}

Result<int> run_detect(const DetectOptions& options) {
    if (options.state.empty() == options.objects.empty()) {
        return fail(Errc::invalid_argument, "detect needs either --state DIR or --object FILE");
    }
    TRIBUTARY_TRY(SiteModels models, options.state.empty()
                                         ? load_models(options.objects)
                                         : fetch_site_models(options.state, options.local));
    report_skipped(models);
    TRIBUTARY_TRY(const FlowInput input, flow_input(options.input));
    TRIBUTARY_TRY(const LabelledFlows flows, read_labelled_flows(input, *models.schema));
    classifier::Detections detections;
    TRIBUTARY_CHECK(models.detector.detect(flows.records.features, detections));
    TRIBUTARY_TRY(const SiteDrift drift,
                  measure_site_drift(models.objects, flows.records.features));
    const auto alerts = print_alerts(models, flows, detections, drift, options.limit);
    if (options.summary) {
        Json rows = Json::array();
        for (const auto& [id, of_object] : drift) {
            rows.push_back(Json::parse(drift_row(id, of_object)));
        }
        std::cout << Json{{"schema", 1},
                          {"flows", flows.flows.size()},
                          {"alerts", alerts},
                          {"objects", models.versions},
                          {"skipped_objects", Json::parse(skipped_rows(models.skipped))},
                          {"drift", rows}}
                         .dump()
                  << "\n";
    }
    if (models.detector.ensemble().members().empty()) {
        std::cerr << "tributary: no classifier has been taught yet, so nothing can be detected. "
                     "Contribute first: tributary contribute --state DIR CAPTURE\n";
    }
    return report_damage(flows.report);
}

}  // namespace

void add_detect(CLI::App& root, Invocation& invocation) {
    auto options = std::make_shared<DetectOptions>();
    CLI::App* command = root.add_subcommand("detect", "Print one JSON line per alert in captures");
    command->add_option("--state", options->state, "State folder of the site's agent");
    command->add_option("--object", options->objects, "Classifier files, instead of an agent");
    add_input_options(*command, options->input, Rules::none);
    command->add_option("--limit", options->limit, "Print at most so many alerts; 0 is all");
    command->add_flag("--local", options->local,
                      "Use the agent's copies, which may be old, instead of the latest versions");
    command->add_flag("--summary", options->summary, "End with one object of counts");
    command->add_flag("--json", options->json, "Accepted for uniformity: lines are JSON always");
    command->callback(
        [&invocation, options] { invocation.run = [options] { return run_detect(*options); }; });
}

}  // namespace tributary::app
