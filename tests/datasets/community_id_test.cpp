#include "datasets/community_id.hpp"

#include <gtest/gtest.h>

namespace tributary::datasets {
namespace {

Address v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
    Address address;
    address.bytes = {a, b, c, d};
    return address;
}

// Expected values: the baseline of the Community ID specification.
TEST(CommunityId, EqualsThePublishedBaseline) {
    EXPECT_EQ(
        community_id(CommunityTuple{v4(128, 232, 110, 120), v4(66, 35, 250, 204), 34855, 80, 6}),
        "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
    EXPECT_EQ(community_id(CommunityTuple{v4(192, 168, 1, 52), v4(8, 8, 8, 8), 54585, 53, 17}),
              "1:d/FP5EW3wiY1vCndhwleRRKHowQ=");
    EXPECT_EQ(community_id(CommunityTuple{v4(192, 168, 0, 89), v4(192, 168, 0, 1), 8, 0, 1}),
              "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
}

TEST(CommunityId, BothDirectionsHaveOneName) {
    const CommunityTuple there{v4(128, 232, 110, 120), v4(66, 35, 250, 204), 34855, 80, 6};
    const CommunityTuple back{v4(66, 35, 250, 204), v4(128, 232, 110, 120), 80, 34855, 6};
    const CommunityTuple ping{v4(192, 168, 0, 89), v4(192, 168, 0, 1), 8, 0, 1};
    const CommunityTuple pong{v4(192, 168, 0, 1), v4(192, 168, 0, 89), 0, 0, 1};

    EXPECT_EQ(community_id(there), community_id(back));
    EXPECT_EQ(community_id(ping), community_id(pong));
}

TEST(CommunityId, ARecordOfPingsBearsTheNameOfItsFirstPacket) {
    FlowRecord record;
    record.src = v4(192, 168, 0, 89);
    record.dst = v4(192, 168, 0, 1);
    record.protocol = kProtocolIcmp;
    record.forward.icmp_type = 8;

    EXPECT_EQ(community_id(record), "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
}

TEST(CommunityId, MessagesWithoutAnswerKeepTheirDirection) {
    const CommunityTuple there{v4(192, 168, 0, 89), v4(192, 168, 0, 1), 3, 1, 1};
    const CommunityTuple back{v4(192, 168, 0, 1), v4(192, 168, 0, 89), 3, 1, 1};

    EXPECT_NE(community_id(there), community_id(back));
}

}  // namespace
}  // namespace tributary::datasets
