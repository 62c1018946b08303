#include "datasets/flow/flow_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/random.hpp"

namespace tributary::datasets {
namespace {

constexpr std::uint8_t kSynAck = kFlagSyn | kFlagAck;
constexpr std::uint8_t kFinAck = kFlagFin | kFlagAck;

PacketInfo packet(double seconds, std::uint8_t protocol, bool from_client, std::uint8_t flags = 0,
                  std::uint16_t client_port = 50000) {
    PacketInfo info;
    info.time = Micros(static_cast<std::int64_t>(seconds * 1e6));
    const Address client{{10, 0, 0, 9}, false};
    const Address server{{10, 0, 0, 1}, false};
    info.src = from_client ? client : server;
    info.dst = from_client ? server : client;
    info.protocol = protocol;
    const bool has_ports = protocol == kProtocolTcp || protocol == kProtocolUdp;
    info.src_port = !has_ports ? std::uint16_t{0} : from_client ? client_port : std::uint16_t{80};
    info.dst_port = !has_ports ? std::uint16_t{0} : from_client ? std::uint16_t{80} : client_port;
    info.flags = flags;
    info.ip_bytes = 100;
    info.frame_bytes = 114;
    return info;
}

/// Meters the packets one by one and returns every flow, then the rest at the end.
class FlowTableTest : public ::testing::Test {
 protected:
    void meter(const std::vector<PacketInfo>& packets) {
        for (const PacketInfo& info : packets) table().add(std::span(&info, 1));
    }
    FlowTable& table() {
        if (!table_) {
            table_.emplace(options_, [this](const FlowRecord& record, std::uint32_t /*hash*/) {
                flows_.push_back(record);
            });
        }
        return *table_;
    }
    std::vector<std::uint64_t> packets_per_flow() {
        table().flush();
        std::vector<std::uint64_t> counts;
        for (const FlowRecord& flow : flows_) {
            counts.push_back(flow.forward.packets + flow.backward.packets);
        }
        return counts;
    }

    FlowTableOptions options_;
    std::vector<FlowRecord> flows_;
    std::optional<FlowTable> table_;
};

using Counts = std::vector<std::uint64_t>;

TEST_F(FlowTableTest, JoinsBothDirectionsAndSumsThemApart) {
    meter({packet(1, kProtocolUdp, true), packet(1.5, kProtocolUdp, false),
           packet(2, kProtocolUdp, false)});
    table().flush();

    ASSERT_EQ(flows_.size(), 1U);
    const FlowRecord& flow = flows_[0];
    EXPECT_EQ(to_string(flow.src), "10.0.0.1");  // the lower end; direction comes later
    EXPECT_EQ(flow.forward.packets, 2U);
    EXPECT_EQ(flow.forward.ip_bytes, 200U);
    EXPECT_EQ(flow.forward.frame_bytes, 228U);
    EXPECT_EQ(flow.backward.packets, 1U);
    EXPECT_EQ(flow.start, Micros(1'000'000));
    EXPECT_EQ(flow.end, Micros(2'000'000));
    EXPECT_EQ(flow.forward_start, Micros(1'500'000));
    EXPECT_EQ(flow.backward_start, Micros(1'000'000));
    EXPECT_EQ(flow.end_reason, EndReason::end_of_input);
}

TEST_F(FlowTableTest, CutsTcpAfterSixtySilentSeconds) {
    meter({packet(0, kProtocolTcp, true, kSynAck), packet(60, kProtocolTcp, true, kFlagAck),
           packet(120.000001, kProtocolTcp, true, kFlagAck)});

    EXPECT_EQ(packets_per_flow(), (Counts{2, 1}));
    EXPECT_EQ(flows_[0].end_reason, EndReason::idle);
}

TEST_F(FlowTableTest, CutsUdpAfterThirtyAndIcmpAfterTenSilentSeconds) {
    meter({packet(0, kProtocolUdp, true), packet(0, kProtocolIcmp, true),
           packet(10, kProtocolIcmp, false), packet(20.000001, kProtocolIcmp, true),
           packet(30, kProtocolUdp, true), packet(60.000001, kProtocolUdp, true)});

    auto counts = packets_per_flow();
    std::sort(counts.begin(), counts.end());
    EXPECT_EQ(counts, (Counts{1, 1, 2, 2}));
}

TEST_F(FlowTableTest, LingersTwoSecondsAfterFinOfBothSides) {
    meter({packet(0, kProtocolTcp, true, kFinAck), packet(30, kProtocolTcp, false, kFinAck),
           packet(32, kProtocolTcp, true, kFlagAck),
           packet(34.000001, kProtocolTcp, true, kFlagAck)});

    EXPECT_EQ(packets_per_flow(), (Counts{3, 1}));
    EXPECT_EQ(flows_[0].end_reason, EndReason::finished);
}

TEST_F(FlowTableTest, LingersTwoSecondsAfterReset) {
    meter({packet(0, kProtocolTcp, true, kFlagSyn), packet(1, kProtocolTcp, false, kFlagRst),
           packet(3, kProtocolTcp, true, kFlagSyn),
           packet(5.000001, kProtocolTcp, true, kFlagSyn)});

    EXPECT_EQ(packets_per_flow(), (Counts{3, 1}));
    EXPECT_EQ(flows_[0].end_reason, EndReason::reset);
}

TEST_F(FlowTableTest, LeavesALoneFinOpenUntilItIsIdle) {
    meter({packet(0, kProtocolTcp, true, kFinAck), packet(59, kProtocolTcp, true, kFlagAck),
           packet(200, kProtocolUdp, true)});

    ASSERT_EQ(flows_.size(), 1U);
    EXPECT_EQ(flows_[0].forward.packets + flows_[0].backward.packets, 2U);
    EXPECT_EQ(flows_[0].end_reason, EndReason::finished);
}

TEST_F(FlowTableTest, CutsAtThreeHundredSeconds) {
    std::vector<PacketInfo> packets;
    for (int i = 0; i <= 31; ++i) packets.push_back(packet(i * 10, kProtocolTcp, true, kFlagAck));

    meter(packets);

    EXPECT_EQ(packets_per_flow(), (Counts{31, 1}));
    EXPECT_EQ(flows_[0].end - flows_[0].start, Micros(300'000'000));
    EXPECT_EQ(flows_[0].end_reason, EndReason::active);
}

TEST_F(FlowTableTest, MarksWhatGoesOnBehindTheLongestDurationAsContinued) {
    std::vector<PacketInfo> packets;
    for (int i = 0; i <= 31; ++i) packets.push_back(packet(i * 10, kProtocolTcp, true, kFlagAck));
    packets.push_back(packet(400, kProtocolTcp, true, kFlagAck));

    meter(packets);

    EXPECT_EQ(packets_per_flow(), (Counts{31, 1, 1}));
    EXPECT_FALSE(flows_[0].continued);
    EXPECT_TRUE(flows_[1].continued);
    EXPECT_FALSE(flows_[2].continued);  // after silence it is another flow
}

TEST_F(FlowTableTest, EndsSilentFlowsWithoutAPacketWhenToldTheTime) {
    meter({packet(0, kProtocolUdp, true)});

    table().advance(Micros(30'000'000));
    EXPECT_TRUE(flows_.empty());
    table().advance(Micros(32'000'000));

    EXPECT_EQ(flows_.size(), 1U);
}

TEST_F(FlowTableTest, FetchingMemoryAheadNamesTheFlowsThatGoNextAndChangesNothing) {
    options_.max_flows = 20;
    std::vector<PacketInfo> packets;
    for (std::uint16_t i = 0; i < 20; ++i)
        packets.push_back(packet(0, kProtocolTcp, true, kFlagSyn, i));
    std::array<std::uint32_t, FlowTable::kBatch> hashes{};

    EXPECT_EQ(table().prefetch_cuts(hashes), 0U);
    meter(packets);

    EXPECT_EQ(table().prefetch_cuts(hashes), FlowTable::kBatch);
    EXPECT_EQ(table().size(), 20U);
    EXPECT_TRUE(flows_.empty());
}

TEST_F(FlowTableTest, EndsSilentFlowsByTheTimeOfOtherPackets) {
    meter({packet(0, kProtocolTcp, true, kFlagAck), packet(0, kProtocolTcp, true, kFlagSyn, 50001),
           packet(62, kProtocolUdp, true)});

    EXPECT_EQ(flows_.size(), 2U);
    EXPECT_EQ(table().size(), 1U);
}

TEST_F(FlowTableTest, KeepsVlansTogetherUnlessAskedToPartThem) {
    std::vector<PacketInfo> packets = {packet(0, kProtocolUdp, true),
                                       packet(1, kProtocolUdp, true)};
    packets[1].vlan = 7;

    meter(packets);
    EXPECT_EQ(packets_per_flow(), (Counts{2}));

    table_.reset();
    flows_.clear();
    options_.key_vlan = true;
    meter(packets);
    EXPECT_EQ(packets_per_flow(), (Counts{1, 1}));
}

TEST_F(FlowTableTest, CutsHalfOpenFlowsEarlyOnlyWhileMoreThanHalfFull) {
    options_.max_flows = 20;
    std::vector<PacketInfo> packets;
    for (std::uint16_t i = 0; i < 10; ++i)
        packets.push_back(packet(0, kProtocolTcp, true, kFlagSyn, i));
    packets.push_back(packet(0.5, kProtocolTcp, true, kFlagAck, 100));
    meter(packets);

    meter({packet(9, kProtocolTcp, true, kFlagAck, 100)});
    EXPECT_TRUE(flows_.empty());
    meter({packet(12, kProtocolTcp, true, kFlagAck, 100)});

    ASSERT_EQ(flows_.size(), 1U);  // eleven open flows are more than half of twenty, ten are not
    EXPECT_EQ(flows_[0].end_reason, EndReason::half_open);
    EXPECT_EQ(table().counts().half_open, 1U);
}

TEST_F(FlowTableTest, AnsweredFlowsAreNotHalfOpen) {
    options_.max_flows = 4;
    meter({packet(0, kProtocolTcp, true, kFlagSyn, 1), packet(0, kProtocolTcp, false, kSynAck, 1),
           packet(0, kProtocolTcp, true, kFlagSyn, 2), packet(0, kProtocolTcp, true, kFlagAck, 2),
           packet(0, kProtocolTcp, true, kFlagAck, 3),
           packet(30, kProtocolTcp, true, kFlagAck, 3)});

    EXPECT_TRUE(flows_.empty());
    EXPECT_EQ(table().size(), 3U);
}

TEST_F(FlowTableTest, EvictsHalfOpenFlowsFirstAndCounts) {
    options_.max_flows = 3;
    meter({packet(0, kProtocolTcp, true, kFlagAck, 1), packet(1, kProtocolTcp, true, kFlagSyn, 2),
           packet(2, kProtocolTcp, true, kFlagAck, 3), packet(3, kProtocolTcp, true, kFlagAck, 4),
           packet(4, kProtocolTcp, true, kFlagAck, 5)});

    ASSERT_EQ(flows_.size(), 2U);
    EXPECT_EQ(flows_[0].dst_port, 2);
    EXPECT_EQ(flows_[1].dst_port, 1);  // then the one that is due first
    EXPECT_EQ(flows_[1].end_reason, EndReason::evicted);
    EXPECT_EQ(table().counts().evictions, 2U);
    EXPECT_EQ(table().size(), 3U);
}

TEST_F(FlowTableTest, StaysWithinItsBoundUnderAScan) {
    options_.max_flows = 1000;
    for (std::uint32_t i = 0; i < 100'000; ++i) {
        PacketInfo syn = packet(i * 1e-5, kProtocolTcp, true, kFlagSyn);
        syn.dst.bytes[3] = static_cast<std::uint8_t>(i);
        syn.dst_port = static_cast<std::uint16_t>(i >> 8);
        table().add(std::span(&syn, 1));
        ASSERT_LE(table().size(), 1000U);
    }
    table().flush();

    EXPECT_EQ(flows_.size(), 100'000U);
    EXPECT_EQ(table().counts().evictions, 99'000U);
}

TEST_F(FlowTableTest, TakesPacketsOutOfOrderIntoTheirFlow) {
    meter({packet(5, kProtocolUdp, true), packet(3, kProtocolUdp, false),
           packet(4, kProtocolUdp, true)});
    table().flush();

    ASSERT_EQ(flows_.size(), 1U);
    EXPECT_EQ(flows_[0].start, Micros(3'000'000));
    EXPECT_EQ(flows_[0].end, Micros(5'000'000));
    EXPECT_EQ(flows_[0].backward_start, Micros(4'000'000));
}

TEST_F(FlowTableTest, OneAbsurdTimestampEndsNothing) {
    const double century = 3.2e9;

    meter({packet(0, kProtocolUdp, true, 0, 1), packet(century, kProtocolUdp, true, 0, 2),
           packet(1, kProtocolUdp, true, 0, 1), packet(-century, kProtocolUdp, true, 0, 3),
           packet(2, kProtocolUdp, true, 0, 1)});

    auto counts = packets_per_flow();
    std::sort(counts.begin(), counts.end());
    EXPECT_EQ(counts, (Counts{1, 1, 3}));
}

TEST_F(FlowTableTest, FollowsAConfirmedJumpInEitherDirection) {
    meter({packet(0, kProtocolUdp, true, 0, 1), packet(90'000, kProtocolUdp, true, 0, 2),
           packet(90'001, kProtocolUdp, true, 0, 2)});
    EXPECT_EQ(flows_.size(), 1U);

    meter({packet(10, kProtocolUdp, true, 0, 3), packet(11, kProtocolUdp, true, 0, 3)});
    EXPECT_EQ(table().clock().now(), Micros(11'000'000));
    EXPECT_EQ(flows_.size(), 3U);
}

TEST_F(FlowTableTest, LosesNothingWhateverTheTimestampsSay) {
    options_.max_flows = 50;
    Random random(7);
    std::uint64_t expected = 0;
    for (int i = 0; i < 20'000; ++i) {
        auto info = packet(0, random.chance(0.5) ? kProtocolTcp : kProtocolUdp, random.chance(0.5),
                           static_cast<std::uint8_t>(random.below(64)),
                           static_cast<std::uint16_t>(random.below(200)));
        const std::uint64_t range = std::uint64_t{1} << random.below(60);
        info.time = Micros(static_cast<std::int64_t>(random.below(range)));
        if (random.chance(0.1)) info.time = -info.time;
        table().add(std::span(&info, 1));
        ++expected;
    }

    const Counts counts = packets_per_flow();

    EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), expected);
    EXPECT_EQ(table().size(), 0U);
}

TEST_F(FlowTableTest, BatchesMeterLikeSinglePackets) {
    Random random(11);
    std::vector<PacketInfo> packets;
    for (int i = 0; i < 4000; ++i) {
        packets.push_back(packet(i * 0.05, kProtocolTcp, random.chance(0.5),
                                 static_cast<std::uint8_t>(random.below(32)),
                                 static_cast<std::uint16_t>(random.below(20))));
    }
    meter(packets);
    const Counts singles = packets_per_flow();

    table_.reset();
    flows_.clear();
    const std::span<const PacketInfo> all(packets);
    for (std::size_t i = 0; i < all.size(); i += FlowTable::kBatch) {
        table().add(all.subspan(i, FlowTable::kBatch));
    }

    EXPECT_EQ(packets_per_flow(), singles);
}

}  // namespace
}  // namespace tributary::datasets
