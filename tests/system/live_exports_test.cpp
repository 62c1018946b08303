// Exports over the loopback: what is sent before the receiver looks is all there, so nothing waits.

#include "datasets/export/live_exports.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/datasets/export/export_builder.hpp"

namespace tributary::datasets {
namespace {

using namespace testing;

/// One exporter: a socket that keeps its port.
class TestExporter {
 public:
    explicit TestExporter(int family = AF_INET) : socket_(::socket(family, SOCK_DGRAM, 0)) {
        is_v6_ = family == AF_INET6;
    }
    TestExporter(const TestExporter&) = delete;
    TestExporter& operator=(const TestExporter&) = delete;
    ~TestExporter() { ::close(socket_); }

    [[nodiscard]] bool send(std::uint16_t port, const Bytes& datagram) const {
        sockaddr_storage to{};
        socklen_t size = 0;
        if (is_v6_) {
            auto* const v6 = reinterpret_cast<sockaddr_in6*>(&to);
            *v6 = {AF_INET6, htons(port), 0, in6addr_loopback, 0};
            size = sizeof *v6;
        } else {
            auto* const v4 = reinterpret_cast<sockaddr_in*>(&to);
            v4->sin_family = AF_INET;
            v4->sin_port = htons(port);
            v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            size = sizeof *v4;
        }
        return ::sendto(socket_, datagram.data(), datagram.size(), 0,
                        reinterpret_cast<const sockaddr*>(&to),
                        size) == static_cast<ssize_t>(datagram.size());
    }

 private:
    int socket_ = -1;
    bool is_v6_ = false;
};

Bytes whole_ipfix(std::uint32_t sequence) {
    return ipfix({1'700'000'000, sequence},
                 ipfix_template_set(256, ipfix_fields()) + flow_set(256, ipfix_record()));
}

/// Everything that was sent so far.
IngestReport take_all(UdpListener& listener, std::vector<FlowRecord>& flows) {
    const LiveHooks at_once{.should_stop = [] { return true; }, .on_quiet = {}};
    const auto report =
        ingest_live(listener, {}, at_once, [&](const FlowRecord& flow) { flows.push_back(flow); });
    EXPECT_TRUE(report);
    return report.value_or(IngestReport{});
}

TEST(LiveExports, TakesExportersOfBothVersionsOfIpAndKeepsThemApart) {
    auto listener = UdpListener::open({"", 0});
    ASSERT_TRUE(listener) << listener.error().message;
    const TestExporter one;
    const TestExporter two;
    const TestExporter three(AF_INET6);
    ASSERT_TRUE(one.send(listener->port(), whole_ipfix(0)));
    ASSERT_TRUE(two.send(listener->port(), v5({}, {V5Flow{}})));
    if (!three.send(listener->port(), whole_ipfix(0))) GTEST_SKIP() << "no IPv6 on this host";
    std::vector<FlowRecord> flows;

    const IngestReport report = take_all(*listener, flows);

    EXPECT_EQ(report.datagrams, 3U);
    EXPECT_EQ(report.records, 3U);
    EXPECT_EQ(report.exporters, 3U);
    EXPECT_EQ(report.damaged, 0U);
    EXPECT_EQ(report.kernel_drops, 0U);
    EXPECT_FALSE(flows.empty());
}

TEST(LiveExports, ShowsEveryLostDatagramAsAGap) {
    auto listener = UdpListener::open({"127.0.0.1", 0});
    ASSERT_TRUE(listener) << listener.error().message;
    const TestExporter exporter;
    for (const std::uint32_t sequence : {0U, 1U, 4U, 5U, 9U}) {
        ASSERT_TRUE(exporter.send(listener->port(), whole_ipfix(sequence)));
    }
    std::vector<FlowRecord> flows;

    const IngestReport report = take_all(*listener, flows);

    EXPECT_EQ(report.sequence_gaps, 2U);
    EXPECT_EQ(report.sequence_lost, 5U);
}

TEST(LiveExports, LetsDatagramsGatherWithoutLosingOne) {
    auto listener = UdpListener::open({"127.0.0.1", 0});
    ASSERT_TRUE(listener) << listener.error().message;
    const TestExporter exporter;
    std::vector<Bytes> sent;
    std::vector<Bytes> taken;
    const auto take = [&taken](const Sender&, ByteView datagram) {
        taken.emplace_back(datagram.begin(), datagram.end());
    };

    for (std::uint32_t round = 0; round < 3; ++round) {
        for (std::uint32_t i = 0; i < 2 * UdpListener::kBatch + 3; ++i) {
            sent.push_back(whole_ipfix(1000 * round + i));
            ASSERT_TRUE(exporter.send(listener->port(), sent.back()));
        }
        while (taken.size() < sent.size()) {
            const auto received = listener->receive(Micros(1'000'000), take);
            ASSERT_TRUE(received);
            ASSERT_GT(*received, 0U);
            ASSERT_LE(*received, UdpListener::kBatch);
        }
    }

    EXPECT_EQ(taken, sent);
    EXPECT_EQ(listener->drops(), 0U);
}

TEST(LiveExports, RefusesAPortThatIsTakenByName) {
    auto listener = UdpListener::open({"127.0.0.1", 0});
    ASSERT_TRUE(listener) << listener.error().message;

    const auto second = UdpListener::open({"127.0.0.1", listener->port()});

    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::conflict);
    EXPECT_THAT(second.error().message, ::testing::HasSubstr(std::to_string(listener->port())));
}

TEST(ListenAddress, IsReadOrRefused) {
    EXPECT_EQ(parse_listen_address("udp:2055")->port, 2055);
    EXPECT_EQ(parse_listen_address("udp:2055")->host, "");
    EXPECT_EQ(parse_listen_address("udp:192.0.2.1:9995")->host, "192.0.2.1");
    EXPECT_EQ(parse_listen_address("udp:[::1]:4739")->host, "::1");

    for (const char* text : {"2055", "tcp:2055", "udp:", "udp:70000", "udp:host:1", "udp::1"}) {
        EXPECT_FALSE(parse_listen_address(text)) << text;
    }
}

}  // namespace
}  // namespace tributary::datasets
