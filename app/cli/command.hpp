#pragma once
// What every command file shares: how it joins the program, and how it ends.
// A command's file adds one subcommand to the root and leaves a function to run. Main thread only.

#include <functional>
#include <string>

#include "base/result.hpp"

namespace CLI {
class App;
}

namespace tributary::app {

/// Filled by the subcommand that the user named.
struct Invocation {
    std::function<Result<int>()> run;  ///< returns the exit code
};

using AddCommand = void (*)(CLI::App& root, Invocation& invocation);

void add_agent(CLI::App& root, Invocation& invocation);
void add_bench(CLI::App& root, Invocation& invocation);
void add_contribute(CLI::App& root, Invocation& invocation);
void add_coordinator(CLI::App& root, Invocation& invocation);
void add_detect(CLI::App& root, Invocation& invocation);
void add_enroll(CLI::App& root, Invocation& invocation);
void add_evaluate(CLI::App& root, Invocation& invocation);
void add_experiment(CLI::App& root, Invocation& invocation);
void add_flows(CLI::App& root, Invocation& invocation);
void add_label(CLI::App& root, Invocation& invocation);
void add_models(CLI::App& root, Invocation& invocation);
void add_overlay(CLI::App& root, Invocation& invocation);
void add_query(CLI::App& root, Invocation& invocation);
void add_simulate(CLI::App& root, Invocation& invocation);
void add_status(CLI::App& root, Invocation& invocation);
void add_train(CLI::App& root, Invocation& invocation);
void add_version(CLI::App& root, Invocation& invocation);

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitUnreachable = 3;
inline constexpr int kExitPermission = 4;

/// The exit code that CONVENTIONS.md section 5 gives to an error.
int exit_code(const Error& error);

/// Parses the command line, runs the command and reports its error on stderr.
int run(int argc, const char* const* argv);

}  // namespace tributary::app
