#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.hpp"

namespace tributary::app {

namespace {

constexpr const char* kVersion = TRIBUTARY_VERSION;

}  // namespace

void add_version(CLI::App& root, Invocation& invocation) {
    CLI::App* command = root.add_subcommand("version", "Print the version");
    const auto json = std::make_shared<bool>(false);
    command->add_flag("--json", *json, "Print one JSON object");
    command->callback([&invocation, json] {
        invocation.run = [json]() -> Result<int> {
            if (*json) {
                std::cout << nlohmann::json{{"schema", 1}, {"version", kVersion}}.dump() << "\n";
            } else {
                std::cout << "tributary " << kVersion << "\n";
            }
            return kExitDone;
        };
    });
}

}  // namespace tributary::app
