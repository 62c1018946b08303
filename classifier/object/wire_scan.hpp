#pragma once
// A look at the protobuf body before protobuf takes memory for it: how often each field occurs and
// how long it is. Without it a few kilobytes of zstd would become millions of parsed messages.
// Any thread. Format: docs/formats.md.

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace tributary::classifier {

/// Longest signature list accepted, in bytes.
inline constexpr std::size_t kSignatureListLimit = 32768;

/// @param body  a serialized Body of object.proto
/// @error corrupt, limit_exceeded
Status check_body_wire(ByteView body);

}  // namespace tributary::classifier
