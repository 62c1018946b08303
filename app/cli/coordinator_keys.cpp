#include "app/cli/coordinator_keys.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/ask_member.hpp"

namespace tributary::app {

namespace {

struct KeyOptions {
    std::string state;
    bool bisect = false;
    bool json = false;
};

Result<int> run_keys(const KeyOptions& options) {
    const nlohmann::json extra{{"bisect", options.bisect}};
    TRIBUTARY_TRY(const ControlFrame answer, ask_member(options.state, "keys", extra.dump()));
    if (options.json) {
        std::cout << answer.json << "\n";
        return kExitDone;
    }
    const auto table = nlohmann::ordered_json::parse(answer.json);
    for (const auto& row : table.at("rows")) {
        std::cout << row.value("key", "") << "  " << row.value("name", "") << "\n";
    }
    if (options.bisect) {
        std::cout << table.value("changed", 0)
                  << " members have another key when they join the next time\n";
    }
    return kExitDone;
}

}  // namespace

void add_key_command(CLI::App& parent, Invocation& invocation) {
    auto options = std::make_shared<KeyOptions>();
    CLI::App* command = parent.add_subcommand(
        "keys", "The keys of members in the search tree of a running coordinator");
    command->add_option("--state", options->state, "Folder of the coordinator")->required();
    command->add_flag("--bisect", options->bisect,
                      "Order them anew by the hand-overs observed, partners side by side");
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback(
        [&invocation, options] { invocation.run = [options] { return run_keys(*options); }; });
}

}  // namespace tributary::app
