#pragma once
// Private to netlayer/wire: the two halves of the codec, on generated types.
// Functions; any thread.

#include <netlayer/wire/message.pb.h>

#include "netlayer/wire/bodies.hpp"
#include "netlayer/wire/codec.hpp"

namespace tributary::netlayer::schema {

/// Fills the content of a frame: its message, without the objects in it, or its greeting.
void put_content(const Frame& from, const CodecLimits& limits, wire::Frame& frame);

/// Reads and checks the content of a frame into `to`.
/// @param split  where its bodies are, if they were taken out before it was parsed; else nullptr
/// @error corrupt
Status get_content(const wire::Frame& frame, const SplitFrame* split, const CodecLimits& limits,
                   Frame& to);

}  // namespace tributary::netlayer::schema
