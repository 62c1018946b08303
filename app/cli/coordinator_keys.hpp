#pragma once
// `tributary coordinator keys`. Main thread only.

#include "app/cli/command.hpp"

namespace tributary::app {

void add_key_command(CLI::App& parent, Invocation& invocation);

}  // namespace tributary::app
