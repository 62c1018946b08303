#pragma once
// The first packets with payload of a flow and what all of them are like: sizes and gaps only, as
// headers tell them; payload is not looked at. Kept only when a schema asks for it.
// Invariants: one sequence a flow at most, so that there are never more than flows; a sequence
// stays at its address until it is given back. One thread.
// Source: docs/features.md, schema splt/1.

#include <array>
#include <cstdint>
#include <deque>
#include <vector>

#include "datasets/packet/decode.hpp"

namespace tributary::datasets {

/// Least, most, mean and deviation of numbers that come one by one.
class RunningRange {
 public:
    void add(double value);
    void add(const RunningRange& other);

    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] double least() const { return least_; }
    [[nodiscard]] double most() const { return most_; }
    [[nodiscard]] double mean() const;
    [[nodiscard]] double deviation() const;

 private:
    std::uint64_t count_ = 0;
    double least_ = 0;
    double most_ = 0;
    double sum_ = 0;
    double squares_ = 0;
};

/// Side 0 is the lower endpoint, as in FlowKey.
struct PacketSequence {
    static constexpr std::size_t kPackets = 16;

    struct Packet {
        Micros time{0};
        std::uint32_t bytes = 0;  ///< of payload
        std::uint8_t side = 0;
    };
    struct Side {
        RunningRange bytes;
        RunningRange gaps_us;  ///< between packets with payload of this side
        Micros last{0};        ///< of them
        std::uint16_t window = 0;
        bool has_window = false;  ///< of the side's first TCP packet
    };

    /// Takes a packet of the flow in the order of arrival.
    void add(const PacketInfo& packet, std::uint8_t side);
    /// Takes the packets of a later part of the flow.
    void append(const PacketSequence& later);

    std::array<Packet, kPackets> first{};
    std::uint8_t count = 0;  ///< of `first`
    std::array<Side, 2> sides;
};

/// Bytes behind the TCP or UDP header, of other protocols behind the IP headers.
std::uint32_t payload_bytes_of(const PacketInfo& packet);

/// Where the sequences of open and waiting flows live.
class PacketSequences {
 public:
    PacketSequence& take();
    /// @param sequence  as taken; null does nothing
    void give_back(PacketSequence* sequence);

 private:
    std::deque<PacketSequence> all_;
    std::vector<PacketSequence*> free_;
};

}  // namespace tributary::datasets
