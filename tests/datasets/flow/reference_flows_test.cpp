// Whole captures against what other meters published for them.

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <iomanip>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <tuple>

#include "datasets/ingest.hpp"
#include "tests/datasets/packet/reference_data.hpp"

namespace tributary::datasets {
namespace {

using namespace testing;
namespace fs = std::filesystem;
using Columns = std::vector<std::string>;

std::vector<Columns> read_csv(const fs::path& path) {
    std::vector<Columns> rows;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
        Columns columns;
        std::istringstream cells(line);
        for (std::string cell; std::getline(cells, cell, ',');) columns.push_back(cell);
        rows.push_back(std::move(columns));
    }
    return rows;
}

/// "2016-10-28T17:07:52.625696" as microseconds.
std::int64_t parse_micros(const std::string& text) {
    std::tm parts{};
    std::istringstream(text) >> std::get_time(&parts, "%Y-%m-%dT%H:%M:%S");
    return std::int64_t{timegm(&parts)} * 1'000'000 + std::stoi(text.substr(text.find('.') + 1, 6));
}

std::string plain_address(const std::string& text) {
    Address address;
    address.is_v6 = text.find(':') != std::string::npos;
    const int family = address.is_v6 ? AF_INET6 : AF_INET;
    return inet_pton(family, text.c_str(), address.bytes.data()) == 1 ? to_string(address) : text;
}

std::vector<FlowRecord> flows_of(const fs::path& file, const IngestOptions& options) {
    std::vector<FlowRecord> flows;
    const std::vector<fs::path> files = {file};
    const auto report =
        ingest(files, options, [&](const FlowRecord& record) { flows.push_back(record); });
    EXPECT_TRUE(report) << file;
    return flows;
}

/// One end of a flow with what it sent.
struct Told {
    std::string address;
    int port = 0;
    std::vector<std::uint64_t> sent;
    auto operator<=>(const Told&) const = default;
};

TEST(ProbeReference, FlowsEqualThoseOfAnotherProbe) {
    const UnpackedArchive archive("pcap/ipfixprobe-flows.tar.zst");
    if (!archive.is_there()) {
        GTEST_SKIP() << "pcap/ipfixprobe-flows.tar.zst is not in the reference data";
    }
    using Flow = std::tuple<Told, Told, int, std::int64_t, std::int64_t>;
    std::multiset<Flow> expected;
    for (const Columns& row : read_csv(archive.path() / "outputs" / "basic")) {
        if (row.size() < 17 || row[0].find(' ') != std::string::npos) continue;  // names
        const int protocol = std::stoi(row[14]);
        const bool ports = protocol == 6 || protocol == 17;
        Told source{plain_address(row[1]),
                    ports ? std::stoi(row[12]) : 0,
                    {std::stoull(row[9]), std::stoull(row[2]), std::stoull(row[15])}};
        Told target{plain_address(row[0]),
                    ports ? std::stoi(row[11]) : 0,
                    {std::stoull(row[10]), std::stoull(row[3]), std::stoull(row[16])}};
        expected.insert({std::min(source, target), std::max(source, target), protocol,
                         parse_micros(row[5]), parse_micros(row[6])});
    }
    IngestOptions options;
    options.timeouts.tcp = options.timeouts.udp = options.timeouts.icmp = Micros(30'000'000);

    std::multiset<Flow> measured;
    for (const FlowRecord& flow : flows_of(archive.path() / "inputs" / "mixed.pcap", options)) {
        const auto tell = [](const Address& address, std::uint16_t port, const FlowSide& side) {
            return Told{to_string(address), port, {side.packets, side.ip_bytes, side.flags}};
        };
        const Told source = tell(flow.src, flow.src_port, flow.forward);
        const Told target = tell(flow.dst, flow.dst_port, flow.backward);
        measured.insert({std::min(source, target), std::max(source, target), flow.protocol,
                         flow.start.count(), flow.end.count()});
    }

    EXPECT_EQ(expected.size(), 48U);
    EXPECT_EQ(measured, expected);
}

/// Packets and frame bytes per sender, of an unordered pair of endpoints and a protocol.
using Sums =
    std::map<std::tuple<std::string, int, std::string, int, int>, std::array<std::uint64_t, 4>>;

void add(Sums& sums, const Told& a, const Told& b, int protocol) {
    const auto ends = [](const Told& told) { return std::tie(told.address, told.port); };
    const bool in_order = ends(a) <= ends(b);
    const Told& low = in_order ? a : b;
    const Told& high = in_order ? b : a;
    auto& sum = sums[{low.address, low.port, high.address, high.port, protocol}];
    for (std::size_t i = 0; i < 2; ++i) {
        sum[i] += low.sent[i];
        sum[2 + i] += high.sent[i];
    }
}

int protocol_number(const std::string& name) {
    static const std::map<std::string, int> kNames = {
        {"TCP", 6},    {"UDP", 17}, {"ICMP", 1},  {"ICMPV6", 58}, {"IGMP", 2}, {"VRRP", 112},
        {"SCTP", 132}, {"ESP", 50}, {"PGM", 113}, {"OSPF", 89},   {"AH", 51}};
    const auto found = kNames.find(name);
    return found != kNames.end() ? found->second : std::stoi(name);
}

TEST(NdpiReference, SumsPerFlowEqualInNineOfTenCaptures) {
    const UnpackedArchive archive("pcap/ndpi-protocols.tar.zst");
    if (!archive.is_there()) {
        GTEST_SKIP() << "pcap/ndpi-protocols.tar.zst is not in the reference data";
    }
    std::map<std::string, Sums> expected;
    for (const Columns& row : read_csv(archive.path() / "flows.csv")) {
        if (row.size() < 15 || row[0] == "pcap") continue;
        const Told a{plain_address(row[3]),
                     std::stoi("0" + row[4]),
                     {std::stoull(row[11]), std::stoull(row[12])}};
        const Told b{plain_address(row[5]),
                     std::stoi("0" + row[6]),
                     {std::stoull(row[13]), std::stoull(row[14])}};
        add(expected[row[0]], a, b, protocol_number(row[2]));
    }
    IngestOptions options;
    options.kind = InputKind::packets;

    std::size_t equal = 0;
    for (const auto& [name, sums] : expected) {
        Sums measured;
        for (const FlowRecord& flow : flows_of(archive.path() / "pcap" / name, options)) {
            add(measured,
                {to_string(flow.src),
                 flow.src_port,
                 {flow.forward.packets, flow.forward.frame_bytes}},
                {to_string(flow.dst),
                 flow.dst_port,
                 {flow.backward.packets, flow.backward.frame_bytes}},
                flow.protocol);
        }
        if (measured == sums) ++equal;
    }

    RecordProperty("captures", static_cast<int>(expected.size()));
    RecordProperty("equal", static_cast<int>(equal));
    std::cout << equal << " of " << expected.size() << " captures equal\n";
    EXPECT_GE(equal * 100, expected.size() * 90);
}

/// What libpcap 1.10.3 read: group, file, link type, packets, captured and wire bytes, how it
/// ended.
void expect_as_readable(const fs::path& file, const Columns& row) {
    SCOPED_TRACE(file.filename());
    IngestOptions options;
    options.kind = InputKind::packets;
    const std::vector<fs::path> files = {file};
    const std::string& end = row[row.size() - 1];

    const auto report = ingest(files, options, [](const FlowRecord&) {});

    ASSERT_EQ(report.has_value(), end != "open_error");
    if (!report) return;
    EXPECT_EQ(report->packets, std::stoull(row[row.size() - 4]));
    EXPECT_EQ(report->bytes, std::stoull(row[row.size() - 2]));
    EXPECT_EQ(report->damages.empty(), end == "eof");
}

TEST(MalformedReference, ReadsAsManyPacketsAsLibpcapAndSurvivesThem) {
    const UnpackedArchive archive("pcap/malformed.tar.zst");
    if (!archive.is_there()) GTEST_SKIP() << "pcap/malformed.tar.zst is not in the reference data";
    std::size_t compared = 0;

    for (const Columns& row : read_csv(archive.path() / "readable_packets.csv")) {
        if (row[0] == "group") continue;
        expect_as_readable(archive.path() / row[0] / row[1], row);
        ++compared;
    }

    EXPECT_EQ(compared, 590U);
}

TEST(MixedReference, ReadsEveryKindOfFile) {
    const UnpackedArchive archive("pcap/mixed-captures.tar.zst");
    if (!archive.is_there()) {
        GTEST_SKIP() << "pcap/mixed-captures.tar.zst is not in the reference data";
    }
    std::size_t compared = 0;

    for (const Columns& row : read_csv(archive.path() / "readable_packets.csv")) {
        if (row[0] == "file") continue;
        expect_as_readable(archive.path() / row[0], row);
        ++compared;
    }

    EXPECT_EQ(compared, 19U);
}

}  // namespace
}  // namespace tributary::datasets
