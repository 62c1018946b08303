#pragma once
// The public, fixed transforms from raw values to numbers in [0, 1], and the rounding to 8 bits.
// Every result is clipped to [0, 1]; negative raw values become 0. Pure functions; any thread.
// Source: docs/features.md.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace tributary::datasets {

/// A logarithm of 1 + x of the small whole numbers that most counts are.
template <typename Logarithm>
inline std::array<double, 2048> small_logarithms(Logarithm of) {
    std::array<double, 2048> made;
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = of(static_cast<double>(i));
    return made;
}
inline const std::array kSmallLog2 = small_logarithms([](double x) { return std::log2(1 + x); });
inline const std::array kSmallLog1p = small_logarithms([](double x) { return std::log1p(x); });

/// The place of a small whole number in these tables, or their size.
inline std::size_t place_of_small(double value) {
    const bool is_small = value >= 0 && value < static_cast<double>(kSmallLog2.size());
    if (!is_small) return kSmallLog2.size();
    const auto whole = static_cast<std::size_t>(value);
    return static_cast<double>(whole) == value ? whole : kSmallLog2.size();
}

/// log2(1 + x) / divisor
inline double log2_scale(double value, double divisor) {
    const std::size_t small = place_of_small(value);
    if (small < kSmallLog2.size()) return std::min(1.0, kSmallLog2[small] / divisor);
    return std::min(1.0, std::log2(1 + std::max(0.0, value)) / divisor);
}

/// log(1 + x) / log(1 + cap)
/// @param log_of_cap  log(1 + cap)
inline double log_cap_scale(double value, double cap, double log_of_cap) {
    if (value >= cap) return 1;
    const std::size_t small = place_of_small(value);
    if (small < kSmallLog1p.size()) return kSmallLog1p[small] / log_of_cap;
    return std::log1p(std::max(0.0, value)) / log_of_cap;
}

/// x / cap
inline double linear_scale(double value, double cap) {
    return std::clamp(value / cap, 0.0, 1.0);
}

/// round(255 x) of a number in [0, 1], half away from zero.
inline std::uint8_t quantize(double value) {
    const double scaled = 255 * std::clamp(value, 0.0, 1.0);
    const auto whole = static_cast<unsigned>(scaled);
    // The difference is exact, so this is lround without the call.
    return static_cast<std::uint8_t>(whole + (scaled - whole >= 0.5 ? 1U : 0U));
}

}  // namespace tributary::datasets
