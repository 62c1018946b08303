// Any bytes as the blocks of an object: the first two say how many rows and features are expected.
#include "base/assert.hpp"
#include "classifier/object/blocks.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace classifier = tributary::classifier;
    if (size < 2) return 0;
    const std::size_t rows = data[0];
    const std::size_t width = data[1] + std::size_t{1};
    const tributary::ByteView block(data + 2, size - 2);
    const auto matrix = classifier::decode_columns(block, rows, width);
    TRIBUTARY_ASSERT(!matrix || (matrix->rows() == rows && matrix->width() == width));
    const std::vector<std::uint8_t> weights(rows, 1);
    const auto values = classifier::decode_coefficients(block, weights, {20, 10});
    TRIBUTARY_ASSERT(!values || values->size() == rows);
    const auto floats = classifier::decode_floats(block);
    TRIBUTARY_ASSERT(!floats || floats->size() * 4 == block.size());
    return 0;
}
