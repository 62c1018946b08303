#include "datasets/packet/tunnel.hpp"

#include <optional>

#include "datasets/packet/decode_network.hpp"

namespace tributary::datasets {

namespace {

constexpr std::uint8_t kIpv4InIp = 4;
constexpr std::uint8_t kIpv6InIp = 41;
constexpr std::uint8_t kGre = 47;
constexpr std::uint16_t kVxlanPort = 4789;
constexpr std::size_t kVxlanHeader = 8;

/// What lies inside: the Ethernet type of IP, or 0 for an Ethernet frame.
struct Inside {
    std::uint16_t type = 0;
    std::size_t at = 0;  ///< offset in the transport part
};

std::uint16_t be16_at(ByteView bytes, std::size_t at) {
    return static_cast<std::uint16_t>((bytes[at] << 8) | bytes[at + 1]);
}

/// RFC 2784 and 2890; ERSPAN as type I (nothing between), II and III.
std::optional<Inside> inside_gre(ByteView bytes) {
    if (bytes.size() < 4) return {};
    const std::uint16_t flags = be16_at(bytes, 0);
    const std::uint16_t type = be16_at(bytes, 2);
    const bool has_sequence = (flags & 0x1000) != 0;
    if ((flags & 0x4007) != 0) return {};  // routing, or another version such as PPTP
    std::size_t at = 4;
    for (const int option : {0x8000, 0x2000, 0x1000}) at += (flags & option) != 0 ? 4U : 0U;
    switch (type) {
        case 0x0800:
        case 0x86dd: return Inside{type, at};
        case 0x6558: return Inside{0, at};
        case 0x88be: return Inside{0, at + (has_sequence ? 8U : 0U)};
        case 0x22eb: {
            if (bytes.size() < at + 12) return {};
            const bool has_subheader = (bytes[at + 11] & 1) != 0;
            return Inside{0, at + (has_subheader ? 20U : 12U)};
        }
        default: return {};
    }
}

std::optional<Inside> inside(const PacketInfo& info) {
    switch (info.protocol) {
        case kIpv4InIp: return Inside{0x0800, 0};
        case kIpv6InIp: return Inside{0x86dd, 0};
        case kGre: return inside_gre(info.transport);
        default: break;
    }
    const bool is_vxlan = info.protocol == kProtocolUdp && info.dst_port == kVxlanPort &&
                          info.udp_payload.size() >= kVxlanHeader &&
                          (info.udp_payload[0] & 0x08) != 0;
    if (is_vxlan) return Inside{0, 8 + kVxlanHeader};
    return {};
}

bool open_one(PacketInfo& info) {
    if (info.fragment != Fragment::whole) return false;
    const auto found = inside(info);
    if (!found || found->at >= info.transport.size()) return false;
    const ByteView bytes = info.transport.subspan(found->at);
    const auto wire = static_cast<std::uint32_t>(info.transport_bytes - found->at);
    PacketInfo inner = info;
    clear(inner);
    const Decoded outcome =
        found->type == 0 ? decode_ethernet(bytes, wire, inner) : decode_ip(bytes, wire, inner);
    if (outcome != Decoded::flow) return false;
    info = inner;
    return true;
}

}  // namespace

void open_tunnels(PacketInfo& info) {
    for (int i = 0; i < kMostTunnels && open_one(info); ++i) {
    }
}

}  // namespace tributary::datasets
