#pragma once
// The public, fixed transforms from raw values to numbers in [0, 1], and the rounding to 8 bits.
// Every result is clipped to [0, 1]; negative raw values become 0. Pure functions; any thread.
// Source: docs/features.md.

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace tributary::datasets {

/// log2(1 + x) / divisor
inline double log2_scale(double value, double divisor) {
    return std::min(1.0, std::log2(1 + std::max(0.0, value)) / divisor);
}

/// log(1 + x) / log(1 + cap)
inline double log_cap_scale(double value, double cap) {
    return std::min(1.0, std::log1p(std::max(0.0, value)) / std::log1p(cap));
}

/// x / cap
inline double linear_scale(double value, double cap) {
    return std::clamp(value / cap, 0.0, 1.0);
}

/// round(255 x) of a number in [0, 1], half away from zero.
inline std::uint8_t quantize(double value) {
    return static_cast<std::uint8_t>(std::lround(255 * std::clamp(value, 0.0, 1.0)));
}

}  // namespace tributary::datasets
