#pragma once
// Asks a running agent or coordinator through the UNIX socket in its state folder.
// One thread; one request at a time.

#include <chrono>
#include <filesystem>
#include <functional>

#include "app/control/protocol.hpp"

namespace tributary::app {

/// The socket's name inside a state folder.
inline constexpr const char* kControlSocket = "control.sock";

/// Called for every progress frame, with its JSON text.
using ProgressSink = std::function<void(const std::string&)>;

/// Sends a request and returns the final frame.
/// @param silence  longest wait for the next frame
/// @error unreachable (nothing listens there: names the command that starts it), timeout, and
///        whatever error the other side reports
Result<ControlFrame> ask(const std::filesystem::path& state, const ControlFrame& request,
                         const ProgressSink& progress = {},
                         std::chrono::seconds silence = std::chrono::seconds(120));

}  // namespace tributary::app
