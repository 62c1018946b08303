#include "datasets/feature/kdd_traffic.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "datasets/feature/flow_encoder.hpp"
#include "tests/datasets/feature/flow_maker.hpp"

namespace tributary::datasets {
namespace {

using namespace testing;

std::string_view state_of(unsigned forward, unsigned backward) {
    FlowRecord flow = tcp_flow();
    flow.forward.flags = static_cast<std::uint8_t>(forward);
    flow.backward.flags = static_cast<std::uint8_t>(backward);
    return kdd_flag_of(flow);
}

// The states as Bro named them, from which the KDD data took them.
TEST(KddTraffic, NamesTheStateOfAConnection) {
    constexpr unsigned kSynAck = kFlagSyn | kFlagAck;

    EXPECT_EQ(state_of(kFlagSyn, 0), "S0");
    EXPECT_EQ(state_of(kFlagSyn, kFlagRst | kFlagAck), "REJ");
    EXPECT_EQ(state_of(kSynAck, kSynAck), "S1");
    EXPECT_EQ(state_of(kSynAck | kFlagFin, kSynAck), "S2");
    EXPECT_EQ(state_of(kSynAck, kSynAck | kFlagFin), "S3");
    EXPECT_EQ(state_of(kSynAck | kFlagFin, kSynAck | kFlagFin), "SF");
    EXPECT_EQ(state_of(kSynAck | kFlagRst, kSynAck), "RSTO");
    EXPECT_EQ(state_of(kSynAck, kSynAck | kFlagRst), "RSTR");
    EXPECT_EQ(state_of(kFlagSyn | kFlagRst, 0), "RSTOS0");
    EXPECT_EQ(state_of(kFlagSyn | kFlagFin, 0), "SH");
    EXPECT_EQ(state_of(kFlagAck, kFlagAck), "OTH");
}

TEST(KddTraffic, NamesServicesByPortProtocolAndIcmpType) {
    FlowRecord flow = tcp_flow();
    const auto service = [&](std::uint8_t protocol, std::uint16_t port) {
        flow.protocol = protocol;
        flow.dst_port = port;
        return kdd_service_of(flow);
    };

    EXPECT_EQ(service(kProtocolTcp, 80), "http");
    EXPECT_EQ(service(kProtocolTcp, 443), "http_443");
    EXPECT_EQ(service(kProtocolTcp, 53), "domain");
    EXPECT_EQ(service(kProtocolUdp, 53), "domain_u");
    EXPECT_EQ(service(kProtocolTcp, 6010), "X11");
    EXPECT_EQ(service(kProtocolTcp, 999), "private");
    EXPECT_EQ(service(kProtocolUdp, 50'000), "other");
    flow.forward.icmp_type = 8;
    EXPECT_EQ(service(kProtocolIcmp, 0), "eco_i");
}

TEST(KddTraffic, EveryServiceNameIsInTheVocabulary) {
    FlowRecord flow = tcp_flow();
    for (const std::uint8_t protocol : {kProtocolTcp, kProtocolUdp}) {
        for (unsigned port = 0; port < 65'536; ++port) {
            flow.protocol = protocol;
            flow.dst_port = static_cast<std::uint16_t>(port);
            ASSERT_GE(kdd_service_index(kdd_service_of(flow)), 0) << port;
        }
    }
}

TEST(KddTraffic, ReckonsPayloadFromIpBytesAndPackets) {
    FlowRecord flow = tcp_flow();  // 7 packets of 1023 bytes, 1 of 511

    const KddValues values = KddTraffic().values_of(flow);

    EXPECT_EQ(values.numbers[1], 1023 - 7 * 40);
    EXPECT_EQ(values.numbers[2], 511 - 40);
    EXPECT_EQ(values.numbers[0], 0) << "whole seconds, as in the KDD data";
}

TEST(KddTraffic, CountsWrongFragments) {
    FlowRecord flow = tcp_flow();
    flow.wrong_fragments = 3;

    EXPECT_EQ(KddTraffic().values_of(flow).numbers[4], 3);
}

/// The windows counted from scratch for every connection.
std::vector<double> reference(const std::vector<FlowRecord>& flows, std::size_t index) {
    const FlowRecord& self = flows[index];
    const auto service = kdd_service_of(self);
    const auto is_serror = [](const FlowRecord& flow) {
        return kdd_flag_of(flow)[0] == 'S' && kdd_flag_of(flow).size() == 2 &&
               kdd_flag_of(flow) != "SF" && kdd_flag_of(flow) != "SH";
    };
    double count[12] = {};
    const auto add = [](double& counter, bool yes) { counter += yes ? 1 : 0; };
    double host = 0, hostsrv = 0, hostport = 0, hostsrvsrc = 0, hserr = 0, hsserr = 0, hrej = 0,
           hsrej = 0;
    for (std::size_t i = 0; i <= index; ++i) {
        const FlowRecord& other = flows[i];
        const bool same_host = other.dst == self.dst;
        const bool same_service = kdd_service_of(other) == service;
        if (self.end - other.end < Micros(2'000'000)) {
            add(count[0], same_host);
            add(count[1], same_service);
            add(count[2], same_host && is_serror(other));
            add(count[3], same_service && is_serror(other));
            add(count[4], same_host && kdd_flag_of(other) == "REJ");
            add(count[5], same_service && kdd_flag_of(other) == "REJ");
            add(count[6], same_host && same_service);
        }
        if (index - i >= 255) continue;
        add(host, same_host);
        add(hostsrv, same_host && same_service);
        add(hostport, same_host && other.src_port == self.src_port);
        add(hostsrvsrc, same_host && same_service && other.src == self.src);
        add(hserr, same_host && is_serror(other));
        add(hsserr, same_host && same_service && is_serror(other));
        add(hrej, same_host && kdd_flag_of(other) == "REJ");
        add(hsrej, same_host && same_service && kdd_flag_of(other) == "REJ");
    }
    return {count[0],
            count[1],
            count[2] / count[0],
            count[3] / count[1],
            count[4] / count[0],
            count[5] / count[1],
            count[6] / count[0],
            1 - count[6] / count[0],
            1 - count[6] / count[1],
            host,
            hostsrv,
            hostsrv / host,
            1 - hostsrv / host,
            hostport / host,
            1 - hostsrvsrc / hostsrv,
            hserr / host,
            hsserr / hostsrv,
            hrej / host,
            hsrej / hostsrv};
}

TEST(KddTraffic, CountsItsWindowsAsIfFromScratch) {
    Random random(3);
    std::vector<FlowRecord> flows;
    Micros now(1'700'000'000'000'000);
    for (int i = 0; i < 900; ++i) {
        now += Micros(static_cast<std::int64_t>(random.below(40'000)));
        const auto host = static_cast<std::uint8_t>(random.below(4));
        const auto source = static_cast<std::uint8_t>(10 + random.below(3));
        FlowRecord flow =
            syn_probe(ipv4(1, source), ipv4(2, host), random.chance(0.5) ? 80 : 25, now);
        flow.src_port = static_cast<std::uint16_t>(50'000 + random.below(3));
        if (random.chance(0.3)) flow.backward = {1, 40, 40, kFlagRst | kFlagAck};
        if (random.chance(0.4)) {
            flow.forward.flags = kFlagSyn | kFlagAck | kFlagFin;
            flow.backward = {3, 400, 440, kFlagSyn | kFlagAck | kFlagFin};
        }
        flows.push_back(flow);
    }
    KddTraffic traffic;
    for (std::size_t i = 0; i < flows.size(); ++i) {
        const KddValues values = traffic.values_of(flows[i]);
        const std::vector<double> expected = reference(flows, i);

        for (std::size_t column = 0; column < expected.size(); ++column) {
            ASSERT_NEAR(values.numbers[19 + column], expected[column], 1e-12)
                << kdd_numbers()[19 + column].name << " of connection " << i;
        }
    }
}

TEST(KddTraffic, GivesRowsThroughTheEncoderOfFlows) {
    FlowEncoder encoder(kdd_schema());
    std::vector<std::uint8_t> row(kKddWidth);

    encoder.encode(tcp_flow(), row);

    const auto named = nonzero(kdd_schema(), row);
    EXPECT_EQ(named.at("protocol_tcp"), 255);
    EXPECT_EQ(named.at("service_http_443"), 255);
    EXPECT_EQ(named.at("flag_S3"), 255);
    EXPECT_EQ(named.at("same_srv_rate"), 255);
    EXPECT_FALSE(named.contains("logged_in"));
}

}  // namespace
}  // namespace tributary::datasets
