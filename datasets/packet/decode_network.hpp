#pragma once
// The inner half of packet decoding: from the first byte of the IP header on. See decode.hpp.

#include "datasets/packet/decode.hpp"

namespace tributary::datasets {

/// @param captured    bytes from the IP header on
/// @param wire_bytes  length of the same part on the wire, padding included
Decoded decode_ipv4(ByteView captured, std::uint32_t wire_bytes, PacketInfo& info);
Decoded decode_ipv6(ByteView captured, std::uint32_t wire_bytes, PacketInfo& info);
/// Chooses by the version in the first half-byte.
Decoded decode_ip(ByteView captured, std::uint32_t wire_bytes, PacketInfo& info);

/// @param captured  bytes of an Ethernet frame
Decoded decode_ethernet(ByteView captured, std::uint32_t wire_bytes, PacketInfo& info);
/// Forgets everything of another packet but its time.
void clear(PacketInfo& info);

}  // namespace tributary::datasets
