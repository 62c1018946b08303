#include "datasets/packet/decode.hpp"

#include <gtest/gtest.h>
#include <pcap/dlt.h>

#include <algorithm>
#include <tuple>

#include "base/random.hpp"
#include "datasets/packet/decode_network.hpp"
#include "tests/datasets/packet/packet_builder.hpp"

namespace tributary::datasets {
namespace {

using namespace testing;

PacketInfo info_of(int link_type, const Bytes& bytes, Decoded expected = Decoded::flow) {
    PacketInfo info;
    const auto wire = static_cast<std::uint32_t>(bytes.size());
    EXPECT_EQ(decode({link_type, bytes, wire}, info), expected);
    return info;
}

Decoded outcome(int link_type, const Bytes& bytes) {
    PacketInfo info;
    return decode({link_type, bytes, static_cast<std::uint32_t>(bytes.size())}, info);
}

TEST(Decode, ReadsTcpOverEthernet) {
    const Bytes frame = ethernet(0x0800, ipv4({}, tcp(40000, 443, kFlagSyn)));

    const PacketInfo info = info_of(DLT_EN10MB, frame);

    EXPECT_EQ(to_string(info.src), "10.0.0.1");
    EXPECT_EQ(to_string(info.dst), "10.0.0.2");
    EXPECT_EQ(info.src_port, 40000);
    EXPECT_EQ(info.dst_port, 443);
    EXPECT_EQ(info.protocol, kProtocolTcp);
    EXPECT_EQ(info.flags, kFlagSyn);
    EXPECT_EQ(info.ip_bytes, 40U);
    EXPECT_EQ(info.frame_bytes, 54U);
}

TEST(Decode, DoesNotCountPaddingAsIpBytes) {
    const Bytes frame = ethernet(0x0800, ipv4({17}, udp(1, 2))) + Bytes(18, 0);

    const PacketInfo info = info_of(DLT_EN10MB, frame);

    EXPECT_EQ(info.ip_bytes, 28U);
    EXPECT_EQ(info.frame_bytes, 60U);
    EXPECT_TRUE(info.udp_payload.empty());
}

TEST(Decode, LooksThroughStackedVlanTagsAndKeepsTheOuterOne) {
    const Bytes inner = hex("0014 0800") + ipv4({17}, udp(1, 2));
    const Bytes frame = ethernet(0x88a8, hex("e00a 8100") + inner);

    const PacketInfo info = info_of(DLT_EN10MB, frame);

    EXPECT_EQ(info.vlan, 10);
    EXPECT_EQ(info.dst_port, 2);
}

TEST(Decode, WalksIpv6ExtensionHeaders) {
    const Bytes hop_by_hop = hex("3c00 0000 0000 0000");
    const Bytes destination = hex("0601 0000 0000 0000 0000 0000 0000 0000");
    const Bytes packet = ipv6(0, hop_by_hop + destination + tcp(5, 6, kFlagAck));

    const PacketInfo info = info_of(DLT_RAW, packet);

    EXPECT_EQ(to_string(info.src), "fd00::1");
    EXPECT_EQ(info.protocol, kProtocolTcp);
    EXPECT_EQ(info.src_port, 5);
    EXPECT_EQ(info.ip_bytes, 40U + 8 + 16 + 20);
}

TEST(Decode, EndsAChainOfExtensionHeadersThatNeverEnds) {
    Bytes chain;
    for (int i = 0; i < 100; ++i) chain = chain + hex("0000 0000 0000 0000");

    EXPECT_EQ(outcome(DLT_RAW, ipv6(0, chain)), Decoded::damaged);
}

TEST(Decode, ReadsEveryLinkTypeAlike) {
    const Bytes ip = ipv4({17}, udp(1111, 53));
    const std::vector<std::pair<int, Bytes>> frames = {
        {DLT_LINUX_SLL, hex("0000 0001 0006 020000000001 0000 0800") + ip},
        {DLT_LINUX_SLL2, hex("0800 0000 00000002 0001 00 06 0200000000010000") + ip},
        {DLT_RAW, ip},
        {DLT_IPV4, ip},
        {DLT_NULL, hex("02000000") + ip},
        {DLT_LOOP, hex("00000002") + ip},
        {DLT_PPP, hex("ff03 0021") + ip},
        {DLT_PPP, hex("0021") + ip},
        {DLT_PPP, hex("21") + ip},
        {DLT_PPP_SERIAL, hex("ff03 0021") + ip},
        {DLT_C_HDLC, hex("0f00 0800") + ip},
        {DLT_PPP_ETHER, hex("1100 0001 001e 0021") + ip},
        {DLT_PPI, hex("0000 0800 0100 0000") + ethernet(0x0800, ip)},
        {DLT_EN10MB, ethernet(0x8864, hex("1100 0001 001e 0021") + ip)},
        {DLT_EN10MB, ethernet(0x8847, hex("00010040 00011140") + ip)}};

    for (const auto& [link_type, frame] : frames) {
        SCOPED_TRACE(link_type);
        const PacketInfo info = info_of(link_type, frame);
        EXPECT_EQ(info.dst_port, 53);
        EXPECT_EQ(info.ip_bytes, 28U);
    }
}

TEST(Decode, TellsFragmentsApart) {
    const Bytes first = ipv4({17, 1, 2, 77, 0x2000}, udp(9, 10, Bytes(16, 0)));
    const Bytes later = ipv4({17, 1, 2, 77, 0x0003}, Bytes(16, 0xff));

    const PacketInfo first_info = info_of(DLT_RAW, first);
    const PacketInfo later_info = info_of(DLT_RAW, later);

    EXPECT_EQ(first_info.fragment, Fragment::first);
    EXPECT_EQ(first_info.src_port, 9);
    EXPECT_EQ(later_info.fragment, Fragment::later);
    EXPECT_EQ(later_info.src_port, 0);
    EXPECT_EQ(later_info.fragment_id, 77U);
}

TEST(Decode, TellsIpv6FragmentsApart) {
    const Bytes first = ipv6(44, hex("1100 0001 00000007") + udp(9, 10));
    const Bytes later = ipv6(44, hex("1100 0008 00000007") + Bytes(8, 0xff));

    EXPECT_EQ(info_of(DLT_RAW, first).fragment, Fragment::first);
    const PacketInfo info = info_of(DLT_RAW, later);
    EXPECT_EQ(info.fragment, Fragment::later);
    EXPECT_EQ(info.protocol, kProtocolUdp);
    EXPECT_EQ(info.fragment_id, 7U);
}

TEST(Decode, KeepsIcmpTypeAndLeavesPortsZero) {
    const PacketInfo info = info_of(DLT_RAW, ipv4({1}, hex("0304 0000 00000000")));

    EXPECT_EQ(info.icmp_type, 3);
    EXPECT_EQ(info.icmp_code, 4);
    EXPECT_EQ(info.src_port, 0);
    EXPECT_EQ(info.dst_port, 0);
}

TEST(Decode, NeedsOnlyTheHeadersOfAShortCapture) {
    const Bytes whole = ipv4({17}, udp(7, 8, Bytes(1000, 1)));
    const Bytes captured(whole.begin(), whole.begin() + 24);
    PacketInfo info;

    const Decoded decoded = decode({DLT_RAW, captured, 1028}, info);

    EXPECT_EQ(decoded, Decoded::flow);
    EXPECT_EQ(info.src_port, 7);
    EXPECT_EQ(info.ip_bytes, 1028U);
}

TEST(Decode, CallsLyingLengthsDamaged) {
    Bytes longer_than_wire = ipv4({17}, udp(1, 2));
    longer_than_wire[3] = 29;
    Bytes shorter_than_header = ipv4({17}, udp(1, 2));
    shorter_than_header[3] = 19;
    Bytes tiny_header = ipv4({17}, udp(1, 2));
    tiny_header[0] = 0x44;
    Bytes v6 = ipv6(17, udp(1, 2));
    v6[5] = 9;

    EXPECT_EQ(outcome(DLT_RAW, longer_than_wire), Decoded::damaged);
    EXPECT_EQ(outcome(DLT_RAW, shorter_than_header), Decoded::damaged);
    EXPECT_EQ(outcome(DLT_RAW, tiny_header), Decoded::damaged);
    EXPECT_EQ(outcome(DLT_RAW, v6), Decoded::damaged);
    EXPECT_EQ(outcome(DLT_RAW, ipv4({6}, hex("0001 00"))), Decoded::damaged);
}

TEST(Decode, BelievesTheCapturedBytesBeforeAShorterWireLength) {
    PacketInfo info;

    const Decoded decoded = decode({DLT_RAW, ipv4({17}, udp(7, 8)), 3}, info);

    EXPECT_EQ(decoded, Decoded::flow);
    EXPECT_EQ(info.frame_bytes, 28U);
}

TEST(Decode, SaysWhatItDoesNotKnow) {
    EXPECT_EQ(outcome(DLT_EN10MB, ethernet(0x0806, Bytes(28, 0))), Decoded::unknown_network);
    EXPECT_EQ(outcome(DLT_IEEE802_11, Bytes(60, 0)), Decoded::unknown_link);
    EXPECT_EQ(outcome(DLT_EN10MB, Bytes(13, 0)), Decoded::damaged);
    EXPECT_EQ(outcome(DLT_EN10MB, {}), Decoded::damaged);
}

/// Every prefix and every one-byte change; the sanitizers judge, here only what must always hold.
TEST(Decode, SurvivesEveryPrefixAndEveryOneByteChange) {
    const Bytes transport = tcp(40000, 443, kFlagSyn);
    const std::vector<std::pair<int, Bytes>> frames = {
        {DLT_EN10MB, ethernet(0x8100, hex("0005 0800") + ipv4({}, transport))},
        {DLT_EN10MB, ethernet(0x86dd, ipv6(0, hex("2c00 0000 0000 0000") +
                                                  hex("0600 0001 00000007") + transport))},
        {DLT_EN10MB, ethernet(0x8847, hex("00010140") + ipv4({17}, udp(1, 2)))},
        {DLT_PPI, hex("0000 0800 0100 0000") +
                      ethernet(0x8864, hex("1100 0001 001e 0021") + ipv4({17}, udp(1, 2)))}};

    for (const auto& [link_type, frame] : frames) {
        for (std::size_t length = 0; length <= frame.size(); ++length) {
            const Bytes prefix(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(length));
            outcome(link_type, prefix);
        }
        for (std::size_t at = 0; at < frame.size(); ++at) {
            Bytes changed = frame;
            for (int value = 0; value < 256; ++value) {
                changed[at] = static_cast<std::uint8_t>(value);
                PacketInfo info;
                const auto wire = static_cast<std::uint32_t>(changed.size());
                if (decode({link_type, changed, wire}, info) != Decoded::flow) continue;
                EXPECT_LE(info.ip_bytes, info.frame_bytes);
                EXPECT_LE(info.udp_payload.size(), changed.size());
            }
        }
    }
}

void expect_same(const PacketInfo& a, const PacketInfo& b) {
    EXPECT_EQ(a.src, b.src);
    EXPECT_EQ(a.dst, b.dst);
    EXPECT_EQ(std::tie(a.src_port, a.dst_port, a.vlan, a.protocol, a.flags, a.icmp_type),
              std::tie(b.src_port, b.dst_port, b.vlan, b.protocol, b.flags, b.icmp_type));
    EXPECT_EQ(std::tie(a.fragment, a.is_last_fragment, a.fragment_offset, a.fragment_id),
              std::tie(b.fragment, b.is_last_fragment, b.fragment_offset, b.fragment_id));
    EXPECT_EQ(std::tie(a.ip_bytes, a.frame_bytes, a.transport_bytes),
              std::tie(b.ip_bytes, b.frame_bytes, b.transport_bytes));
    for (const auto part :
         {&PacketInfo::udp_payload, &PacketInfo::network, &PacketInfo::transport}) {
        EXPECT_EQ((a.*part).size(), (b.*part).size());
        if ((a.*part).empty()) continue;
        EXPECT_EQ((a.*part).data(), (b.*part).data());
    }
}

// Most packets take a short way. The long way serves every link type, so it can be had as well.
TEST(Decode, ReadsUsualPacketsTheShortWayAsTheLongWay) {
    Random random(5);
    const Bytes usual[] = {
        ethernet(0x0800, ipv4({kProtocolTcp}, tcp(1, 2, kFlagSyn))),
        ethernet(0x0800, ipv4({kProtocolTcp}, tcp(1, 2, kFlagAck) + Bytes(40, 7))),
        ethernet(0x0800, ipv4({kProtocolUdp}, udp(3, 4, Bytes(30, 9)))) + Bytes(6, 0)};
    for (int i = 0; i < 60'000; ++i) {
        Bytes frame = usual[random.below(3)];
        const std::uint64_t changes = random.below(3);
        for (std::uint64_t change = 0; change < changes; ++change) {
            const std::size_t most = std::min<std::size_t>(frame.size(), 50);
            frame[random.below(most)] = static_cast<std::uint8_t>(random.below(256));
        }
        if (random.chance(0.3)) frame.resize(random.below(frame.size() + 1));
        const auto wire = static_cast<std::uint32_t>(frame.size() + random.below(3));
        PacketInfo one;
        PacketInfo other;
        const Decoded seen = decode({1, frame, wire}, one);
        other.frame_bytes = std::max(wire, static_cast<std::uint32_t>(frame.size()));

        ASSERT_EQ(decode_ethernet(frame, other.frame_bytes, other), seen);
        if (seen != Decoded::flow) continue;
        expect_same(one, other);
        if (HasFailure()) return;
    }
}

}  // namespace
}  // namespace tributary::datasets
