#include "datasets/packet/fragment_table.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace tributary::datasets
