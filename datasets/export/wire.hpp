#pragma once
// Sizes that the export formats share, and loads of big-endian numbers at places that were checked.
// The caller has checked the length; ByteReader is for everything that is not. Any thread.

#include <cstdint>
#include <cstring>

#include "base/bytes.hpp"

namespace tributary::datasets {

inline constexpr std::size_t kV5Header = 24;
inline constexpr std::size_t kV5Record = 48;
inline constexpr std::uint16_t kMostV5Records = 30;
inline constexpr std::size_t kV9Header = 20;
inline constexpr std::uint16_t kIpfixVersion = 10;
inline constexpr std::size_t kIpfixHeader = 16;
inline constexpr std::size_t kSflowHeader = 28;
inline constexpr std::uint16_t kLowestDataSet = 256;
inline constexpr std::size_t kLargestDatagram = 65'535;
/// So many bytes stand before the records of every set; see layout.hpp.
inline constexpr std::size_t kReadableBefore = 8;

inline std::uint16_t load_be16(const std::uint8_t* bytes) {
    std::uint16_t value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return __builtin_bswap16(value);
}

inline std::uint32_t load_be32(const std::uint8_t* bytes) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return __builtin_bswap32(value);
}

}  // namespace tributary::datasets
