#pragma once
// kdd41/1: the 41 features of the KDD connection records in 122 numbers: 38 numbers in the order of
// the columns, then protocol (3), service (70) and flag (11) one-hot.
// Immutable; any thread.
// Source: self-service §8.3; docs/features.md.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "datasets/feature/schema.hpp"

namespace tributary::datasets {

inline constexpr std::size_t kKddNumbers = 38;
inline constexpr std::size_t kKddProtocols = 3;
inline constexpr std::size_t kKddServices = 70;
inline constexpr std::size_t kKddFlags = 11;
inline constexpr std::size_t kKddWidth = kKddNumbers + kKddProtocols + kKddServices + kKddFlags;

/// How one of the numeric columns becomes a number in [0, 1].
struct KddNumber {
    enum class Scale : std::uint8_t {
        log_cap,  ///< log(1+x)/log(1+cap), at most 1
        linear,   ///< x/cap, at most 1
        unit,     ///< as is, must be within [0, 1]
    };
    const char* name;
    Scale scale;
    double cap;
    const char* definition;
    const char* unit;
};

const Schema& kdd_schema();

/// The numeric columns in order: column 1, then columns 5 to 41.
const std::array<KddNumber, kKddNumbers>& kdd_numbers();

/// Places in the one-hot groups; -1 when the name is not in the vocabulary. RSTRH and SHR are OTH.
int kdd_protocol_index(std::string_view name);
int kdd_service_index(std::string_view name);
int kdd_flag_index(std::string_view name);
/// @param place  as given by kdd_service_index, not -1
std::string_view kdd_service_name(int place);

/// One connection before encoding; an index of -1 leaves its group zero.
struct KddValues {
    std::array<double, kKddNumbers> numbers{};
    int protocol = -1;
    int service = -1;
    int flag = -1;
};

/// @param row  exactly kKddWidth numbers
void encode_kdd(const KddValues& values, std::span<std::uint8_t> row);

}  // namespace tributary::datasets
