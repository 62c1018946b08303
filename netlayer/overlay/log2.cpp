#include "netlayer/overlay/log2.hpp"

#include <array>
#include <bit>

namespace tributary::netlayer::overlay {

namespace {

/// log2(1 + step/256) in units of 1/65536, found digit by digit: squaring doubles a logarithm.
constexpr std::int32_t fraction(std::uint64_t step) {
    std::uint64_t mantissa = ((256 + step) << 32) / 256;  // in [1, 2), 32 digits after the point
    std::int32_t bits = 0;
    for (int digit = 0; digit < 16; ++digit) {
        const std::uint64_t high = mantissa >> 1;  // 31 digits, so that the square fits
        mantissa = (high * high) >> 30;
        bits <<= 1;
        if (mantissa >= (std::uint64_t{2} << 32)) {
            mantissa >>= 1;
            bits |= 1;
        }
    }
    return bits;
}

constexpr std::array<std::int32_t, 256> make_table() {
    std::array<std::int32_t, 256> table{};
    for (std::size_t step = 0; step < table.size(); ++step) table[step] = fraction(step);
    return table;
}

constexpr std::array<std::int32_t, 256> kFractions = make_table();

}  // namespace

std::int32_t log2_fixed(std::uint64_t value) {
    if (value < 2) return 0;
    const int whole = static_cast<int>(std::bit_width(value)) - 1;
    const std::uint64_t step = (whole >= 8 ? value >> (whole - 8) : value << (8 - whole)) & 0xff;
    return whole * kLog2One + kFractions[step];
}

}  // namespace tributary::netlayer::overlay
