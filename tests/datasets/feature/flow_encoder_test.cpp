#include "datasets/feature/flow_encoder.hpp"

#include <gmock/gmock.h>

#include "datasets/feature/flow_schema.hpp"
#include "tests/datasets/feature/flow_maker.hpp"

namespace tributary::datasets {
namespace {

using ::testing::ElementsAre;
using testing::ipv4;
using ::testing::IsSupersetOf;
using testing::nonzero;
using ::testing::Pair;
using testing::syn_probe;
using testing::tcp_flow;

std::map<std::string, int> encoded(const FlowRecord& flow) {
    std::vector<std::uint8_t> row(kFlowWidth, 7);
    FlowEncoder(flow_schema()).encode(flow, row);
    return nonzero(flow_schema(), row);
}

// q = round(255 x); "log" below stands for log2(1+v)/32*255.
TEST(FlowEncoder, CompleteTcpFlowGivesTheNumbersOfItsDefinition) {
    EXPECT_THAT(encoded(tcp_flow()),
                ElementsAre(Pair("byte_rate", 100),   // 1534 bytes / 0.255 s, log = 100.05
                            Pair("byte_ratio", 170),  // 1023 / 1534 * 255 = 170.06
                            Pair("bytes_bwd", 72),    // 511: 9 / 32 * 255 = 71.72
                            Pair("bytes_fwd", 80),    // 1023: 10 / 32 * 255 = 79.69
                            Pair("bytes_total", 84),  // 1534: log = 84.34
                            Pair("duration", 64),     // 255 whole ms: 8 / 32 * 255 = 63.75
                            Pair("flag_ack", 255), Pair("flag_fin", 255), Pair("flag_psh", 255),
                            Pair("flag_syn", 255), Pair("has_flags", 255),
                            Pair("mean_size_bwd", 87),  // 511 / 1500 * 255 = 86.87
                            Pair("mean_size_fwd", 25),  // 146.14 / 1500 * 255 = 24.84
                            Pair("packet_rate", 40),    // 8 / 0.255 s = 31.37, log = 39.98
                            Pair("packet_ratio", 223),  // 7 / 8 * 255 = 223.13
                            Pair("pkts_bwd", 8),        // 1: 1 / 32 * 255 = 7.97
                            Pair("pkts_fwd", 24),       // 7: 3 / 32 * 255 = 23.91
                            Pair("pkts_total", 25),     // 8: log = 25.26
                            Pair("proto_tcp", 255), Pair("service_tls", 255),
                            Pair("size_ratio", 57)));  // 146.14 / 657.14 * 255 = 56.71
}

TEST(FlowEncoder, UnansweredSynIsOneWayHalfOpenAndWithoutReply) {
    const FlowRecord probe = syn_probe(ipv4(0, 1), ipv4(0, 2), 22, std::chrono::seconds(9));

    EXPECT_THAT(
        encoded(probe),
        ElementsAre(Pair("byte_rate", 126),  // 60 bytes / 1 ms = 60000, log = 126.49
                    Pair("byte_ratio", 255), Pair("bytes_fwd", 47),  // 60: log = 47.26
                    Pair("bytes_total", 47), Pair("flag_syn", 255), Pair("half_open", 255),
                    Pair("has_flags", 255), Pair("mean_size_fwd", 10),  // 60 / 1500 * 255 = 10.2
                    Pair("no_reply", 255), Pair("one_way", 255),
                    Pair("packet_rate", 79),  // 1000 a second, log = 79.43
                    Pair("packet_ratio", 255), Pair("pkts_fwd", 8), Pair("pkts_total", 8),
                    Pair("proto_tcp", 255), Pair("service_remote", 255), Pair("size_ratio", 255)));
}

// The row of the record before serves again only for one that is alike in all that counts.
TEST(FlowEncoder, RowsDoNotDependOnTheRecordBefore) {
    const auto changed = [](auto change) {
        FlowRecord flow = tcp_flow();
        change(flow);
        return flow;
    };
    const std::vector<FlowRecord> flows = {
        changed([](FlowRecord& flow) { flow.dst_port = 22; }),
        changed([](FlowRecord& flow) { flow.protocol = kProtocolUdp; }),
        changed([](FlowRecord& flow) { flow.src.is_v6 = flow.dst.is_v6 = true; }),
        changed([](FlowRecord& flow) { flow.end += Micros(900'000); }),
        changed([](FlowRecord& flow) { flow.forward.packets = 70; }),
        changed([](FlowRecord& flow) { flow.backward.ip_bytes = 70'000; }),
        changed([](FlowRecord& flow) { flow.backward.flags = kFlagRst; }),
        changed([](FlowRecord& flow) { flow.has_flags = false; }),
    };

    for (const FlowRecord& flow : flows) {
        FlowEncoder encoder(flow_schema());
        std::vector<std::uint8_t> row(kFlowWidth);
        encoder.encode(tcp_flow(), row);
        encoder.encode(flow, row);
        EXPECT_EQ(nonzero(flow_schema(), row), encoded(flow)) << flow.dst_port;
        EXPECT_NE(encoded(flow), encoded(tcp_flow()));
    }
}

TEST(FlowEncoder, RatesOfShortFlowsUseTheirWholeMilliseconds) {
    FlowRecord flow = tcp_flow();
    flow.end = flow.start + Micros(2'999);

    const auto row = encoded(flow);

    EXPECT_EQ(row.at("duration"), 13);     // 2 ms: log = 12.63
    EXPECT_EQ(row.at("packet_rate"), 95);  // 8 packets / 2 ms = 4000, log = 95.36
}

TEST(FlowEncoder, ResetInAnswerIsRefused) {
    FlowRecord flow = syn_probe(ipv4(0, 1), ipv4(0, 2), 22, std::chrono::seconds(9));
    flow.backward = {.packets = 1, .ip_bytes = 40, .flags = kFlagRst | kFlagAck};

    EXPECT_THAT(encoded(flow), IsSupersetOf({Pair("refused", 255), Pair("half_open", 255)}));
    flow.backward.flags |= kFlagSyn;
    EXPECT_EQ(encoded(flow).count("refused"), 0u);
}

TEST(FlowEncoder, FlagsCountOnlyWhereTheyAreKnownAndOnlyForTcp) {
    FlowRecord unknown = tcp_flow();
    unknown.has_flags = false;
    FlowRecord udp = tcp_flow();
    udp.protocol = kProtocolUdp;

    for (const FlowRecord& flow : {unknown, udp}) {
        const auto row = encoded(flow);
        EXPECT_EQ(row.count("has_flags"), 0u);
        EXPECT_EQ(row.count("flag_syn"), 0u);
    }
}

TEST(FlowEncoder, ServerPortsFallIntoTheirClasses) {
    const auto classify = service_class;

    EXPECT_EQ(classify(kProtocolUdp, 53), ServiceClass::dns);
    EXPECT_EQ(classify(kProtocolTcp, 80), ServiceClass::http);
    EXPECT_EQ(classify(kProtocolTcp, 443), ServiceClass::tls);
    EXPECT_EQ(classify(kProtocolTcp, 8443), ServiceClass::tls);
    EXPECT_EQ(classify(kProtocolTcp, 853), ServiceClass::tls);
    EXPECT_EQ(classify(kProtocolUdp, 443), ServiceClass::quic);
    EXPECT_EQ(classify(kProtocolTcp, 25), ServiceClass::mail);
    EXPECT_EQ(classify(kProtocolTcp, 5909), ServiceClass::remote);
    EXPECT_EQ(classify(kProtocolTcp, 5910), ServiceClass::other);
    EXPECT_EQ(classify(kProtocolTcp, 445), ServiceClass::file);
    EXPECT_EQ(classify(kProtocolTcp, 5432), ServiceClass::database);
    EXPECT_EQ(classify(kProtocolUdp, 123), ServiceClass::management);
    EXPECT_EQ(classify(kProtocolUdp, 5060), ServiceClass::voice);
    EXPECT_EQ(classify(kProtocolTcp, 49151), ServiceClass::other);
    EXPECT_EQ(classify(kProtocolTcp, 49152), ServiceClass::high);
    EXPECT_EQ(classify(kProtocolIcmp, 53), ServiceClass::other);
}

TEST(FlowEncoder, ProtocolsAndIpVersionAreOneHot) {
    FlowRecord flow = tcp_flow();
    flow.src.is_v6 = flow.dst.is_v6 = true;
    flow.protocol = kProtocolIcmp6;

    EXPECT_THAT(encoded(flow), IsSupersetOf({Pair("proto_icmp6", 255), Pair("ipv6", 255),
                                             Pair("service_other", 255)}));
    flow.protocol = 132;
    EXPECT_THAT(encoded(flow), ::testing::Contains(Pair("proto_other", 255)));
}

TEST(FlowEncoder, AddressesAndSourcePortNeverChangeTheRow) {
    FlowRecord moved = tcp_flow();
    moved.src = ipv4(9, 9);
    moved.dst = ipv4(8, 8);
    moved.src_port = 1;
    moved.vlan = 7;
    moved.start += std::chrono::hours(5);
    moved.end += std::chrono::hours(5);

    EXPECT_EQ(encoded(moved), encoded(tcp_flow()));
}

TEST(FlowEncoder, ExtremeCountersStayWithinTheRow) {
    FlowRecord flow = tcp_flow();
    flow.forward.packets = flow.forward.ip_bytes = UINT64_MAX;
    flow.backward.packets = flow.backward.ip_bytes = UINT64_MAX;
    flow.end = flow.start - std::chrono::seconds(5);

    const auto row = encoded(flow);

    EXPECT_EQ(row.at("bytes_total"), 255);
    EXPECT_EQ(row.count("duration"), 0u);
}

// Three flows of one source; the numbers are those of the third.
TEST(FlowEncoder, ContextFollowsTheFlowNumbers) {
    FlowEncoder encoder(flow_context_schema());
    std::vector<std::uint8_t> row(kFlowContextWidth, 7);
    const auto at = [](int seconds) { return Micros(std::chrono::seconds(seconds)); };
    FlowRecord answered = syn_probe(ipv4(0, 1), ipv4(0, 2), 22, at(10));
    answered.forward.flags = kFlagSyn | kFlagAck;
    answered.backward = {.packets = 1, .ip_bytes = 60, .flags = kFlagSyn | kFlagAck};

    encoder.encode(answered, row);
    encoder.encode(syn_probe(ipv4(0, 1), ipv4(0, 3), 80, at(12)), row);
    encoder.encode(syn_probe(ipv4(0, 1), ipv4(0, 2), 22, at(20)), row);

    auto named = nonzero(flow_context_schema(), row);
    EXPECT_EQ(named["src_flows"], 51);             // 3: 2 / 10 * 255
    EXPECT_EQ(named["src_peers"], 40);             // 2: log2 3 / 10 * 255 = 40.4
    EXPECT_EQ(named["src_ports"], 26);             // 1: 1 / 10 * 255 = 25.5, away from zero
    EXPECT_EQ(named["service_flows"], 40);         // 2
    EXPECT_EQ(named["src_failed_share"], 170);     // 2 of 3
    EXPECT_EQ(named["src_service_share"], 170);    // 2 of 3
    EXPECT_EQ(named["dst_half_open_share"], 128);  // 1 of 2: 127.5, away from zero
    EXPECT_EQ(named["gap_mean"], 106);             // 10000 ms: log2 10001 / 32 * 255 = 105.9
    EXPECT_EQ(named["gap_variation"], 0);          // one gap
    EXPECT_EQ(named["has_gap"], 255);
}

TEST(FlowEncoder, CountsSaturateAt1024) {
    FlowEncoder encoder(flow_context_schema());
    std::vector<std::uint8_t> row(kFlowContextWidth);

    for (std::uint16_t port = 1; port <= 2000; ++port) {
        encoder.encode(syn_probe(ipv4(0, 1), ipv4(0, 2), port, std::chrono::seconds(1)), row);
    }

    EXPECT_EQ(nonzero(flow_context_schema(), row).at("src_ports"), 255);
}

}  // namespace
}  // namespace tributary::datasets
