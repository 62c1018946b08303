// The same traffic as a capture, as NetFlow v5 and as NetFlow v9: the records must be the same.

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <tuple>

#include "datasets/ingest.hpp"
#include "tests/datasets/packet/reference_data.hpp"

namespace tributary::datasets {
namespace {

using namespace testing;

constexpr Micros kDurationTolerance{2000};

/// A directed flow; records of one key keep their order in time.
using Key = std::tuple<Address, Address, std::uint16_t, std::uint16_t, std::uint8_t>;
using Flows = std::map<Key, std::vector<FlowRecord>>;

Flows flows_of(const std::filesystem::path& file, bool with_v6, std::size_t& count) {
    Flows flows;
    const std::vector<std::filesystem::path> files = {file};
    const auto report = ingest(files, {}, [&](const FlowRecord& flow) {
        if (flow.src.is_v6 && !with_v6) return;
        flows[{flow.src, flow.dst, flow.src_port, flow.dst_port, flow.protocol}].push_back(flow);
        ++count;
    });
    EXPECT_TRUE(report) << file;
    return flows;
}

bool equal(const FlowRecord& a, const FlowRecord& b) {
    const Micros difference = (a.end - a.start) - (b.end - b.start);
    return a.forward.packets == b.forward.packets && a.backward.packets == b.backward.packets &&
           difference <= kDurationTolerance && difference >= -kDurationTolerance;
}

void expect_parity(const std::string& exported, bool with_v6) {
    const auto folder = source_root() / "datasets" / "samples";
    const auto capture = folder / "parity" / "clinic-test.pcap.zst";
    const auto exports = folder / exported;
    if (!std::filesystem::exists(capture) || !std::filesystem::exists(exports)) {
        GTEST_SKIP() << "the parity samples are not in datasets/samples";
    }
    std::size_t captured = 0;
    std::size_t recorded = 0;
    const Flows from_packets = flows_of(capture, with_v6, captured);
    const Flows from_exports = flows_of(exports, with_v6, recorded);

    std::size_t same = 0;
    for (const auto& [key, flows] : from_packets) {
        const auto found = from_exports.find(key);
        if (found == from_exports.end()) continue;
        for (std::size_t i = 0; i < std::min(flows.size(), found->second.size()); ++i) {
            if (equal(flows[i], found->second[i])) ++same;
        }
    }

    std::cout << same << " of " << captured << " flows equal, " << recorded << " from exports\n";
    EXPECT_GE(same * 1000, std::max(captured, recorded) * 999);
}

TEST(Parity, NetflowVersion5EqualsTheCapture) {
    // Version 5 carries no IPv6.
    expect_parity("clinic-test-v5.pcap.zst", false);
}

TEST(Parity, NetflowVersion9EqualsTheCapture) {
    expect_parity("clinic-test-v9.pcap.zst", true);
}

}  // namespace
}  // namespace tributary::datasets
