#pragma once
// Logarithms to base two in fixed point, from a table of 256 steps: decisions of the protocol use
// no floating point, so that every machine decides alike. Any thread.

#include <cstdint>

namespace tributary::netlayer::overlay {

/// One in the fixed point of `log2_fixed`.
inline constexpr std::int32_t kLog2One = 1 << 16;

/// log2(value) in units of 1/65536, at most 370 units (0.006) too small; 0 for 0 and 1.
std::int32_t log2_fixed(std::uint64_t value);

}  // namespace tributary::netlayer::overlay
