#pragma once
// The control requests about the tree, which a coordinator answers: `overlay`, `policy`, `keys`.
// Thread: any; handlers only use the node's own thread-safe calls.

#include <optional>

#include "app/control/protocol.hpp"
#include "netlayer/driver/node.hpp"

namespace tributary::app {

/// Answers a request about the tree; nothing when it is not one.
std::optional<Result<ControlFrame>> answer_overlay(netlayer::Node& node,
                                                   const ControlFrame& request);

}  // namespace tributary::app
