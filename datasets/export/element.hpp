#pragma once
// The information elements of IPFIX: what a field of an export record means. NetFlow v9 numbers the
// same elements alike below 128, and uses most of the later ones as well.
// Immutable; any thread.
// Source: IANA registry "IPFIX Entities"; RFC 5103 §6.1 (reverse elements).

#include <cstdint>
#include <string>

namespace tributary::datasets {

/// How the bytes of an element are to be read.
enum class ElementType : std::uint8_t {
    octets,
    number,  ///< unsigned
    integer,
    real,
    boolean,
    mac,
    text,
    seconds,
    milliseconds,
    microseconds,  ///< NTP timestamp
    nanoseconds,   ///< NTP timestamp
    ipv4,
    ipv6,
};

inline constexpr std::uint32_t kIana = 0;
inline constexpr std::uint32_t kReverse = 29305;  ///< the IANA element of the other direction
inline constexpr std::uint32_t kCert = 6871;      ///< elements of the exporter YAF

struct ElementInfo {
    std::string name;
    ElementType type = ElementType::octets;
};

/// Name and type; "enterprise_6871_40" and octets where the element is not in the registry.
ElementInfo element_info(std::uint32_t enterprise, std::uint16_t element);

}  // namespace tributary::datasets
