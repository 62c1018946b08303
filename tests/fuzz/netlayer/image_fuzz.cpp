// Any bytes as the server's stored state: refused, or an image whose bytes are stable.
#include <cstdint>

#include "base/assert.hpp"
#include "netlayer/server/image_codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tributary;
    using namespace tributary::netlayer;
    const auto image = decode_image(StoredState{Bytes(data, data + size), {}});
    if (!image) return 0;
    const StoredState stored = ImageEncoder().encode(**image);
    const auto again = decode_image(stored);
    TRIBUTARY_ASSERT(again.has_value());
    TRIBUTARY_ASSERT(ImageEncoder().encode(**again).bytes == stored.bytes);
    return 0;
}
