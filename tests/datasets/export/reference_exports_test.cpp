// The datagrams of real exporters, against the output that other collectors published for them.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>

#include "datasets/export/decoder.hpp"
#include "datasets/ingest.hpp"
#include "tests/datasets/packet/reference_data.hpp"

namespace tributary::datasets {
namespace {

using Json = nlohmann::json;
using namespace testing;
namespace fs = std::filesystem;

Bytes read_bytes(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(in), {});
}

Json read_json(const fs::path& path) {
    return Json::parse(read_bytes(path));
}

struct DecodedCase {
    ExportDecoder::Counts counts;
    std::vector<FlowRecord> records;
};

DecodedCase decode_case(const fs::path& folder, const Json& datagrams) {
    DecodedCase decoded;
    ExportDecoder decoder([&](std::span<FlowRecord> some) {
        decoded.records.insert(decoded.records.end(), some.begin(), some.end());
    });
    for (const auto& name : datagrams) {
        decoder.decode({Address{{192, 0, 2, 1}, false}, 2055},
                       read_bytes(folder / name.get<std::string>()), Micros(0));
    }
    decoded.counts = decoder.counts();
    return decoded;
}

/// Cases of raw datagrams; the others hold captures.
bool has_datagrams(const Json& entry) {
    return !entry.at("versions").empty();
}

bool is_v5_or_v9(const Json& entry) {
    const Json& versions = entry.at("versions");
    return has_datagrams(entry) &&
           std::all_of(versions.begin(), versions.end(),
                       [](const Json& version) { return version == 5 || version == 9; });
}

/// "2015-10-08T19:03:47.141Z" as milliseconds.
std::int64_t parse_ms(const std::string& text) {
    std::tm parts{};
    std::istringstream(text) >> std::get_time(&parts, "%Y-%m-%dT%H:%M:%S");
    const auto dot = text.find('.');
    return std::int64_t{timegm(&parts)} * 1000 + std::stoi(text.substr(dot + 1, 3));
}

/// Two collectors may count a wrapped uptime differently, by its whole period.
void expect_same_time(Micros got, const Json& event, const char* name) {
    if (!event.contains(name)) return;
    constexpr std::int64_t kPeriod = std::int64_t{1} << 32;
    const std::int64_t distance = got.count() / 1000 - parse_ms(event.at(name));
    EXPECT_LE(std::abs(std::remainder(static_cast<double>(distance), static_cast<double>(kPeriod))),
              1000)
        << name;
}

void expect_same_record(const FlowRecord& record, const Json& event) {
    const auto equal = [&](const char* name, auto value) {
        if (event.contains(name)) {
            EXPECT_EQ(event.at(name), Json(value)) << name;
        }
    };
    equal("ipv4_src_addr", to_string(record.src));
    equal("ipv4_dst_addr", to_string(record.dst));
    equal("in_pkts", record.forward.packets / record.sampling);
    equal("in_bytes", record.forward.ip_bytes / record.sampling);
    equal("protocol", record.protocol);
    equal("tcp_flags", record.forward.flags);
    equal("l4_src_port", record.src_port);
    equal("l4_dst_port", record.dst_port);
    equal("src_vlan", record.vlan);
    expect_same_time(record.start, event, "first_switched");
    expect_same_time(record.end, event, "last_switched");
}

class ReferenceExports : public ::testing::Test {
 protected:
    void SetUp() override {
        if (!archive_.is_there()) {
            GTEST_SKIP() << "netflow/export-datagrams.tar.zst is not in the reference data";
        }
    }
    UnpackedArchive archive_{"netflow/export-datagrams.tar.zst"};
};

TEST_F(ReferenceExports, RecordCountsEqualTheStatedTotals) {
    int compared = 0;
    for (const Json& entry : read_json(archive_.path() / "index.json")) {
        const fs::path folder = archive_.path() / entry.at("id").get<std::string>();
        if (!has_datagrams(entry) || !fs::exists(folder / "expected.json")) continue;
        const Json total = read_json(folder / "expected.json").value("records_total", Json());
        if (!total.is_number()) continue;
        SCOPED_TRACE(entry.at("id").get<std::string>());

        const DecodedCase decoded = decode_case(folder, entry.at("datagrams"));

        // Its first data set comes before its template: the publisher drops it, here it waits.
        const bool one_waits = entry.at("id") == "lc-ipfix-netscaler-with-variable-length-fields-2";
        EXPECT_EQ(decoded.counts.records + decoded.counts.option_records,
                  total.get<std::uint64_t>() * (one_waits ? 2 : 1));
        EXPECT_EQ(decoded.counts.damaged, 0U);
        ++compared;
    }
    EXPECT_GE(compared, 29);
}

TEST_F(ReferenceExports, FieldsEqualThePublishedRecords) {
    int compared = 0;
    for (const Json& entry : read_json(archive_.path() / "index.json")) {
        const fs::path folder = archive_.path() / entry.at("id").get<std::string>();
        if (!is_v5_or_v9(entry) || !fs::exists(folder / "expected.json")) continue;
        const DecodedCase decoded = decode_case(folder, entry.at("datagrams"));
        const bool plain = decoded.counts.option_records == 0 && decoded.counts.unusable == 0;
        if (!plain) continue;  // positions in the list would not be the same
        for (const Json& record :
             read_json(folder / "expected.json").value("records", Json::array())) {
            SCOPED_TRACE(entry.at("id").get<std::string>());
            const auto index = record.at("record_index").get<std::int64_t>();
            const std::size_t at =
                index < 0 ? decoded.records.size() - 1 : static_cast<std::size_t>(index);
            ASSERT_LT(at, decoded.records.size());
            expect_same_record(decoded.records[at], record.at("event").at("netflow"));
            ++compared;
        }
    }
    EXPECT_GE(compared, 12);
}

TEST_F(ReferenceExports, InvalidDatagramsGiveNoRecord) {
    for (const char* name : {"lc-netflow-5-invalid-01", "lc-netflow-5-invalid-02"}) {
        const std::vector<fs::path> files = {archive_.path() / name / "input.pcap"};
        IngestOptions options;
        options.kind = InputKind::exports;

        const auto report = ingest(files, options, [](const FlowRecord&) {});

        ASSERT_TRUE(report);
        EXPECT_EQ(report->records, 0U) << name;
        EXPECT_EQ(report->damaged, 1U) << name;
    }
}

/// One line of JSON per flow record is what that collector printed.
TEST_F(ReferenceExports, CapturesOfARouterGiveAsManyRecordsAsAnotherCollector) {
    for (const char* name :
         {"pm-101-nfv9-cisco-cust-primitives", "pm-102-nfv9-cisco-f2rd-pretag-sampling-reload"}) {
        const fs::path folder = archive_.path() / name;
        const Bytes lines = read_bytes(folder / "output-flow-00.json");
        const auto expected = std::count(lines.begin(), lines.end(), '\n');
        const std::vector<fs::path> files = {folder / "00_traffic-00.pcap"};
        std::uint64_t packets = 0;

        const auto report = ingest(files, {}, [&](const FlowRecord& record) {
            packets += record.forward.packets + record.backward.packets;
        });

        ASSERT_TRUE(report);
        EXPECT_EQ(report->records, static_cast<std::uint64_t>(expected)) << name;
        EXPECT_EQ(report->damaged, 0U);
        EXPECT_GT(packets, 0U);
    }
}

TEST_F(ReferenceExports, EveryPrefixAndEveryOneByteChangeOfEveryDatagramIsSurvived) {
    for (const Json& entry : read_json(archive_.path() / "index.json")) {
        const fs::path folder = archive_.path() / entry.at("id").get<std::string>();
        if (!has_datagrams(entry)) continue;
        ExportDecoder decoder([](std::span<FlowRecord>) {}, [](const ExportRecord&) {});
        for (const auto& name : entry.at("datagrams")) {
            const Bytes datagram = read_bytes(folder / name.get<std::string>());
            for (std::size_t at = 0; at < datagram.size(); ++at) {
                decoder.decode({}, ByteView(datagram).first(at), Micros(0));
                Bytes changed = datagram;
                for (const int value : {0x00, 0x01, 0x7f, 0xff}) {
                    changed[at] = static_cast<std::uint8_t>(value);
                    decoder.decode({}, changed, Micros(0));
                }
            }
        }
        EXPECT_GT(decoder.counts().damaged, 0U);
    }
}

}  // namespace
}  // namespace tributary::datasets
