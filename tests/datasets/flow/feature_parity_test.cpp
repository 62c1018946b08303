// The same traffic as a capture and as exports gives the same numbers to a classifier, as far as
// exports tell. What they do not tell is whole milliseconds; that this is the only reason for the
// numbers that differ is shown by doing to the capture's own records what an exporter does.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "base/random.hpp"
#include "datasets/feature/flow_encoder.hpp"
#include "datasets/feature/flow_schema.hpp"
#include "datasets/ingest.hpp"
#include "tests/datasets/packet/reference_data.hpp"

namespace tributary::datasets {
namespace {

using namespace testing;

constexpr std::size_t kFirstTime = 24;  // duration, packet rate, byte rate
constexpr std::size_t kTimes = 3;

using Ends = std::tuple<Address, Address, std::uint16_t, std::uint16_t, std::uint8_t>;
using Row = std::vector<std::uint8_t>;
using Rows = std::map<Ends, std::vector<Row>>;
using Flows = std::vector<FlowRecord>;

Ends ends_of(const FlowRecord& flow) {
    return {flow.src, flow.dst, flow.src_port, flow.dst_port, flow.protocol};
}

/// Every flow that both kinds of source can tell, in the order in which they ended.
Flows flows_of(const std::filesystem::path& file, bool with_v6) {
    Flows flows;
    const std::vector<std::filesystem::path> files = {file};
    const auto report = ingest(files, {}, [&](const FlowRecord& flow) {
        if (with_v6 || !flow.src.is_v6) flows.push_back(flow);
    });
    EXPECT_TRUE(report) << file;
    return flows;
}

Rows rows_of(const Flows& flows) {
    Rows rows;
    FlowEncoder encoder(flow_context_schema());
    for (const FlowRecord& flow : flows) {
        Row row(kFlowContextWidth);
        encoder.encode(flow, row);
        rows[ends_of(flow)].push_back(row);
    }
    return rows;
}

std::int64_t millisecond_of(Micros time) {
    return time.count() / 1000;
}

Flows cut_to_milliseconds(Flows flows) {
    for (FlowRecord& flow : flows) {
        flow.start = Micros(millisecond_of(flow.start) * 1000);
        flow.end = Micros(millisecond_of(flow.end) * 1000);
    }
    return flows;
}

Flows without_order_inside_milliseconds(Flows flows, std::uint64_t seed) {
    Random random(seed);
    shuffle(flows, random);
    std::stable_sort(flows.begin(), flows.end(), [](const FlowRecord& a, const FlowRecord& b) {
        return millisecond_of(a.end) < millisecond_of(b.end);
    });
    return flows;
}

/// For each column the share of flows, in percent, in which both agree to 8 bits.
std::vector<double> agreement(const Flows& one, const Flows& other) {
    const Rows rows = rows_of(one);
    const Rows others = rows_of(other);
    std::vector<std::size_t> equal(kFlowContextWidth);
    for (const auto& [ends, mine] : rows) {
        const auto found = others.find(ends);
        if (found == others.end()) continue;
        for (std::size_t i = 0; i < std::min(mine.size(), found->second.size()); ++i) {
            for (std::size_t column = 0; column < kFlowContextWidth; ++column) {
                if (mine[i][column] == found->second[i][column]) ++equal[column];
            }
        }
    }
    std::vector<double> shares;
    for (const std::size_t count : equal) {
        shares.push_back(100.0 * static_cast<double>(count) /
                         static_cast<double>(std::max(one.size(), other.size())));
    }
    return shares;
}

bool is_time(std::size_t column) {
    return column >= kFirstTime && column < kFirstTime + kTimes;
}

const std::string& name_of(std::size_t column) {
    return flow_context_schema().features()[column].name;
}

class FeatureParity : public ::testing::Test {
 protected:
    /// @param exported  beside the samples
    void compare(const std::string& exported, bool with_v6) {
        const auto folder = source_root() / "datasets" / "samples";
        const auto capture = folder / "parity" / "clinic-test.pcap.zst";
        if (!std::filesystem::exists(capture) || !std::filesystem::exists(folder / exported)) {
            GTEST_SKIP() << "the parity samples are not in datasets/samples";
        }
        captured_ = flows_of(capture, with_v6);
        exported_ = flows_of(folder / exported, with_v6);
        ASSERT_GT(captured_.size(), 1000U);
        agreement_ = agreement(captured_, exported_);
    }
    void expect_equal_numbers() const {
        for (std::size_t column = 0; column < kFlowWidth; ++column) {
            if (is_time(column)) continue;
            EXPECT_GE(agreement_[column], 99) << name_of(column);
        }
    }

    Flows captured_;
    Flows exported_;
    std::vector<double> agreement_;
};

TEST_F(FeatureParity, NetflowVersion5GivesTheNumbersOfTheCapture) {
    // Version 5 carries no IPv6.
    ASSERT_NO_FATAL_FAILURE(compare("clinic-test-v5.pcap.zst", false));
    if (!IsSkipped()) expect_equal_numbers();
}

TEST_F(FeatureParity, NetflowVersion9GivesTheNumbersOfTheCapture) {
    ASSERT_NO_FATAL_FAILURE(compare("clinic-test-v9.pcap.zst", true));
    if (!IsSkipped()) expect_equal_numbers();
}

// Where the exporter tells microseconds, nothing is left that it does not tell.
TEST_F(FeatureParity, IpfixWithMicrosecondsGivesEveryNumberOfTheCapture) {
    ASSERT_NO_FATAL_FAILURE(compare("clinic-test-ipfix.pcap.zst", true));
    if (IsSkipped()) return;

    for (std::size_t column = 0; column < kFlowContextWidth; ++column) {
        EXPECT_GE(agreement_[column], 99) << name_of(column);
    }
}

TEST_F(FeatureParity, WholeMillisecondsAloneExplainDurations) {
    ASSERT_NO_FATAL_FAILURE(compare("clinic-test-v5.pcap.zst", false));
    if (IsSkipped()) return;

    const std::vector<double> cut = agreement(captured_, cut_to_milliseconds(captured_));

    for (std::size_t column = kFirstTime; column < kFirstTime + kTimes; ++column) {
        EXPECT_NEAR(agreement_[column], cut[column], 1.5) << name_of(column);
    }
}

TEST_F(FeatureParity, OrderInsideAMillisecondAloneExplainsCounts) {
    ASSERT_NO_FATAL_FAILURE(compare("clinic-test-v5.pcap.zst", false));
    if (IsSkipped()) return;

    // The exporter's order is one of many; the lowest of some drawn ones is what order alone costs.
    std::vector<double> lowest(kFlowContextWidth, 99.0);
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        const std::vector<double> shuffled =
            agreement(captured_, without_order_inside_milliseconds(captured_, seed));
        std::ranges::transform(lowest, shuffled, lowest.begin(),
                               [](double a, double b) { return std::min(a, b); });
    }

    for (std::size_t column = kFlowWidth; column < kFlowContextWidth; ++column) {
        EXPECT_GE(agreement_[column], lowest[column]) << name_of(column);
        EXPECT_GE(agreement_[column], 95) << name_of(column);
    }
}

}  // namespace
}  // namespace tributary::datasets
