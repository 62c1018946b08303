#include "datasets/packet/decode_network.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace tributary::datasets {

namespace {

constexpr std::size_t kIpv4Header = 20;
constexpr std::size_t kIpv6Header = 40;
constexpr int kMaxExtensions = 16;

std::uint16_t be16(ByteView bytes, std::size_t at) {
    return static_cast<std::uint16_t>((bytes[at] << 8) | bytes[at + 1]);
}

std::uint32_t be32(ByteView bytes, std::size_t at) {
    return (static_cast<std::uint32_t>(be16(bytes, at)) << 16) | be16(bytes, at + 2);
}

/// @param captured  from the transport header on
/// @param length    of the same part by the IP header
Decoded decode_transport(ByteView captured, std::size_t length, PacketInfo& info) {
    captured = captured.first(std::min(captured.size(), length));
    info.transport = captured;
    info.transport_bytes = static_cast<std::uint32_t>(length);
    if (info.fragment == Fragment::later) {
        if (info.protocol == kProtocolUdp) info.udp_payload = captured;
        return Decoded::flow;
    }
    const bool is_icmp = info.protocol == kProtocolIcmp || info.protocol == kProtocolIcmp6;
    if (is_icmp && captured.size() >= 2) {
        info.icmp_type = captured[0];
        info.icmp_code = captured[1];
    }
    if (info.protocol != kProtocolTcp && info.protocol != kProtocolUdp) return Decoded::flow;
    if (captured.size() < 4) return Decoded::damaged;
    info.src_port = be16(captured, 0);
    info.dst_port = be16(captured, 2);
    if (info.protocol == kProtocolTcp && captured.size() >= 14) info.flags = captured[13];
    if (info.protocol == kProtocolUdp && captured.size() >= 8)
        info.udp_payload = captured.subspan(8);
    return Decoded::flow;
}

/// Written as two words, because that is how the flow key reads it a moment later.
void set_address(Address& address, ByteView bytes, bool is_v6) {
    std::array<std::uint64_t, 2> words{};
    std::memcpy(words.data(), bytes.data(), is_v6 ? 16 : 4);
    std::memcpy(address.bytes.data(), words.data(), sizeof words);
    address.is_v6 = is_v6;
}

/// @param offset  of this piece in the IP payload, in bytes
void set_fragment(PacketInfo& info, std::uint16_t offset, bool more) {
    info.fragment_offset = offset;
    info.is_last_fragment = !more;
    if (offset != 0) {
        info.fragment = Fragment::later;
    } else if (more) {
        info.fragment = Fragment::first;
    }
}

/// Walks the extension headers. @return offset of the transport header, or 0 when damaged
std::size_t skip_extensions(ByteView captured, PacketInfo& info) {
    std::size_t at = kIpv6Header;
    for (int i = 0; i < kMaxExtensions; ++i) {
        const std::uint8_t kind = info.protocol;
        if (kind != 0 && kind != 43 && kind != 44 && kind != 60) return at;
        if (captured.size() < at + 8) return 0;
        info.protocol = captured[at];
        if (kind == 44) {
            const std::uint16_t bits = be16(captured, at + 2);
            set_fragment(info, static_cast<std::uint16_t>(bits & 0xfff8), (bits & 1) != 0);
            info.fragment_id = be32(captured, at + 4);
            if (info.fragment == Fragment::later) return at + 8;
            at += 8;
        } else {
            at += (std::size_t{captured[at + 1]} + 1) * 8;
        }
    }
    return 0;
}

}  // namespace

Decoded decode_ipv4(ByteView captured, std::uint32_t wire_bytes, PacketInfo& info) {
    if (captured.size() < kIpv4Header || (captured[0] >> 4) != 4) return Decoded::damaged;
    const std::size_t header = (captured[0] & 0xfU) * 4;
    std::uint32_t total = be16(captured, 2);
    if (total == 0) total = wire_bytes;  // segmentation offload leaves it empty
    if (header < kIpv4Header || total < header || total > wire_bytes) return Decoded::damaged;
    const std::uint16_t bits = be16(captured, 6);
    info.ip_bytes = total;
    info.network = captured.first(std::min<std::size_t>(captured.size(), total));
    info.protocol = captured[9];
    info.fragment_id = be16(captured, 4);
    const auto offset = static_cast<std::uint16_t>((bits & 0x1fff) << 3);
    set_fragment(info, offset, (bits & 0x2000) != 0);
    set_address(info.src, captured.subspan(12, 4), false);
    set_address(info.dst, captured.subspan(16, 4), false);
    const ByteView rest = captured.size() > header ? captured.subspan(header) : ByteView{};
    return decode_transport(rest, total - header, info);
}

Decoded decode_ipv6(ByteView captured, std::uint32_t wire_bytes, PacketInfo& info) {
    if (captured.size() < kIpv6Header || (captured[0] >> 4) != 6) return Decoded::damaged;
    std::uint32_t total = be16(captured, 4) + static_cast<std::uint32_t>(kIpv6Header);
    if (total == kIpv6Header) total = wire_bytes;  // jumbogram or offload
    if (total > wire_bytes) return Decoded::damaged;
    info.ip_bytes = total;
    info.network = captured.first(std::min<std::size_t>(captured.size(), total));
    info.protocol = captured[6];
    set_address(info.src, captured.subspan(8, 16), true);
    set_address(info.dst, captured.subspan(24, 16), true);
    const std::size_t at =
        skip_extensions(captured.first(std::min<std::size_t>(captured.size(), total)), info);
    if (at == 0 || at > total) return Decoded::damaged;
    const ByteView rest = captured.size() > at ? captured.subspan(at) : ByteView{};
    return decode_transport(rest, total - at, info);
}

Decoded decode_ip(ByteView captured, std::uint32_t wire_bytes, PacketInfo& info) {
    if (captured.empty()) return Decoded::damaged;
    const int version = captured[0] >> 4;
    if (version == 4) return decode_ipv4(captured, wire_bytes, info);
    if (version == 6) return decode_ipv6(captured, wire_bytes, info);
    return Decoded::unknown_network;
}

}  // namespace tributary::datasets
