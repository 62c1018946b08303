#pragma once
// The options by which every command names its captures: files, their kind, label rules.
// Main thread only.

#include <string>
#include <vector>

#include "app/service/labelled_flows.hpp"

namespace CLI {
class App;
}

namespace tributary::app {

struct InputOptions {
    std::vector<std::string> files;
    std::string kind = "auto";
    std::string reader = "mapped";
    bool key_vlan = false;
    bool open_tunnels = false;
    std::string rules;
};

enum class Rules { none, optional, required };

void add_input_options(CLI::App& command, InputOptions& options, Rules rules);

/// @error invalid_argument (kind, reader)
Result<FlowInput> flow_input(const InputOptions& options);

/// Prints what was damaged on stderr.
/// @return kExitDone, or kExitFailed when something was
int report_damage(const datasets::IngestReport& report);

}  // namespace tributary::app
