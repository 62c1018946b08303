#pragma once
// The name of a rotation policy on the command line. Main thread only.

#include <optional>
#include <string>

#include "netlayer/options.hpp"

namespace CLI {
class App;
}

namespace tributary::app {

/// Adds --policy, which stays empty unless it is given.
void add_policy_option(CLI::App& command, std::optional<netlayer::RotationPolicy>& policy,
                       const std::string& text);

/// Adds --policy. The help lists the policies after `text`.
void add_policy_option(CLI::App& command, netlayer::RotationPolicy& policy,
                       const std::string& text);

/// The same as an argument that must be given.
void add_policy_argument(CLI::App& command, netlayer::RotationPolicy& policy);

}  // namespace tributary::app
