#include "app/cli/models.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/ask_member.hpp"
#include "app/service/object_files.hpp"

namespace tributary::app {

namespace {

struct ModelsOptions {
    std::string state;
    bool local = false;
    bool json = false;
};

Result<int> run_models(const ModelsOptions& options) {
    if (options.state.empty()) {
        return fail(Errc::invalid_argument,
                    "models needs --state DIR of an agent or coordinator, or a subcommand");
    }
    const nlohmann::json request{{"strict", !options.local}};
    TRIBUTARY_TRY(const ControlFrame answer, ask_member(options.state, "models", request.dump()));
    if (options.json) {
        std::cout << answer.json << "\n";
        return kExitDone;
    }
    const auto json = nlohmann::json::parse(answer.json);
    std::cout << fmt::format("{:32} {:>8} {:>8} {:>8} {:>8} {:>6}\n", "object", "version",
                             "records", "vectors", "bytes", "sites");
    for (const auto& row : json["rows"]) {
        std::cout << fmt::format("{:32} {:>8} {:>8} {:>8} {:>8} {:>6}\n",
                                 row["object"].get<std::string>(), row["version"].get<int>(),
                                 row["records"].get<int>(), row["vectors"].get<int>(),
                                 row["bytes"].get<int>(), row["contributors"].get<int>());
    }
    return kExitDone;
}

}  // namespace

void add_object_options(CLI::App& command, ObjectChoice& choice) {
    command.add_option("id", choice.id,
                       "The shared classifier, for example flowctx/1:ssh-guessing");
    command.add_option("--state", choice.state, "State folder of an agent or coordinator");
    command.add_option("--object", choice.file, "A classifier's file, instead of a shared one");
}

Result<Bytes> fetch_object(const ObjectChoice& choice) {
    const bool shared = !choice.state.empty() && !choice.id.empty();
    const bool mixed = !choice.file.empty() && (!choice.state.empty() || !choice.id.empty());
    if (mixed || shared == !choice.file.empty()) {
        return fail(Errc::invalid_argument,
                    "name one classifier: ID with --state DIR, or --object FILE");
    }
    if (!shared) {
        TRIBUTARY_TRY(ObjectFile read, load_object(choice.file));
        return std::move(read.bytes);
    }
    const nlohmann::json request{{"object", choice.id}, {"strict", true}};
    TRIBUTARY_TRY(ControlFrame answer, ask_member(choice.state, "query", request.dump()));
    return std::move(answer.body);
}

void add_models(CLI::App& root, Invocation& invocation) {
    auto options = std::make_shared<ModelsOptions>();
    CLI::App* command =
        root.add_subcommand("models", "List, explain, confirm and roll back classifiers");
    command->add_option("--state", options->state, "State folder of an agent or coordinator");
    command->add_flag(
        "--local", options->local,
        "List this member's copies, which may be old, instead of the latest versions");
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback([command, &invocation, options] {
        if (!command->get_subcommands().empty()) return;
        invocation.run = [options] { return run_models(*options); };
    });
    add_models_show(*command, invocation);
    add_models_decide(*command, invocation);
    add_models_exchange(*command, invocation);
}

}  // namespace tributary::app
