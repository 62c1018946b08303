#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/ask_member.hpp"
#include "app/cli/command.hpp"

namespace tributary::app {

namespace {

struct ModelsOptions {
    std::string state;
    bool json = false;
};

Result<int> run_models(const ModelsOptions& options) {
    TRIBUTARY_TRY(const ControlFrame answer, ask_member(options.state, "models"));
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

void add_models(CLI::App& root, Invocation& invocation) {
    auto options = std::make_shared<ModelsOptions>();
    CLI::App* command = root.add_subcommand("models", "List the shared classifiers");
    command->add_option("--state", options->state, "State folder of an agent or coordinator")
        ->required();
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback(
        [&invocation, options] { invocation.run = [options] { return run_models(*options); }; });
}

}  // namespace tributary::app
