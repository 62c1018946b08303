#pragma once
// zstd for whole buffers, safe for bytes from the network: the frame must state its content size,
// the size must be within the caller's limit, and there must be exactly one frame. Any thread.

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace tributary {

/// Level for everything that travels (level 19 costs as much as ten updates).
inline constexpr int kCompressionLevel = 3;

/// @return one zstd frame that states its content size
Bytes compress(ByteView plain, int level = kCompressionLevel);

/// @param limit  largest content accepted, in bytes
/// @error corrupt (not one frame, no stated size, damaged), limit_exceeded
Result<Bytes> decompress(ByteView packed, std::size_t limit);

}  // namespace tributary
