#pragma once
// The vocabulary of this layer: what one observed connection is, before any feature is taken.
// Addresses stay here and in the site's own output; no feature and no object ever holds one.
// Values; no thread rule.

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>
#include <string>

#include "base/clock.hpp"

namespace tributary::datasets {

/// An IPv4 or IPv6 address; IPv4 occupies the first four bytes, the rest is zero.
struct Address {
    std::array<std::uint8_t, 16> bytes{};
    bool is_v6 = false;

    auto operator<=>(const Address&) const = default;
    /// By words: the library would call a function for these 16 bytes.
    bool operator==(const Address& other) const {
        std::array<std::uint64_t, 2> mine;
        std::array<std::uint64_t, 2> others;
        std::memcpy(mine.data(), bytes.data(), sizeof mine);
        std::memcpy(others.data(), other.bytes.data(), sizeof others);
        const std::uint64_t difference = (mine[0] ^ others[0]) | (mine[1] ^ others[1]);
        return difference == 0 && is_v6 == other.is_v6;
    }
};

/// Writes an IPv4 address by words, because that is how keys read it a moment later.
inline void set_ipv4(Address& address, const std::uint8_t* bytes) {
    std::uint32_t whole = 0;
    std::memcpy(&whole, bytes, sizeof whole);
    static_assert(std::endian::native == std::endian::little);
    const std::array<std::uint64_t, 2> words{whole, 0};
    std::memcpy(address.bytes.data(), words.data(), sizeof words);
    address.is_v6 = false;
}

/// Dotted quad, or RFC 5952 text for IPv6.
std::string to_string(const Address& address);

inline constexpr std::uint8_t kProtocolIcmp = 1;
inline constexpr std::uint8_t kProtocolTcp = 6;
inline constexpr std::uint8_t kProtocolUdp = 17;
inline constexpr std::uint8_t kProtocolIcmp6 = 58;

inline constexpr std::uint8_t kFlagFin = 0x01;
inline constexpr std::uint8_t kFlagSyn = 0x02;
inline constexpr std::uint8_t kFlagRst = 0x04;
inline constexpr std::uint8_t kFlagPsh = 0x08;
inline constexpr std::uint8_t kFlagAck = 0x10;
inline constexpr std::uint8_t kFlagUrg = 0x20;

/// Why a record was closed.
enum class EndReason : std::uint8_t {
    idle,       ///< nothing seen for the idle timeout
    active,     ///< the longest duration was reached; the flow may go on in another record
    finished,   ///< TCP FIN seen in both directions, or a lone FIN that lingered
    reset,      ///< TCP RST seen
    half_open,  ///< evicted early: SYN without answer while the table was filling
    evicted,    ///< evicted because the table was full
    end_of_input,
    exported,  ///< closed by a flow exporter for its own reasons
};
inline constexpr std::size_t kEndReasons = 8;
const char* to_string(EndReason reason);

struct PacketSequence;

/// One direction of a connection.
struct FlowSide {
    std::uint64_t packets = 0;
    std::uint64_t ip_bytes = 0;     ///< from the IP header on
    std::uint64_t frame_bytes = 0;  ///< as on the wire; 0 where the source does not say
    std::uint8_t flags = 0;         ///< OR of the TCP flags
    std::uint8_t icmp_type = 0;     ///< of the first ICMP packet; the ports of ICMP are 0
    std::uint8_t icmp_code = 0;
};

/// A bidirectional flow in the common record of docs/flows.md; `forward` is the direction from
/// `src` to `dst` as decided by the direction rule on the finished record.
struct FlowRecord {
    Address src;
    Address dst;
    std::uint16_t src_port = 0;
    std::uint16_t dst_port = 0;
    std::uint8_t protocol = 0;
    std::uint16_t vlan = 0;
    Micros start{0};  ///< first packet, wall clock
    Micros end{0};    ///< last packet, wall clock
    FlowSide forward;
    FlowSide backward;
    Micros forward_start{0};  ///< first packet of the side; 0 when it has none
    Micros backward_start{0};
    bool has_flags = false;  ///< false where an export lacks TCP flags
    bool continued = false;  ///< goes on where a record of the longest duration ended
    EndReason end_reason = EndReason::end_of_input;
    std::uint16_t application = 0;     ///< as its recognizer numbers it; 0: unknown
    std::uint8_t wrong_fragments = 0;  ///< fragments that no host sends, 255 stands for more
    std::uint32_t sampling = 1;        ///< counters were multiplied by this rate
    /// Set only on request, and valid only while the record is given to its sink.
    PacketSequence* sequence = nullptr;
};

}  // namespace tributary::datasets
