#pragma once
// The key of a bidirectional flow: both endpoints in a fixed order, so that the packets of either
// direction meet. Side 0 is the lower endpoint (address, then port).
// Values; no thread rule.
// Source: docs/flows.md, "The flow".

#include <array>
#include <cstdint>
#include <cstring>

#include "datasets/record.hpp"

namespace tributary::datasets {

struct FlowKey {
    std::array<std::uint8_t, 16> low{};
    std::array<std::uint8_t, 16> high{};
    std::uint16_t low_port = 0;
    std::uint16_t high_port = 0;
    std::uint16_t vlan = 0;  ///< 0 unless VLANs are part of the key
    std::uint8_t protocol = 0;
    std::uint8_t is_v6 = 0;

    bool operator==(const FlowKey& other) const {
        return std::memcmp(this, &other, sizeof *this) == 0;
    }
};
static_assert(sizeof(FlowKey) == 40, "compared and hashed as bytes: no padding");

/// A sender and a receiver, as a packet or a unidirectional record names them.
struct Endpoints {
    const Address& src;
    const Address& dst;
    std::uint16_t src_port;
    std::uint16_t dst_port;
    std::uint8_t protocol;
    std::uint16_t vlan;
};

struct KeyAndSide {
    FlowKey key;
    std::uint8_t side = 0;  ///< of the sender: 0 low, 1 high
};

inline KeyAndSide make_key(const Endpoints& ends) {
    const int order = std::memcmp(ends.src.bytes.data(), ends.dst.bytes.data(), 16);
    const bool from_high = order > 0 || (order == 0 && ends.src_port > ends.dst_port);
    KeyAndSide made;
    made.side = from_high ? 1 : 0;
    made.key.low = from_high ? ends.dst.bytes : ends.src.bytes;
    made.key.high = from_high ? ends.src.bytes : ends.dst.bytes;
    made.key.low_port = from_high ? ends.dst_port : ends.src_port;
    made.key.high_port = from_high ? ends.src_port : ends.dst_port;
    made.key.vlan = ends.vlan;
    made.key.protocol = ends.protocol;
    made.key.is_v6 = ends.src.is_v6 ? 1 : 0;
    return made;
}

/// A well mixed number of the key; the seed keeps an outsider from choosing collisions.
inline std::uint32_t hash_of(const FlowKey& key, std::uint64_t seed) {
    std::array<std::uint64_t, 5> words;
    std::memcpy(words.data(), &key, sizeof key);
    std::uint64_t hash = seed;
    for (const std::uint64_t word : words) {
        hash = (hash ^ word) * 0x9fb21c651e98df25U;
        hash ^= hash >> 32;
    }
    hash *= 0xd6e8feb86659fd93U;
    return static_cast<std::uint32_t>(hash >> 32);
}

}  // namespace tributary::datasets
