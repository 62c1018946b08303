#pragma once
// Export datagrams that were sent in several IP fragments, out of a capture. Pieces may come in any
// order; one that repeats or overlaps another gives the datagram up.
// Invariants: at most kMaxOpen datagrams of at most 64 KiB and 128 pieces are open; a newer one
// replaces the oldest. One thread.
// Source: RFC 791 §3.2; docs/flows.md, "Exports".

#include <array>
#include <map>

#include "datasets/packet/decode.hpp"

namespace tributary::datasets {

class DatagramAssembler {
 public:
    static constexpr std::size_t kMaxOpen = 64;
    static constexpr Micros kLongestGap{30'000'000};  ///< as long as a host waits for the rest

    /// Takes a fragment of a UDP packet.
    /// @return  the payload when this was the last missing piece, valid until the next call
    ByteView add(const PacketInfo& fragment);

    /// The sender's port of the datagram that `add` has just completed.
    [[nodiscard]] std::uint16_t src_port() const { return completed_.src_port; }
    /// Datagrams that were given up or replaced.
    [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
    struct Open {
        bool is_used = false;
        Address src;
        Address dst;
        std::uint32_t id = 0;
        Micros first_seen{0};
        std::uint16_t src_port = 0;
        std::size_t size = 0;                   ///< of the IP payload; 0: not known yet
        std::size_t bytes = 0;                  ///< held
        std::map<std::uint16_t, Bytes> pieces;  ///< by offset in the IP payload
    };

    Open& open_for(const PacketInfo& fragment);
    static bool overlaps(const Open& datagram, std::uint16_t offset, std::size_t size);
    void give_up(Open& datagram);

    std::array<Open, kMaxOpen> open_{};
    Open completed_;
    Bytes payload_;
    std::uint64_t lost_ = 0;
};

}  // namespace tributary::datasets
