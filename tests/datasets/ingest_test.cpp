#include "datasets/ingest.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "datasets/flow/packet_sequence.hpp"
#include "tests/datasets/export/export_builder.hpp"
#include "tests/datasets/packet/packet_builder.hpp"

namespace tributary::datasets {
namespace {

using namespace testing;
using Paths = std::vector<std::filesystem::path>;

constexpr std::uint64_t kSecond = 1'000'000;

Bytes udp_frame(std::uint16_t src_port, std::uint16_t dst_port, const Bytes& payload = {}) {
    return ethernet(0x0800, ipv4({kProtocolUdp}, udp(src_port, dst_port, payload)));
}

struct Outcome {
    IngestReport report;
    std::vector<FlowRecord> flows;
};

Outcome run(const Paths& files, const IngestOptions& options = {}) {
    Outcome outcome;
    auto report =
        ingest(files, options, [&](const FlowRecord& record) { outcome.flows.push_back(record); });
    EXPECT_TRUE(report) << (report ? "" : report.error().message);
    if (report) outcome.report = *report;
    return outcome;
}

TEST(Ingest, TurnsPacketsIntoDirectedFlowsAndCountsThem) {
    const TemporaryFolder folder;
    PcapBuilder pcap;
    pcap.add(1 * kSecond, ethernet(0x0800, ipv4({6, 2, 1}, tcp(443, 50000, kFlagSyn | kFlagAck))));
    pcap.add(2 * kSecond, ethernet(0x0800, ipv4({6, 1, 2}, tcp(50000, 443, kFlagAck))));
    pcap.add(3 * kSecond, ethernet(0x0806, Bytes(28, 0)));
    pcap.add(4 * kSecond, Bytes(5, 0));

    const Outcome outcome = run({folder.write("a.pcap", pcap.bytes())});

    ASSERT_EQ(outcome.flows.size(), 1U);
    EXPECT_EQ(outcome.flows[0].src_port, 50000);
    EXPECT_EQ(outcome.flows[0].start, Micros(1 * kSecond));
    EXPECT_EQ(outcome.report.files, 1U);
    EXPECT_EQ(outcome.report.packets, 4U);
    EXPECT_EQ(outcome.report.bytes, 54U + 54 + 42 + 5);
    EXPECT_EQ(outcome.report.flows, 1U);
    EXPECT_EQ(outcome.report.unknown_network, 1U);
    EXPECT_EQ(outcome.report.damaged, 1U);
    EXPECT_EQ(outcome.report.ended.at("end_of_input"), 1U);
    EXPECT_TRUE(outcome.report.damages.empty());
}

TEST(Ingest, MergesFilesByPacketTime) {
    const TemporaryFolder folder;
    PcapBuilder even;
    PcapBuilder odd;
    for (std::uint64_t i = 0; i < 10; i += 2) {
        even.add(i * 20 * kSecond, udp_frame(5000, 53));
        odd.add((i + 1) * 20 * kSecond, udp_frame(5000, 53));
    }

    // Apart, each file has gaps of 40 s; together the flow is never silent for 30 s.
    const Outcome outcome =
        run({folder.write("odd.pcap", odd.bytes()), folder.write("even.pcap", even.bytes())});

    ASSERT_EQ(outcome.flows.size(), 1U);
    EXPECT_EQ(outcome.flows[0].forward.packets, 10U);
}

TEST(Ingest, KeepsTheFlowsOfADamagedFileAndSaysWhere) {
    const TemporaryFolder folder;
    PcapBuilder pcap;
    pcap.add(kSecond, udp_frame(5000, 53)).add(2 * kSecond, udp_frame(5000, 53));
    const Bytes cut(pcap.bytes().begin(), pcap.bytes().end() - 3);
    const auto path = folder.write("cut.pcap", cut);

    const Outcome outcome = run({path});

    EXPECT_EQ(outcome.flows.size(), 1U);
    ASSERT_EQ(outcome.report.damages.size(), 1U);
    EXPECT_EQ(outcome.report.damages[0].file, path.string());
    EXPECT_EQ(outcome.report.damages[0].offset, 24U + 16 + 42);
    EXPECT_FALSE(outcome.report.damages[0].cause.empty());
}

TEST(Ingest, GoesOnWithTheFilesThatOpen) {
    const TemporaryFolder folder;
    PcapBuilder pcap;
    pcap.add(kSecond, udp_frame(5000, 53));

    const Outcome outcome =
        run({folder.path() / "absent.pcap", folder.write("good.pcap", pcap.bytes())});

    EXPECT_EQ(outcome.flows.size(), 1U);
    EXPECT_EQ(outcome.report.files, 1U);
    ASSERT_EQ(outcome.report.damages.size(), 1U);
    EXPECT_NE(outcome.report.damages[0].cause.find("absent.pcap"), std::string::npos);
}

TEST(Ingest, FailsWhenNothingOpensOrNothingWasNamed) {
    const auto ignore = [](const FlowRecord&) {};
    const Paths absent = {"/nonexistent/a.pcap"};
    IngestOptions no_room;
    no_room.max_flows = 0;

    const auto missing = ingest(absent, {}, ignore);
    const auto empty = ingest({}, {}, ignore);
    const auto bad = ingest(absent, no_room, ignore);
    const auto too_many = ingest(Paths(257, absent[0]), {}, ignore);

    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Errc::not_found);
    EXPECT_NE(missing.error().message.find("/nonexistent/a.pcap"), std::string::npos);
    ASSERT_FALSE(empty);
    EXPECT_EQ(empty.error().code, Errc::invalid_argument);
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().code, Errc::invalid_argument);
    ASSERT_FALSE(too_many);
    EXPECT_EQ(too_many.error().code, Errc::limit_exceeded);
}

TEST(Ingest, FragmentsJoinTheFlowOfTheirFirst) {
    const TemporaryFolder folder;
    PcapBuilder pcap;
    const Bytes first = ipv4({17, 1, 2, 77, 0x2000}, udp(9, 10, Bytes(16, 0)));
    const Bytes later = ipv4({17, 1, 2, 77, 0x0003}, Bytes(16, 0xff));
    const Bytes orphan = ipv4({17, 1, 2, 78, 0x0003}, Bytes(16, 0xff));
    pcap.add(1, ethernet(0x0800, first)).add(2, ethernet(0x0800, later));
    pcap.add(3, ethernet(0x0800, orphan));

    const Outcome outcome = run({folder.write("a.pcap", pcap.bytes())});

    ASSERT_EQ(outcome.flows.size(), 2U);
    EXPECT_EQ(outcome.flows[0].forward.packets, 2U);
    EXPECT_EQ(outcome.flows[1].src_port, 0);
    EXPECT_EQ(outcome.report.fragments, 2U);
    EXPECT_EQ(outcome.report.orphan_fragments, 1U);
}

TEST(Ingest, CountsTheWrongFragmentsOfAFlow) {
    const TemporaryFolder folder;
    PcapBuilder pcap;
    // As teardrop sends them: the second lies inside the first.
    const Bytes first = ipv4({17, 1, 2, 77, 0x2000}, udp(9, 10, Bytes(32, 0)));
    const Bytes inside = ipv4({17, 1, 2, 77, 0x0003}, Bytes(4, 0xff));
    pcap.add(1, ethernet(0x0800, first)).add(2, ethernet(0x0800, inside));

    const Outcome outcome = run({folder.write("a.pcap", pcap.bytes())});

    ASSERT_EQ(outcome.flows.size(), 1U);
    EXPECT_EQ(outcome.flows[0].wrong_fragments, 1);
}

// libpcap lends the bytes of one packet only: whoever looks into them must do so at once.
TEST(Ingest, ReadsTheWindowsOfTheRightPacketsWithEitherReader) {
    const TemporaryFolder folder;
    PcapBuilder pcap;
    for (std::uint16_t port = 1; port <= 5; ++port) {
        Bytes segment = tcp(port, 80, kFlagAck);
        segment[15] = static_cast<std::uint8_t>(port);
        pcap.add(port * kSecond, ethernet(0x0800, ipv4({kProtocolTcp, 1, 2}, segment)));
    }
    const Paths files = {folder.write("a.pcap", pcap.bytes())};
    for (const Reader reader : {Reader::mapped, Reader::libpcap}) {
        IngestOptions options;
        options.keep_sequences = true;
        options.reader = reader;
        std::size_t right = 0;
        ASSERT_TRUE(ingest(files, options, [&](const FlowRecord& flow) {
            const auto& sides = flow.sequence->sides;
            const std::uint16_t window = sides[0].has_window ? sides[0].window : sides[1].window;
            right += (window & 0xff) == flow.src_port ? 1 : 0;
        }));
        EXPECT_EQ(right, 5U);
    }
}

TEST(Ingest, OpensTunnelsOnlyWhenAsked) {
    const TemporaryFolder folder;
    PcapBuilder pcap;
    pcap.add(1, ethernet(0x0800, ipv4({4, 1, 2}, ipv4({17, 3, 4}, udp(5, 6)))));
    const Paths files = {folder.write("a.pcap", pcap.bytes())};
    IngestOptions open;
    open.open_tunnels = true;

    const Outcome closed = run(files);
    const Outcome opened = run(files, open);

    ASSERT_EQ(closed.flows.size(), 1U);
    EXPECT_EQ(closed.flows[0].protocol, 4);
    ASSERT_EQ(opened.flows.size(), 1U);
    EXPECT_EQ(opened.flows[0].src_port, 5);
}

TEST(Ingest, CountsFlowsThatGoOnBehindTheLongestDuration) {
    const TemporaryFolder folder;
    PcapBuilder pcap;
    for (std::uint64_t i = 0; i < 50; ++i) pcap.add(i * 20 * kSecond, udp_frame(5000, 53));

    const Outcome outcome = run({folder.write("a.pcap", pcap.bytes())});

    EXPECT_EQ(outcome.flows.size(), 4U);
    EXPECT_EQ(outcome.report.ended.at("active"), 3U);
    EXPECT_EQ(outcome.report.continued, 3U);
}

TEST(Ingest, GivesTheSameWithEitherReader) {
    const TemporaryFolder folder;
    PcapBuilder pcap;
    for (std::uint64_t i = 0; i < 300; ++i) {
        pcap.add(i * kSecond, udp_frame(static_cast<std::uint16_t>(i % 7), 53, Bytes(i, 1)));
    }
    const Paths files = {folder.write("a.pcap", pcap.bytes())};
    IngestOptions by_libpcap;
    by_libpcap.reader = Reader::libpcap;

    const Outcome mapped = run(files);
    const Outcome copied = run(files, by_libpcap);

    ASSERT_EQ(mapped.flows.size(), copied.flows.size());
    EXPECT_EQ(mapped.report.packets, 300U);
    for (std::size_t i = 0; i < mapped.flows.size(); ++i) {
        EXPECT_EQ(mapped.flows[i].start, copied.flows[i].start);
        EXPECT_EQ(mapped.flows[i].forward.ip_bytes, copied.flows[i].forward.ip_bytes);
    }
}

TEST(Ingest, CountsZeroLengthPacketsAndAbsurdTimesAndGoesOn) {
    const TemporaryFolder folder;
    PcapBuilder pcap;
    pcap.add(kSecond, udp_frame(5000, 53)).add(2 * kSecond, Bytes{});
    pcap.add(4'000'000'000 * kSecond, udp_frame(5000, 53));
    pcap.add(3 * kSecond, udp_frame(5000, 53));

    const Outcome outcome = run({folder.write("a.pcap", pcap.bytes())});

    EXPECT_EQ(outcome.report.packets, 4U);
    EXPECT_EQ(outcome.report.damaged, 1U);
    std::uint64_t metered = 0;
    for (const FlowRecord& flow : outcome.flows) {
        metered += flow.forward.packets + flow.backward.packets;
    }
    EXPECT_EQ(metered, 3U);
    EXPECT_TRUE(outcome.report.damages.empty());
}

PcapBuilder capture_of_exports() {
    PcapBuilder pcap;
    V5Flow there;
    V5Flow back;
    std::swap(back.src, back.dst);
    std::swap(back.src_port, back.dst_port);
    back.packets = 5;
    pcap.add(kSecond, udp_frame(40000, 2055, v5({}, {there})));
    pcap.add(2 * kSecond,
             udp_frame(40000, 2055, v5({5000, 1'700'000'000, 250'000'000, 1, 0}, {back})));
    return pcap;
}

TEST(Ingest, RecognizesExportsAndPairsThem) {
    const TemporaryFolder folder;

    const Outcome outcome = run({folder.write("a.pcap", capture_of_exports().bytes())});

    ASSERT_EQ(outcome.flows.size(), 1U);
    EXPECT_EQ(outcome.flows[0].dst_port, 80);
    EXPECT_EQ(outcome.flows[0].forward.packets, 3U);
    EXPECT_EQ(outcome.flows[0].backward.packets, 5U);
    EXPECT_EQ(outcome.report.datagrams, 2U);
    EXPECT_EQ(outcome.report.records, 2U);
    EXPECT_EQ(outcome.report.exporters, 1U);
    EXPECT_EQ(outcome.report.unpaired, 0U);
}

TEST(Ingest, MetersExportsAsTrafficWhenAskedOrWhenOtherPacketsAreThere) {
    const TemporaryFolder folder;
    PcapBuilder mixed = capture_of_exports();
    mixed.add(3 * kSecond, udp_frame(40000, 53));
    IngestOptions packets;
    packets.kind = InputKind::packets;

    const Outcome asked = run({folder.write("a.pcap", capture_of_exports().bytes())}, packets);
    const Outcome other = run({folder.write("b.pcap", mixed.bytes())});

    ASSERT_EQ(asked.flows.size(), 1U);
    EXPECT_EQ(asked.flows[0].dst_port, 2055);
    EXPECT_EQ(asked.report.records, 0U);
    EXPECT_EQ(other.flows.size(), 2U);
    EXPECT_EQ(other.report.packets, 3U);
}

TEST(Ingest, CountsOneWayExportsAsUnpaired) {
    const TemporaryFolder folder;
    PcapBuilder pcap;
    pcap.add(kSecond, udp_frame(40000, 2055, v5({}, {V5Flow{}})));

    const Outcome outcome = run({folder.write("a.pcap", pcap.bytes())});

    EXPECT_EQ(outcome.report.unpaired, 1U);
}

TEST(Ingest, GivesFlowsInTheOrderTheyEndedAlthoughTheyExpireDifferently) {
    const TemporaryFolder folder;
    PcapBuilder pcap;
    for (std::uint64_t i = 0; i < 300; ++i) {
        const auto port = static_cast<std::uint16_t>(10'000 + i);
        pcap.add(i * kSecond, ethernet(0x0800, ipv4({6}, tcp(port, 80, kFlagAck))));
        pcap.add(i * kSecond + 1, ethernet(0x0800, ipv4({6}, tcp(port, 81, kFlagRst))));
        pcap.add(i * kSecond + 2, udp_frame(port, 53));
    }

    const Outcome outcome = run({folder.write("a.pcap", pcap.bytes())});

    EXPECT_EQ(outcome.flows.size(), 900U);
    EXPECT_TRUE(std::is_sorted(outcome.flows.begin(), outcome.flows.end(),
                               [](const auto& a, const auto& b) { return a.end < b.end; }));
    EXPECT_EQ(outcome.report.out_of_order, 0U);
}

TEST(Ingest, AScanCannotOutgrowItsBoundsAndLosesNothingUncounted) {
    const TemporaryFolder folder;
    PcapBuilder pcap;
    for (std::uint32_t i = 0; i < 20'000; ++i) {
        pcap.add(i * 100, ethernet(0x0800, ipv4({6, 1, 0x0a000100 + i}, tcp(1, 80, kFlagSyn))));
    }
    IngestOptions options;
    options.max_flows = 256;
    options.max_waiting = 128;

    const Outcome outcome = run({folder.write("scan.pcap", pcap.bytes())}, options);

    EXPECT_EQ(outcome.flows.size(), 20'000U);
    EXPECT_EQ(outcome.report.evictions, 20'000U - 256);
    EXPECT_EQ(outcome.report.ended.at("evicted"), outcome.report.evictions);
    EXPECT_GT(outcome.report.waiting_full, 0U);
}

}  // namespace
}  // namespace tributary::datasets
