#pragma once
// Columnar blocks of the object format: vectors by feature, coefficients with the bounded ones as
// marks. Laid out for zstd, which runs over the whole body afterwards.
// Invariants: encoding is a function of the values alone; decoding takes memory only for sizes that
// it has checked. Any thread. Format: docs/formats.md, "Columnar block" and "Coefficient block".

#include "base/bytes.hpp"
#include "classifier/svm/solver.hpp"

namespace tributary::classifier {

/// Bits of one feature each that exclude one another share a column of category indices.
Bytes encode_columns(const FeatureMatrix& rows);

/// @param rows, width  as the header says, already checked against the limits
/// @error corrupt
Result<FeatureMatrix> decode_columns(ByteView block, std::size_t rows, std::size_t width);

/// @param weights  one per coefficient; a coefficient of exactly +-C * weight becomes a mark
Bytes encode_coefficients(std::span<const float> coefficients,
                          std::span<const std::uint8_t> weights, const Costs& costs);

/// @error corrupt
Result<std::vector<float>> decode_coefficients(ByteView block,
                                               std::span<const std::uint8_t> weights,
                                               const Costs& costs);

/// float32 values as they are, little-endian.
Bytes encode_floats(std::span<const float> values);
/// @error corrupt (not a multiple of four bytes)
Result<std::vector<float>> decode_floats(ByteView block);

}  // namespace tributary::classifier
