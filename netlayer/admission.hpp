#pragma once
// Whether a message from a peer keeps the bounds that all processes agreed on, and comes from the
// right side of the tree. What fails here is never processed; its sender is cut off.
// Pure functions; any thread. Section 6 of the protocol rules: bounds.

#include "base/result.hpp"
#include "netlayer/message.hpp"
#include "netlayer/options.hpp"

namespace tributary::netlayer {

/// Where a message on a tree edge comes from, seen by the receiver.
enum class Side { parent, child };

/// @error  limit_exceeded, invalid_argument, or mismatch for the wrong side
[[nodiscard]] Status admit(const Message& message, Side from, const ProcessOptions& options);

}  // namespace tributary::netlayer
