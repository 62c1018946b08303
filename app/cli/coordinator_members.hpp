#pragma once
// The subcommands of `tributary coordinator` that change or show the register of members.
// Main thread only.

#include "app/cli/command.hpp"

namespace tributary::app {

/// Adds invite, approve, authorize, revoke and members.
void add_member_commands(CLI::App& parent, Invocation& invocation);

}  // namespace tributary::app
