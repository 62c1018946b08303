#include "datasets/feature/splt_schema.hpp"

#include <gmock/gmock.h>

#include "datasets/feature/flow_encoder.hpp"
#include "datasets/feature/flow_schema.hpp"
#include "datasets/flow/packet_sequence.hpp"
#include "tests/datasets/feature/flow_maker.hpp"

namespace tributary::datasets {
namespace {

using ::testing::ElementsAre;
using ::testing::IsSupersetOf;
using testing::nonzero;
using ::testing::Pair;

/// A TCP packet with a header of 20 bytes.
class TcpPacket {
 public:
    TcpPacket(int at_us, std::uint32_t payload, std::uint16_t window) {
        header_[12] = 0x50;
        header_[14] = static_cast<std::uint8_t>(window >> 8);
        header_[15] = static_cast<std::uint8_t>(window);
        info_.time = Micros(at_us);
        info_.protocol = kProtocolTcp;
        info_.transport = header_;
        info_.transport_bytes = 20 + payload;
    }
    [[nodiscard]] const PacketInfo& info() const { return info_; }

 private:
    Bytes header_ = Bytes(20);
    PacketInfo info_;
};

/// From 10.0.0.2, the higher end and so side 1, to 10.0.0.1.
FlowRecord flow_with(PacketSequence& sequence) {
    FlowRecord flow = testing::tcp_flow();
    flow.src = {{10, 0, 0, 2}, false};
    flow.dst = {{10, 0, 0, 1}, false};
    flow.sequence = &sequence;
    return flow;
}

std::map<std::string, int> encoded(const FlowRecord& flow, const Schema& schema) {
    std::vector<std::uint8_t> row(schema.width(), 7);
    FlowEncoder(schema).encode(flow, row);
    return nonzero(schema, row);
}

// q = round(255 x); "size" stands for log2(1+v)/11 and "gap" for log2(1+v)/32.
TEST(Splt, ThreeMessagesGiveTheNumbersOfTheirDefinition) {
    PacketSequence sequence;
    sequence.add(TcpPacket(0, 0, 64'240).info(), 1);  // no payload, but the first window
    sequence.add(TcpPacket(500, 0, 8'192).info(), 0);
    sequence.add(TcpPacket(1'000, 100, 10).info(), 1);
    sequence.add(TcpPacket(2'000, 1'000, 10).info(), 0);
    sequence.add(TcpPacket(4'000, 50, 10).info(), 1);

    EXPECT_THAT(
        encoded(flow_with(sequence), splt_schema()),
        ElementsAre(Pair("gap_2", 79),        // 1000 us: gap = 0.31148
                    Pair("gap_3", 87),        // 2000 us: gap = 0.34270
                    Pair("gap_fwd_max", 92),  // the only one, 3000 us: gap = 0.36098
                    Pair("gap_fwd_mean", 92), Pair("gap_fwd_min", 92), Pair("has_sequence", 255),
                    Pair("has_window", 255), Pair("payload_packets", 48),  // 3 / 16 * 255 = 47.81
                    Pair("size_1", 205),        // 100: (1 + 0.60529) / 2 * 255 = 204.67
                    Pair("size_2", 12),         // -1000: (1 - 0.90611) / 2 * 255 = 11.97
                    Pair("size_3", 193),        // 50: (1 + 0.51568) / 2 * 255 = 193.25
                    Pair("size_bwd_max", 231),  // 1000: size = 0.90611
                    Pair("size_bwd_mean", 231), Pair("size_bwd_min", 231),
                    Pair("size_fwd_max", 154),   // 100: size = 0.60529
                    Pair("size_fwd_mean", 145),  // 75: size = 0.56799
                    Pair("size_fwd_min", 131),   // 50: size = 0.51568
                    Pair("size_fwd_std", 109),   // 25: size = 0.42731
                    Pair("window_bwd", 207),     // 8192: log2(8193) / 16 = 0.81251
                    Pair("window_fwd", 255)));   // 64240: log2(64241) / 16 = 0.99820
}

TEST(Splt, TellsTheFirstSixteenApartAndAllTogether) {
    PacketSequence sequence;
    for (int i = 0; i < 20; ++i) {
        sequence.add(TcpPacket(i * 100, i == 19 ? 2'047 : 1, 0).info(), 1);
    }

    const auto numbers = encoded(flow_with(sequence), splt_schema());

    EXPECT_THAT(numbers, IsSupersetOf({Pair(std::string("payload_packets"), 255),
                                       Pair(std::string("size_fwd_max"), 255)}));
    EXPECT_EQ(numbers.at("size_16"), numbers.at("size_1"));
}

TEST(Splt, IsZeroWhereTheSourceDoesNotTellPackets) {
    EXPECT_THAT(encoded(testing::tcp_flow(), splt_schema()), ::testing::IsEmpty());
}

TEST(Splt, JoinsTheLaterPartBehindTheEarlier) {
    PacketSequence earlier;
    earlier.add(TcpPacket(0, 100, 500).info(), 1);
    PacketSequence later;
    later.add(TcpPacket(10, 50, 900).info(), 1);
    later.add(TcpPacket(30, 50, 900).info(), 1);

    earlier.append(later);

    ASSERT_EQ(earlier.count, 3);
    EXPECT_EQ(earlier.first[1].bytes, 50u);
    EXPECT_EQ(earlier.sides[1].bytes.count(), 3u);
    EXPECT_EQ(earlier.sides[1].gaps_us.mean(), 20);
    EXPECT_EQ(earlier.sides[1].window, 500) << "the window of the first packet";
}

TEST(Splt, FlowxIsFlowAndBehindItSplt) {
    PacketSequence sequence;
    sequence.add(TcpPacket(0, 100, 500).info(), 1);
    const FlowRecord flow = flow_with(sequence);
    std::vector<std::uint8_t> both(flowx_schema().width());
    std::vector<std::uint8_t> first(kFlowWidth);
    std::vector<std::uint8_t> second(kSpltWidth);

    FlowEncoder(flowx_schema()).encode(flow, both);
    FlowEncoder(flow_schema()).encode(flow, first);
    FlowEncoder(splt_schema()).encode(flow, second);

    first.insert(first.end(), second.begin(), second.end());
    EXPECT_EQ(both, first);
}

TEST(PayloadBytes, AreThoseBehindTheTransportHeader) {
    PacketInfo udp;
    udp.protocol = kProtocolUdp;
    udp.transport_bytes = 108;
    PacketInfo options = TcpPacket(0, 12, 0).info();
    Bytes header(20);
    header[12] = 0x80;  // 32 bytes of header
    options.transport = header;
    PacketInfo cut = options;
    cut.transport = {};

    EXPECT_EQ(payload_bytes_of(udp), 100u);
    EXPECT_EQ(payload_bytes_of(options), 0u);
    EXPECT_EQ(payload_bytes_of(cut), 12u) << "the shortest header, when it is not captured";
}

}  // namespace
}  // namespace tributary::datasets
