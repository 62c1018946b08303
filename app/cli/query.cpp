#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/ask_member.hpp"
#include "app/cli/command.hpp"
#include "base/file.hpp"

namespace tributary::app {

namespace {

struct QueryOptions {
    std::string state;
    std::string object;
    std::string output;
    bool local = false;
    bool json = false;
};

Result<int> run_query(const QueryOptions& options) {
    const nlohmann::json request{{"object", options.object}, {"strict", !options.local}};
    TRIBUTARY_TRY(const ControlFrame answer, ask_member(options.state, "query", request.dump()));
    if (!options.output.empty()) {
        TRIBUTARY_CHECK(write_file_atomically(options.output, answer.body));
    }
    if (options.json) {
        std::cout << answer.json << "\n";
        return kExitDone;
    }
    const auto json = nlohmann::ordered_json::parse(answer.json);
    for (const auto& [name, value] : json.items()) {
        if (name != "schema") std::cout << name << ": " << value << "\n";
    }
    return kExitDone;
}

}  // namespace

void add_query(CLI::App& root, Invocation& invocation) {
    auto options = std::make_shared<QueryOptions>();
    CLI::App* command = root.add_subcommand("query", "Read one shared classifier");
    command->add_option("--state", options->state, "State folder of an agent or coordinator")
        ->required();
    command->add_option("object", options->object, "For example flowctx/1:ssh-guessing")
        ->required();
    command->add_option("--output", options->output, "Write the object to this file");
    command->add_flag("--local", options->local,
                      "Read this member's copy, which may be old, instead of the latest version");
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback(
        [&invocation, options] { invocation.run = [options] { return run_query(*options); }; });
}

}  // namespace tributary::app
