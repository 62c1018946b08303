#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/ask_member.hpp"
#include "app/cli/command.hpp"

namespace tributary::app {

namespace {

struct StatusOptions {
    std::string state;
    bool json = false;
};

void print_status(const nlohmann::ordered_json& status) {
    std::cout << status.value("role", "") << " " << status.value("name", "") << ": "
              << status.value("phase", "") << ", " << status["children"].size() << " children, "
              << status["objects"].size() << " objects";
    if (status.contains("journal")) {
        std::cout << ", " << status["journal"] << " contributions wait";
    }
    std::cout << "\n";
    if (status.contains("drift")) {
        for (const auto& row : status["drift"]) std::cout << "  drift " << row.dump() << "\n";
    }
    for (const auto& [name, value] : status["metrics"].items()) {
        std::cout << "  " << name << " " << value << "\n";
    }
}

Result<int> run_status(const StatusOptions& options) {
    TRIBUTARY_TRY(const ControlFrame answer, ask_member(options.state, "status"));
    if (options.json) {
        std::cout << answer.json << "\n";
    } else {
        print_status(nlohmann::ordered_json::parse(answer.json));
    }
    return kExitDone;
}

}  // namespace

void add_status(CLI::App& root, Invocation& invocation) {
    auto options = std::make_shared<StatusOptions>();
    CLI::App* command = root.add_subcommand("status", "What a running agent or coordinator does");
    command->add_option("--state", options->state, "Its state folder")->required();
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback(
        [&invocation, options] { invocation.run = [options] { return run_status(*options); }; });
}

}  // namespace tributary::app
