#pragma once
// What a flow meter needs of one packet: the outermost IP header and the ports behind it. Payload
// is never looked at; tunnels are opened only by open_tunnels (tunnel.hpp). Invariants: no byte
// outside the captured ones is read; every loop over headers is bounded; short captures (headers
// only) are enough. Pure function; any thread. Source: docs/flows.md, "Packets".

#include <cstdint>

#include "base/bytes.hpp"
#include "datasets/record.hpp"

namespace tributary::datasets {

enum class Decoded : std::uint8_t {
    flow,             ///< `PacketInfo` is complete
    unknown_link,     ///< the link type is not decoded
    unknown_network,  ///< carries no IP (ARP, spanning tree ...)
    damaged,          ///< headers are cut off or contradict themselves
};

enum class Fragment : std::uint8_t { whole, first, later };

struct PacketInfo {
    Micros time{0};
    Address src;
    Address dst;
    std::uint16_t src_port = 0;  ///< host order; 0 for everything but TCP and UDP
    std::uint16_t dst_port = 0;
    std::uint16_t vlan = 0;  ///< outermost
    std::uint8_t protocol = 0;
    std::uint8_t flags = 0;  ///< TCP
    std::uint8_t icmp_type = 0;
    std::uint8_t icmp_code = 0;
    Fragment fragment = Fragment::whole;
    bool is_last_fragment = false;
    bool is_wrong_fragment = false;     ///< set by FragmentTable
    std::uint16_t fragment_offset = 0;  ///< bytes of the IP payload before this fragment's
    std::uint32_t fragment_id = 0;
    std::uint32_t ip_bytes = 0;     ///< by the IP header, so without Ethernet padding
    std::uint32_t frame_bytes = 0;  ///< on the wire
    ByteView udp_payload;           ///< the captured part; only for UDP, of fragments their piece
    ByteView network;               ///< the captured part from the IP header on
    ByteView transport;             ///< the captured part behind the IP headers
    std::uint32_t transport_bytes = 0;  ///< of the same part by the IP header
};

/// One packet as captured.
struct Frame {
    int link_type = 0;  ///< DLT_ number of libpcap
    ByteView bytes;     ///< captured
    std::uint32_t wire_bytes = 0;
};

/// @param info  filled completely when the answer is `flow`; `time` is left alone
Decoded decode(const Frame& frame, PacketInfo& info);

}  // namespace tributary::datasets
