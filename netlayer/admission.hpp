#pragma once
// Whether a message from a peer keeps the bounds that all processes agreed on, and comes from the
// right side of the tree. What fails here is never processed; its sender is cut off.
// Pure functions; any thread. Section 6 of the protocol rules: bounds.

#include "base/result.hpp"
#include "netlayer/message.hpp"
#include "netlayer/object/copies.hpp"
#include "netlayer/object/inspection.hpp"
#include "netlayer/options.hpp"

namespace tributary::netlayer {

/// Where a message on a tree edge comes from, seen by the receiver.
enum class Side { parent, child };

/// @error  limit_exceeded, invalid_argument, or mismatch for the wrong side
[[nodiscard]] Status admit(const Message& message, Side from, const ProcessOptions& options);

/// Whether every version that the message carries and that is newer than the copy here may enter.
/// @error  of the inspection
[[nodiscard]] Status admit_versions(const Message& message, const Copies& copies,
                                    const Inspection& inspect);

}  // namespace tributary::netlayer
