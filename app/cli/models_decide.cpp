#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/cli/ask_member.hpp"
#include "app/cli/models.hpp"
#include "app/service/object_files.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

struct DecideOptions {
    std::string state;
    std::string id;
    std::string contributor;
    std::uint64_t contribution = 0;
    std::string person;
    bool discard = false;
    std::optional<std::uint64_t> version;
    std::string from;
    bool json = false;
};

Result<int> run_decision(const DecideOptions& options, const Json& request, Bytes body) {
    TRIBUTARY_TRY(const ControlFrame answer,
                  ask(options.state, ControlFrame{request.dump(), std::move(body)}));
    if (options.json) {
        std::cout << answer.json << "\n";
        return kExitDone;
    }
    const Json json = Json::parse(answer.json);
    std::cout << options.id << " is now version " << json["version"] << " (model version "
              << json["model_version"] << "): " << json["verdict"].get<std::string>() << "\n";
    return kExitDone;
}

Result<int> run_confirm(const DecideOptions& options) {
    return run_decision(options,
                        {{"command", options.discard ? "discard" : "confirm"},
                         {"object", options.id},
                         {"contributor", options.contributor},
                         {"contribution", options.contribution},
                         {"person", options.person}},
                        {});
}

Result<int> run_rollback(const DecideOptions& options) {
    Json request{{"command", "rollback"}, {"object", options.id}, {"person", options.person}};
    if (options.version.has_value() == !options.from.empty()) {
        return fail(Errc::invalid_argument,
                    "rollback needs either --to VERSION that this site kept, or --from FILE");
    }
    if (options.version) {
        request["version"] = *options.version;
        return run_decision(options, request, {});
    }
    TRIBUTARY_TRY(ObjectFile old, load_object(options.from));
    return run_decision(options, request, std::move(old.bytes));
}

std::shared_ptr<DecideOptions> add_common(CLI::App& command) {
    auto options = std::make_shared<DecideOptions>();
    command.add_option("id", options->id, "The shared classifier")->required();
    command.add_option("--state", options->state, "State folder of the site's agent")->required();
    command.add_option("--person", options->person,
                       "Name of the person who decides; noted in the lineage");
    command.add_flag("--json", options->json, "Print one JSON object");
    return options;
}

}  // namespace

void add_models_decide(CLI::App& models, Invocation& invocation) {
    CLI::App* confirm = models.add_subcommand(
        "confirm", "Let a classifier learn a contribution that is in quarantine");
    const auto parked = add_common(*confirm);
    confirm->add_option("--contributor", parked->contributor, "As `models quarantine` shows it")
        ->required();
    confirm->add_option("--contribution", parked->contribution, "Its number")->required();
    confirm->add_flag("--discard", parked->discard, "Throw it away instead");
    confirm->callback(
        [&invocation, parked] { invocation.run = [parked] { return run_confirm(*parked); }; });

    CLI::App* rollback =
        models.add_subcommand("rollback", "Make a new version that equals an old one");
    const auto back = add_common(*rollback);
    rollback->add_option("--to", back->version, "Model version that this site kept");
    rollback->add_option("--from", back->from, "File of the old version, instead");
    rollback->callback(
        [&invocation, back] { invocation.run = [back] { return run_rollback(*back); }; });
}

}  // namespace tributary::app
