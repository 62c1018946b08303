#pragma once
// The subcommands of `tributary models`, and how they name the classifier they are about.
// Main thread only.

#include <string>

#include "app/cli/command.hpp"
#include "base/bytes.hpp"

namespace tributary::app {

/// A classifier in a file, or one that a running member shares.
struct ObjectChoice {
    std::string state;
    std::string id;
    std::string file;
};

void add_object_options(CLI::App& command, ObjectChoice& choice);

/// The encoded object: the latest version of a shared one.
/// @error invalid_argument (neither or both are named), not_found, unreachable, corrupt
Result<Bytes> fetch_object(const ObjectChoice& choice);

void add_models_show(CLI::App& models, Invocation& invocation);
void add_models_decide(CLI::App& models, Invocation& invocation);
void add_models_exchange(CLI::App& models, Invocation& invocation);

}  // namespace tributary::app
