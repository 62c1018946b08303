#pragma once
// What a child process costs: CPU seconds and peak memory, as the kernel counts them. Ours and the
// peers are measured alike. The caller must have one thread only.

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace tributary::app {

struct ProcessCost {
    double cpu_seconds = 0;  ///< user and system
    std::uint64_t peak_bytes = 0;
};

/// True when a program of this name is in PATH.
bool is_installed(const std::string& program);

/// Runs a program with its output thrown away.
/// @param command  program and arguments; not empty
/// @error          io: it could not be started, or did not end with 0
Result<ProcessCost> run_measured(const std::vector<std::string>& command);

/// Starts a program with its output thrown away; every start is followed by one stop.
/// @error io
Result<pid_t> start_measured(const std::vector<std::string>& command);
/// The same with `work` in a child process; it must end at SIGTERM and return false when it failed.
Result<pid_t> start_measured(const std::string& name, const std::function<bool()>& work);
/// Asks it to end (SIGTERM) and waits until it has.
/// @param name  for errors
/// @error       io: it did not end with 0
Result<ProcessCost> stop_measured(pid_t child, const std::string& name);

/// Runs `work` in a child process, so that its memory is its own.
/// @param work  returns false when it failed
/// @error       io
Result<ProcessCost> run_measured(const std::string& name, const std::function<bool()>& work);

}  // namespace tributary::app
