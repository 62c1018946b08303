// Any bytes as a frame: refused, or a frame that says the same after encode and decode.
#include <cstdint>

#include "base/assert.hpp"
#include "netlayer/wire/codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tributary;
    using namespace tributary::netlayer;
    const auto frame = decode(ByteView(data, size));
    if (!frame) return 0;
    const auto bytes = encode(*frame);
    TRIBUTARY_ASSERT(bytes.has_value());
    const auto again = decode(*bytes);
    TRIBUTARY_ASSERT(again.has_value());
    TRIBUTARY_ASSERT(encode(*again) == *bytes);
    return 0;
}
