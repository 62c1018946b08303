#include "datasets/flow/direction.hpp"

#include <gtest/gtest.h>

namespace tributary::datasets {
namespace {

/// Both ways, TCP, high ports, same start: rules 1 to 4 say nothing.
FlowRecord undecided() {
    FlowRecord record;
    record.src = {{10, 0, 0, 1}, false};
    record.dst = {{10, 0, 0, 2}, false};
    record.src_port = 50000;
    record.dst_port = 60000;
    record.protocol = kProtocolTcp;
    record.forward = {1, 100, 114, kFlagAck};
    record.backward = {2, 200, 228, kFlagAck};
    record.forward_start = record.backward_start = Micros(5);
    return record;
}

/// The client's address after the rule, told from either end.
std::string client_of(FlowRecord record) {
    FlowRecord swapped = record;
    swap_ends(swapped);
    orient(record);
    orient(swapped);
    EXPECT_EQ(record.src, swapped.src);
    EXPECT_EQ(record.forward.packets, swapped.forward.packets);
    return to_string(record.src);
}

TEST(Direction, FirstTheSenderOfAOneWayFlow) {
    FlowRecord record = undecided();
    record.forward = {};
    record.backward.flags = kFlagAck;
    record.dst_port = 80;  // the port rule would say otherwise

    EXPECT_EQ(client_of(record), "10.0.0.2");
}

TEST(Direction, SecondTheOnlySideWithSynAndWithoutAck) {
    FlowRecord record = undecided();
    record.backward.flags = kFlagSyn;
    record.dst_port = 80;

    EXPECT_EQ(client_of(record), "10.0.0.2");
}

TEST(Direction, BothSidesWithSynAloneSayNothing) {
    FlowRecord record = undecided();
    record.forward.flags = record.backward.flags = kFlagSyn;
    record.src_port = 80;

    EXPECT_EQ(client_of(record), "10.0.0.2");
}

// Exporters give both directions of a ping one start.
TEST(Direction, SecondTheOnlySideOfIcmpThatAsks) {
    FlowRecord record = undecided();
    record.src_port = record.dst_port = 0;
    record.forward.flags = record.backward.flags = 0;
    record.protocol = kProtocolIcmp;
    record.forward.icmp_type = 0;
    record.backward.icmp_type = 8;
    FlowRecord neighbours = record;
    neighbours.protocol = kProtocolIcmp6;
    neighbours.forward.icmp_type = 136;
    neighbours.backward.icmp_type = 135;

    EXPECT_EQ(client_of(record), "10.0.0.2");
    EXPECT_EQ(client_of(neighbours), "10.0.0.2");
}

TEST(Direction, BothSidesOfIcmpThatAskSayNothing) {
    FlowRecord record = undecided();
    record.src_port = record.dst_port = 0;
    record.protocol = kProtocolIcmp;
    record.forward.icmp_type = record.backward.icmp_type = 8;
    record.forward_start = Micros(2);
    record.backward_start = Micros(1);

    EXPECT_EQ(client_of(record), "10.0.0.1") << "the lower address, all else equal";
}

TEST(Direction, ThirdTheLowerPortServesUpTo49151) {
    FlowRecord record = undecided();
    record.src_port = 49151;
    EXPECT_EQ(client_of(record), "10.0.0.2");

    record.src_port = 49152;
    EXPECT_EQ(client_of(record), "10.0.0.1");
}

TEST(Direction, FourthTheEarlierStart) {
    FlowRecord record = undecided();
    record.backward_start = Micros(4);

    EXPECT_EQ(client_of(record), "10.0.0.2");
}

TEST(Direction, FifthTheLowerAddress) {
    EXPECT_EQ(client_of(undecided()), "10.0.0.1");
}

TEST(Direction, SynFlagsMeanNothingOutsideTcp) {
    FlowRecord record = undecided();
    record.protocol = kProtocolUdp;
    record.backward.flags = kFlagSyn;

    EXPECT_EQ(client_of(record), "10.0.0.1");
}

TEST(Direction, SwapsEverythingThatBelongsToAnEnd) {
    FlowRecord record = undecided();
    record.backward_start = Micros(4);

    orient(record);

    EXPECT_EQ(record.src_port, 60000);
    EXPECT_EQ(record.dst_port, 50000);
    EXPECT_EQ(record.forward.packets, 2U);
    EXPECT_EQ(record.backward.packets, 1U);
    EXPECT_EQ(record.forward_start, Micros(4));
    EXPECT_EQ(record.backward_start, Micros(5));
}

}  // namespace
}  // namespace tributary::datasets
