#include "base/compress.hpp"

#include <zstd.h>

#include "base/assert.hpp"

namespace tributary {

Bytes compress(ByteView plain, int level) {
    Bytes packed;
    Compressor(level).append(plain, packed);
    return packed;
}

void Compressor::Free::operator()(ZSTD_CCtx_s* context) const {
    ZSTD_freeCCtx(context);
}

Compressor::Compressor(int level) : context_(ZSTD_createCCtx()), level_(level) {
    TRIBUTARY_ASSERT(context_ != nullptr);
}

void Compressor::append(ByteView plain, Bytes& target) {
    const std::size_t begin = target.size();
    target.resize(begin + ZSTD_compressBound(plain.size()));
    const std::size_t size =
        ZSTD_compressCCtx(context_.get(), target.data() + begin, target.size() - begin,
                          plain.data(), plain.size(), level_);
    TRIBUTARY_ASSERT(!ZSTD_isError(size));
    target.resize(begin + size);
}

Result<Bytes> decompress(ByteView packed, std::size_t limit) {
    const std::size_t frame_bytes = ZSTD_findFrameCompressedSize(packed.data(), packed.size());
    if (ZSTD_isError(frame_bytes) || frame_bytes != packed.size()) {
        return fail(Errc::corrupt, "compressed block is not exactly one zstd frame");
    }
    const unsigned long long content = ZSTD_getFrameContentSize(packed.data(), packed.size());
    if (content == ZSTD_CONTENTSIZE_UNKNOWN || content == ZSTD_CONTENTSIZE_ERROR) {
        return fail(Errc::corrupt, "zstd frame does not state its content size");
    }
    if (content > limit) {
        return fail(Errc::limit_exceeded, "zstd frame holds " + std::to_string(content) +
                                              " bytes; the limit is " + std::to_string(limit));
    }
    Bytes plain(static_cast<std::size_t>(content));
    const std::size_t size =
        ZSTD_decompress(plain.data(), plain.size(), packed.data(), packed.size());
    if (ZSTD_isError(size) || size != plain.size()) {
        return fail(Errc::corrupt, "zstd frame is damaged");
    }
    return plain;
}

}  // namespace tributary
