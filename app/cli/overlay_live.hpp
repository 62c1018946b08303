#pragma once
// `tributary overlay --state DIR`: the tree of a running service. Main thread only.

#include "app/cli/command.hpp"

namespace tributary::app {

/// What the group does when no subcommand is given.
void add_overlay_live(CLI::App& group, Invocation& invocation);

}  // namespace tributary::app
