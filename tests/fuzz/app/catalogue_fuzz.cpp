// Any bytes as the list of classifiers: what is accepted is written again as it was.
#include <algorithm>

#include "app/service/catalogue.hpp"
#include "base/assert.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace app = tributary::app;
    const tributary::ByteView bytes(data, size);
    const auto catalogue = app::decode_catalogue(bytes);
    if (!catalogue || bytes.empty()) return 0;
    TRIBUTARY_ASSERT(catalogue->size() <= app::kCatalogueLimit);
    const auto again = app::encode_catalogue(*catalogue);
    TRIBUTARY_ASSERT(again && std::ranges::equal(*again, bytes));
    return 0;
}
