#pragma once
// Commands that only ask a running member and print its answer. Main thread only.

#include <string>

#include "app/control/client.hpp"

namespace tributary::app {

/// Asks with `{"command": name}`, and more members where `extra` (an object's text) has some.
/// @param silence  longest wait for the next sign of life
Result<ControlFrame> ask_member(const std::string& state, const std::string& name,
                                const std::string& extra = "{}", const ProgressSink& progress = {},
                                std::chrono::seconds silence = std::chrono::seconds(120));

}  // namespace tributary::app
