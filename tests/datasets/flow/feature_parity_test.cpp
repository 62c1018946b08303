// The same traffic as a capture and as exports gives the same numbers to a classifier, as far as
// exports tell: their times are whole milliseconds, which shows in short durations and in rates.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "datasets/feature/flow_encoder.hpp"
#include "datasets/feature/flow_schema.hpp"
#include "datasets/ingest.hpp"
#include "tests/datasets/packet/reference_data.hpp"

namespace tributary::datasets {
namespace {

using namespace testing;

using Ends = std::tuple<Address, Address, std::uint16_t, std::uint16_t, std::uint8_t>;
using Row = std::vector<std::uint8_t>;
using Rows = std::map<Ends, std::vector<Row>>;

/// Rows of flow/1 by directed flow, of every flow that both kinds of source can tell.
Rows rows_of(const std::filesystem::path& file, bool with_v6, std::size_t& count) {
    Rows rows;
    FlowEncoder encoder(flow_schema());
    const std::vector<std::filesystem::path> files = {file};
    const auto report = ingest(files, {}, [&](const FlowRecord& flow) {
        if (flow.src.is_v6 && !with_v6) return;
        Row row(kFlowWidth);
        encoder.encode(flow, row);
        // Which side of ICMP asked cannot be told alike from exports (docs/flows.md, direction).
        if (flow.protocol != kProtocolTcp && flow.protocol != kProtocolUdp) return;
        rows[{flow.src, flow.dst, flow.src_port, flow.dst_port, flow.protocol}].push_back(row);
        ++count;
    });
    EXPECT_TRUE(report) << file;
    return rows;
}

void expect_equal_numbers(const std::string& exported, bool with_v6) {
    const auto folder = source_root() / "datasets" / "samples";
    const auto capture = folder / "parity" / "clinic-test.pcap.zst";
    const auto exports = folder / exported;
    if (!std::filesystem::exists(capture) || !std::filesystem::exists(exports)) {
        GTEST_SKIP() << "the parity samples are not in datasets/samples";
    }
    std::size_t captured = 0;
    std::size_t recorded = 0;
    const Rows from_packets = rows_of(capture, with_v6, captured);
    const Rows from_exports = rows_of(exports, with_v6, recorded);

    std::vector<std::size_t> equal(kFlowWidth);
    for (const auto& [ends, rows] : from_packets) {
        const auto found = from_exports.find(ends);
        if (found == from_exports.end()) continue;
        for (std::size_t i = 0; i < std::min(rows.size(), found->second.size()); ++i) {
            for (std::size_t column = 0; column < kFlowWidth; ++column) {
                if (rows[i][column] == found->second[i][column]) ++equal[column];
            }
        }
    }

    ASSERT_GT(captured, 0U);
    for (std::size_t column = 0; column < kFlowWidth; ++column) {
        const std::string& name = flow_schema().features()[column].name;
        if (name == "duration" || name.ends_with("_rate")) continue;
        EXPECT_GE(equal[column] * 100, std::max(captured, recorded) * 99) << name;
    }
}

TEST(FeatureParity, NetflowVersion5GivesTheNumbersOfTheCapture) {
    // Version 5 carries no IPv6.
    expect_equal_numbers("clinic-test-v5.pcap.zst", false);
}

TEST(FeatureParity, NetflowVersion9GivesTheNumbersOfTheCapture) {
    expect_equal_numbers("clinic-test-v9.pcap.zst", true);
}

}  // namespace
}  // namespace tributary::datasets
