#pragma once
// The control requests about the versions that the coordinator's store keeps: `history`, `tag`,
// `untag` and `checkout`. The store is used on its own thread; contents are read one by one, so
// that commits do not wait for a whole history, and decoded here.
// Thread: any. Source: protocol rules, section 7; docs/formats.md, "Control socket".

#include <optional>

#include "app/control/protocol.hpp"
#include "base/signing.hpp"
#include "netlayer/driver/node.hpp"

namespace tributary::app {

/// Answers a request about the history of an object; nothing when it is not one.
/// @param key  the coordinator's: it vouches for what is checked out
/// @error not_found, conflict, limit_exceeded, invalid_argument, and those of Node::with_store
std::optional<Result<ControlFrame>> answer_history(netlayer::Node& node, const SigningKey& key,
                                                   const ControlFrame& request);

}  // namespace tributary::app
