#pragma once
// The subcommands of `tributary coordinator` about the versions that its store keeps.
// Main thread only.

#include "app/cli/command.hpp"

namespace tributary::app {

/// Adds history, tag, untag and checkout.
void add_history_commands(CLI::App& parent, Invocation& invocation);

}  // namespace tributary::app
