#pragma once
// Ports for IP fragments after the first: the first fragment leaves its ports under (addresses,
// identification, protocol), the later ones take them. And fragments that no host sends are marked:
// those that overlap another, reach beyond the largest packet, or end in the middle.
// Invariant: at most `kSets * kWays` packets are remembered, of each at most `kMostPieces` pieces;
// a newer packet replaces the oldest of its set, and pieces beyond the most are not compared with.
// One thread.
// Source: docs/flows.md, "Fragments".

#include <array>
#include <vector>

#include "datasets/packet/decode.hpp"

namespace tributary::datasets {

class FragmentTable {
 public:
    FragmentTable() : sets_(kSets) {}

    /// Remembers a first fragment, gives its ports to a later one, marks the wrong ones, ignores
    /// whole packets.
    /// @return  false for a later fragment whose first was not seen (its ports stay 0)
    bool resolve(PacketInfo& packet) {
        packet.is_wrong_fragment = false;
        return packet.fragment == Fragment::whole || resolve_fragment(packet);
    }

 private:
    static constexpr std::size_t kSets = 1024;
    static constexpr std::size_t kWays = 4;
    static constexpr Micros kLongestGap{30'000'000};  ///< as long as a host waits for the rest

    static constexpr std::size_t kMostPieces = 8;

    /// What a fragment carries of its packet, in bytes of the IP payload.
    struct Piece {
        std::uint32_t begin = 0;
        std::uint32_t end = 0;
        bool operator==(const Piece&) const = default;
    };
    struct Slot {
        Address src;
        Address dst;
        std::uint32_t id = 0;
        std::uint8_t protocol = 0;
        bool used = false;
        std::uint16_t src_port = 0;
        std::uint16_t dst_port = 0;
        Micros time{0};
        std::uint8_t piece_count = 0;
        std::array<Piece, kMostPieces> pieces{};
    };
    bool resolve_fragment(PacketInfo& packet);
    static Piece piece_of(const PacketInfo& packet);
    static bool is_wrong_alone(const PacketInfo& packet);
    static bool overlaps(Slot& slot, Piece piece);
    static bool same(const Slot& slot, const PacketInfo& packet);
    static std::size_t set_of(const PacketInfo& packet);

    std::vector<std::array<Slot, kWays>> sets_;
};

}  // namespace tributary::datasets
