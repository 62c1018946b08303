#include "datasets/packet/fragment_table.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tributary::datasets {
namespace {

PacketInfo fragment(Fragment kind, std::uint32_t id, std::uint16_t port = 0) {
    PacketInfo info;
    info.src.bytes[0] = 10;
    info.dst.bytes[0] = 11;
    info.protocol = kProtocolUdp;
    info.fragment = kind;
    info.fragment_id = id;
    info.src_port = info.dst_port = port;
    return info;
}

TEST(FragmentTable, GivesThePortsOfTheFirstToTheLater) {
    FragmentTable table;
    PacketInfo first = fragment(Fragment::first, 5, 53);
    PacketInfo later = fragment(Fragment::later, 5);

    EXPECT_TRUE(table.resolve(first));
    EXPECT_TRUE(table.resolve(later));

    EXPECT_EQ(later.src_port, 53);
}

TEST(FragmentTable, KeepsPacketsOfOtherIdProtocolAndDirectionApart) {
    FragmentTable table;
    PacketInfo first = fragment(Fragment::first, 5, 53);
    PacketInfo other_id = fragment(Fragment::later, 6);
    PacketInfo other_protocol = fragment(Fragment::later, 5);
    other_protocol.protocol = kProtocolTcp;
    PacketInfo other_way = fragment(Fragment::later, 5);
    std::swap(other_way.src, other_way.dst);

    table.resolve(first);

    EXPECT_FALSE(table.resolve(other_id));
    EXPECT_FALSE(table.resolve(other_protocol));
    EXPECT_FALSE(table.resolve(other_way));
}

TEST(FragmentTable, ForgetsAFirstAfterThirtySeconds) {
    FragmentTable table;
    PacketInfo first = fragment(Fragment::first, 5, 53);
    PacketInfo later = fragment(Fragment::later, 5);
    later.time = Micros(30'000'001);

    table.resolve(first);

    EXPECT_FALSE(table.resolve(later));
}

TEST(FragmentTable, PrefersTheNewestUnderAFlood) {
    FragmentTable table;
    for (std::uint32_t id = 0; id < 100'000; ++id) {
        PacketInfo first = fragment(Fragment::first, id, 53);
        first.time = Micros(id);
        table.resolve(first);
    }
    PacketInfo newest = fragment(Fragment::later, 99'999);
    PacketInfo oldest = fragment(Fragment::later, 0);

    EXPECT_TRUE(table.resolve(newest));
    EXPECT_FALSE(table.resolve(oldest));
}

/// @param bytes  of the IP payload, from `offset` on
PacketInfo piece(std::uint16_t offset, std::uint32_t bytes, bool is_last) {
    PacketInfo info = fragment(offset == 0 ? Fragment::first : Fragment::later, 5, 53);
    info.fragment_offset = offset;
    info.transport_bytes = bytes;
    info.is_last_fragment = is_last;
    return info;
}

/// How many of the pieces are marked, one after the other.
int wrong_among(std::vector<PacketInfo> pieces) {
    FragmentTable table;
    int wrong = 0;
    for (PacketInfo& info : pieces) {
        table.resolve(info);
        wrong += info.is_wrong_fragment ? 1 : 0;
    }
    return wrong;
}

TEST(FragmentTable, MarksPiecesThatOverlap) {
    // Teardrop: the second piece lies inside the first.
    EXPECT_EQ(wrong_among({piece(0, 40, false), piece(24, 4, true)}), 1);
    EXPECT_EQ(wrong_among({piece(0, 40, false), piece(32, 40, false)}), 1);
}

TEST(FragmentTable, MarksPiecesBeyondTheLargestPacketOrCutInTheMiddle) {
    EXPECT_EQ(wrong_among({piece(65'528, 7, true)}), 0);
    EXPECT_EQ(wrong_among({piece(65'528, 8, true)}), 1);  // the ping of death
    EXPECT_EQ(wrong_among({piece(0, 41, false)}), 1);
    EXPECT_EQ(wrong_among({piece(40, 41, true)}), 0);
}

TEST(FragmentTable, MarksNothingOfAPacketAsHostsSendIt) {
    EXPECT_EQ(wrong_among({piece(0, 40, false), piece(40, 40, false), piece(80, 3, true)}), 0);
    EXPECT_EQ(wrong_among({piece(0, 40, false), piece(80, 3, true), piece(40, 40, false)}), 0);
    EXPECT_EQ(wrong_among({piece(0, 40, false), piece(40, 3, true), piece(40, 3, true)}), 0);
    PacketInfo whole = piece(0, 41, true);
    whole.fragment = Fragment::whole;
    EXPECT_EQ(wrong_among({whole}), 0);
}

}  // namespace
}  // namespace tributary::datasets
