#pragma once
// The key of a bidirectional flow: both endpoints in a fixed order, so that the packets of either
// direction meet. Side 0 is the lower endpoint (address, then port).
// Values; no thread rule.
// Source: docs/flows.md, "The flow".

#include <array>
#include <bit>
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

    using Words = std::array<std::uint64_t, 5>;
    /// One of the five words that hash and comparison work on.
    [[nodiscard]] std::uint64_t word(std::size_t index) const {
        std::uint64_t made = 0;
        std::memcpy(&made, reinterpret_cast<const char*>(this) + index * sizeof made, sizeof made);
        return made;
    }
    bool operator==(const FlowKey& other) const {
        return ((word(0) ^ other.word(0)) | (word(1) ^ other.word(1)) | (word(2) ^ other.word(2)) |
                (word(3) ^ other.word(3)) | (word(4) ^ other.word(4))) == 0;
    }
};
static_assert(sizeof(FlowKey) == sizeof(FlowKey::Words), "compared and hashed as words");

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

/// Who is lower cannot be foretold, so both endpoints are exchanged by masks instead of a branch.
inline KeyAndSide make_key(const Endpoints& ends) {
    std::array<std::uint64_t, 2> low;
    std::array<std::uint64_t, 2> high;
    std::memcpy(low.data(), ends.src.bytes.data(), sizeof low);
    std::memcpy(high.data(), ends.dst.bytes.data(), sizeof high);
    const auto value = [](std::uint64_t word) { return __builtin_bswap64(word); };
    const bool first_differs = low[0] != high[0];
    const bool second_differs = low[1] != high[1];
    const bool by_address =
        first_differs ? value(low[0]) > value(high[0]) : value(low[1]) > value(high[1]);
    const bool from_high =
        (first_differs | second_differs) ? by_address : ends.src_port > ends.dst_port;
    const std::uint64_t mask = from_high ? ~std::uint64_t{0} : 0;
    for (std::size_t i = 0; i < low.size(); ++i) {
        const std::uint64_t difference = (low[i] ^ high[i]) & mask;
        low[i] ^= difference;
        high[i] ^= difference;
    }
    const std::uint64_t ports = (ends.src_port ^ ends.dst_port) & mask;
    static_assert(std::endian::native == std::endian::little, "the last word is put together");
    // The last word is written at once: read as a word a moment later, parts would not be ready.
    const FlowKey::Words words = {low[0], low[1], high[0], high[1],
                                  (ends.src_port ^ ports) | ((ends.dst_port ^ ports) << 16) |
                                      (std::uint64_t{ends.vlan} << 32) |
                                      (std::uint64_t{ends.protocol} << 48) |
                                      (std::uint64_t{ends.src.is_v6 ? 1U : 0U} << 56)};
    KeyAndSide made;
    made.side = static_cast<std::uint8_t>(mask & 1);
    std::memcpy(static_cast<void*>(&made.key), words.data(), sizeof words);
    return made;
}

/// Multiplies to 128 bits and folds both halves together.
inline std::uint64_t multiply_fold(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// A well mixed number of the key; the seed keeps an outsider from choosing collisions.
inline std::uint32_t hash_of(const FlowKey& key, std::uint64_t seed) {
    // No factor may be known outside: who can make one zero makes every other key collide.
    const std::uint64_t other = seed * 0x9fb21c651e98df25U;
    const std::uint64_t third = seed * 0xd6e8feb86659fd93U;
    const std::uint64_t low = multiply_fold(key.word(0) ^ seed, key.word(1) ^ other);
    const std::uint64_t high = multiply_fold(key.word(2) ^ other, key.word(3) ^ third);
    const std::uint64_t mixed = multiply_fold(low ^ key.word(4) ^ third, high ^ seed);
    return static_cast<std::uint32_t>(mixed ^ (mixed >> 32));
}

}  // namespace tributary::datasets
