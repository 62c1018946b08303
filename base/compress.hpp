#pragma once
// zstd for whole buffers, safe for bytes from the network: the frame must state its content size,
// the size must be within the caller's limit, and there must be exactly one frame. Any thread.

#include <memory>

#include "base/bytes.hpp"
#include "base/result.hpp"

struct ZSTD_CCtx_s;

namespace tributary {

/// Level for everything that travels (level 19 costs as much as ten updates).
inline constexpr int kCompressionLevel = 3;

/// @return one zstd frame that states its content size
Bytes compress(ByteView plain, int level = kCompressionLevel);

/// Compresses one buffer after the other in the same working memory. One thread.
class Compressor {
 public:
    explicit Compressor(int level = kCompressionLevel);

    /// Appends one zstd frame that states its content size.
    void append(ByteView plain, Bytes& target);

 private:
    struct Free {
        void operator()(ZSTD_CCtx_s* context) const;
    };
    std::unique_ptr<ZSTD_CCtx_s, Free> context_;
    int level_;
};

/// @param limit  largest content accepted, in bytes
/// @error corrupt (not one frame, no stated size, damaged), limit_exceeded
Result<Bytes> decompress(ByteView packed, std::size_t limit);

}  // namespace tributary
