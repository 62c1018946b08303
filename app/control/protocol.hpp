#pragma once
// The language spoken on the control socket: frames of a JSON object and an optional byte body.
// One request a connection; the answer is any number of progress frames and one final frame.
// Wire: u32 JSON size, u32 body size (little-endian), JSON, body. Both sizes are bounded.
// Values; no thread rule. Documented in docs/formats.md.

#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace tributary::app {

inline constexpr std::size_t kMaxControlJson = std::size_t{4} << 20;
inline constexpr std::size_t kMaxControlBody = std::size_t{64} << 20;

/// One frame: JSON text (an object) and opaque bytes.
struct ControlFrame {
    std::string json;
    Bytes body;
};

/// Sends one frame on a connected stream socket.
/// @error unreachable (the other side hung up), limit_exceeded
Status send_frame(int socket, const ControlFrame& frame);

/// Receives one frame.
/// @error unreachable (hung up), corrupt (sizes over the bounds), timeout (socket option)
Result<ControlFrame> receive_frame(int socket);

/// `{"schema": 1, "error": {"code": ..., "message": ...}}`
ControlFrame error_frame(const Error& error);

/// The error that a final frame carries, if it carries one.
Status frame_status(const ControlFrame& frame);

}  // namespace tributary::app
