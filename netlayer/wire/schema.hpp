#pragma once
// Private to netlayer/wire: the two halves of the codec, on generated types.
// Functions; any thread.

#include <netlayer/wire/message.pb.h>

#include "netlayer/wire/codec.hpp"

namespace tributary::netlayer::schema {

/// Fills the content of a frame; nothing stands for a greeting.
void put_content(const std::optional<Message>& message, const CodecLimits& limits,
                 wire::Frame& frame);

/// Reads and checks the content of a frame.
/// @error corrupt
Result<std::optional<Message>> get_content(const wire::Frame& frame, const CodecLimits& limits);

}  // namespace tributary::netlayer::schema
