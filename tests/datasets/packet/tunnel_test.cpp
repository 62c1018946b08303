#include "datasets/packet/tunnel.hpp"

#include <gtest/gtest.h>

#include "tests/datasets/packet/packet_builder.hpp"

namespace tributary::datasets {
namespace {

using namespace testing;

constexpr int kEthernetLink = 1;
constexpr std::uint8_t kGre = 47;

/// Port 1111 to 2222 inside of everything.
Bytes inner_ip() {
    return ipv4({17, 0xc0a80001, 0xc0a80002}, udp(1111, 2222));
}

Bytes inner_frame() {
    return ethernet(0x0800, inner_ip());
}

PacketInfo opened(const Bytes& ip_packet) {
    const Bytes frame = ethernet((ip_packet[0] >> 4) == 6 ? 0x86dd : 0x0800, ip_packet);
    PacketInfo info;
    info.time = Micros(7);
    const auto wire = static_cast<std::uint32_t>(frame.size());
    EXPECT_EQ(decode({kEthernetLink, frame, wire}, info), Decoded::flow);
    open_tunnels(info);
    EXPECT_EQ(info.time, Micros(7));
    EXPECT_EQ(info.frame_bytes, wire);
    return info;
}

void expect_inner(const Bytes& outer) {
    const PacketInfo info = opened(outer);

    EXPECT_EQ(info.src_port, 1111);
    EXPECT_EQ(info.dst_port, 2222);
    EXPECT_EQ(to_string(info.src), "192.168.0.1");
    EXPECT_EQ(info.ip_bytes, inner_ip().size());
}

TEST(Tunnel, OpensIpInIp) {
    expect_inner(ipv4({4}, inner_ip()));
    expect_inner(ipv6(4, inner_ip()));
}

TEST(Tunnel, OpensIpv6InIpv4) {
    const PacketInfo info = opened(ipv4({41}, ipv6(17, udp(1111, 2222))));

    EXPECT_EQ(to_string(info.src), "fd00::1");
    EXPECT_EQ(info.src_port, 1111);
}

TEST(Tunnel, OpensGreWithAndWithoutItsOptions) {
    expect_inner(ipv4({kGre}, hex("0000 0800") + inner_ip()));
    expect_inner(ipv4({kGre}, hex("b000 0800 00000000 00000001 00000002") + inner_ip()));
    expect_inner(ipv4({kGre}, hex("0000 6558") + inner_frame()));
}

TEST(Tunnel, OpensErspanOfAllTypes) {
    expect_inner(ipv4({kGre}, hex("0000 88be") + inner_frame()));
    expect_inner(ipv4({kGre}, hex("1000 88be 00000001 1001000000000000") + inner_frame()));
    expect_inner(ipv4({kGre}, hex("1000 22eb 00000001 200100000000000000000000") + inner_frame()));
    expect_inner(ipv4({kGre}, hex("1000 22eb 00000001 200100000000000000000001") +
                                  hex("0000000000000000") + inner_frame()));
}

TEST(Tunnel, OpensVxlanOnItsPortOnly) {
    const Bytes vxlan = hex("0800000000002a00") + inner_frame();

    expect_inner(ipv4({17}, udp(50000, 4789, vxlan)));
    EXPECT_EQ(opened(ipv4({17}, udp(50000, 4790, vxlan))).dst_port, 4790);
}

TEST(Tunnel, OpensTunnelsInTunnelsUpToABound) {
    Bytes packet = inner_ip();
    for (int i = 0; i < kMostTunnels; ++i) packet = ipv4({4, 1, 2}, packet);
    expect_inner(packet);

    EXPECT_EQ(opened(ipv4({4, 1, 2}, packet)).protocol, 4);
}

TEST(Tunnel, LeavesWhatItCannotReadAsItIs) {
    EXPECT_EQ(opened(ipv4({kGre}, hex("2001 880b 00000000"))).protocol, kGre);  // PPTP
    EXPECT_EQ(opened(ipv4({kGre}, hex("0000"))).protocol, kGre);
    EXPECT_EQ(opened(ipv4({kGre}, hex("0000 0800 45"))).protocol, kGre);
    EXPECT_EQ(opened(ipv4({4}, {})).protocol, 4);
    EXPECT_EQ(opened(ipv4({4, 1, 2, 9, 0x2000}, inner_ip())).protocol, 4);  // a first fragment
}

}  // namespace
}  // namespace tributary::datasets
