#pragma once
// Ports for IP fragments after the first: the first fragment leaves its ports under (addresses,
// identification, protocol), the later ones take them.
// Invariant: at most `kSets * kWays` packets are remembered; a newer one replaces the oldest of its
// set. One thread.
// Source: docs/flows.md, "Fragments".

#include <array>
#include <vector>

#include "datasets/packet/decode.hpp"

namespace tributary::datasets {

class FragmentTable {
 public:
    FragmentTable() : sets_(kSets) {}

    /// Remembers a first fragment, gives its ports to a later one, ignores whole packets.
    /// @return  false for a later fragment whose first was not seen (its ports stay 0)
    bool resolve(PacketInfo& packet);

 private:
    static constexpr std::size_t kSets = 1024;
    static constexpr std::size_t kWays = 4;
    static constexpr Micros kLongestGap{30'000'000};  ///< as long as a host waits for the rest

    struct Slot {
        Address src;
        Address dst;
        std::uint32_t id = 0;
        std::uint8_t protocol = 0;
        bool used = false;
        std::uint16_t src_port = 0;
        std::uint16_t dst_port = 0;
        Micros time{0};
    };
    static bool same(const Slot& slot, const PacketInfo& packet);
    static std::size_t set_of(const PacketInfo& packet);

    std::vector<std::array<Slot, kWays>> sets_;
};

}  // namespace tributary::datasets
