#include "datasets/feature/flow_context.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "base/random.hpp"
#include "tests/datasets/feature/flow_maker.hpp"

namespace tributary::datasets {
namespace {

using testing::ipv4;
using testing::syn_probe;

Micros seconds(double value) {
    return Micros(static_cast<std::int64_t>(value * 1e6));
}

bool failed(const FlowRecord& flow) {
    const bool tcp = flow.protocol == 6 && flow.has_flags;
    const bool refused = tcp && (flow.backward.flags & 4) != 0 && (flow.backward.flags & 2) == 0;
    const bool half_open = tcp && (flow.forward.flags & 2) != 0 && (flow.forward.flags & 16) == 0;
    return flow.backward.packets == 0 || refused || half_open;
}

bool half_open(const FlowRecord& flow) {
    return flow.protocol == 6 && flow.has_flags && (flow.forward.flags & 18) == 2;
}

bool same_port(const FlowRecord& a, const FlowRecord& b) {
    return a.dst_port == b.dst_port && a.protocol == b.protocol;
}

/// Gaps of the last flow, from the definition: walk back while the history was never idle for 1 h.
StartGaps brute_force_gaps(const std::vector<FlowRecord>& flows) {
    const FlowRecord& self = flows.back();
    std::vector<double> starts;
    Micros later = self.end;
    for (auto flow = flows.rbegin(); flow != flows.rend() && starts.size() < 8; ++flow) {
        if (flow->src != self.src || flow->dst != self.dst || !same_port(*flow, self)) continue;
        if (later - flow->end >= std::chrono::hours(1)) break;
        later = flow->end;
        starts.push_back(static_cast<double>(flow->start.count()) / 1000);
    }
    if (starts.size() < 2) return {};
    std::sort(starts.begin(), starts.end());
    std::vector<double> gaps;
    for (std::size_t i = 1; i < starts.size(); ++i) gaps.push_back(starts[i] - starts[i - 1]);
    double mean = 0;
    for (const double gap : gaps) mean += gap / static_cast<double>(gaps.size());
    double variance = 0;
    for (const double gap : gaps) {
        variance += (gap - mean) * (gap - mean) / static_cast<double>(gaps.size());
    }
    return {true, mean, mean > 0 ? std::sqrt(variance) / mean : 0};
}

/// The context of the last flow, from the definition, over the newest `window` flows.
ContextValues brute_force(const std::vector<FlowRecord>& flows, std::size_t window) {
    const FlowRecord& self = flows.back();
    std::vector<FlowRecord> near;
    const std::size_t first = flows.size() > window ? flows.size() - window : 0;
    for (std::size_t i = first; i < flows.size(); ++i) {
        if (self.end - flows[i].end < std::chrono::seconds(60)) near.push_back(flows[i]);
    }
    ContextValues values;
    std::set<Address> peers;
    std::set<std::pair<int, int>> ports;
    double failures = 0, same = 0, to_destination = 0, open = 0;
    for (const FlowRecord& flow : near) {
        if (flow.src == self.src) {
            ++values.source_flows;
            peers.insert(flow.dst);
            if (flow.dst == self.dst) ports.insert({flow.protocol, flow.dst_port});
            failures += failed(flow) ? 1 : 0;
            same += same_port(flow, self) ? 1 : 0;
        }
        if (flow.dst == self.dst) {
            ++to_destination;
            open += half_open(flow) ? 1 : 0;
            values.service_flows += same_port(flow, self) ? 1 : 0;
        }
    }
    values.source_peers = static_cast<std::uint32_t>(peers.size());
    values.source_ports = static_cast<std::uint32_t>(ports.size());
    values.source_failed_share = failures / values.source_flows;
    values.source_service_share = same / values.source_flows;
    values.destination_half_open_share = open / to_destination;
    values.gaps = brute_force_gaps(flows);
    return values;
}

void expect_equal(const ContextValues& actual, const ContextValues& expected) {
    EXPECT_EQ(actual.source_flows, expected.source_flows);
    EXPECT_EQ(actual.source_peers, expected.source_peers);
    EXPECT_EQ(actual.source_ports, expected.source_ports);
    EXPECT_EQ(actual.service_flows, expected.service_flows);
    EXPECT_NEAR(actual.source_failed_share, expected.source_failed_share, 1e-9);
    EXPECT_NEAR(actual.source_service_share, expected.source_service_share, 1e-9);
    EXPECT_NEAR(actual.destination_half_open_share, expected.destination_half_open_share, 1e-9);
    EXPECT_EQ(actual.gaps.known, expected.gaps.known);
    EXPECT_NEAR(actual.gaps.mean_ms, expected.gaps.mean_ms, 1e-3);
    EXPECT_NEAR(actual.gaps.variation, expected.gaps.variation, 1e-6);
}

FlowRecord random_flow(Random& random, Micros end) {
    FlowRecord flow = syn_probe(ipv4(0, static_cast<std::uint8_t>(random.below(5))),
                                ipv4(1, static_cast<std::uint8_t>(random.below(4))),
                                static_cast<std::uint16_t>(20 + random.below(4)), end);
    if (random.chance(0.1)) flow.src.is_v6 = flow.dst.is_v6 = true;
    flow.start = end - Micros(static_cast<std::int64_t>(random.below(30'000'000)));
    flow.protocol = random.chance(0.7) ? kProtocolTcp : kProtocolUdp;
    flow.has_flags = random.chance(0.9);
    flow.forward.flags = static_cast<std::uint8_t>(random.below(64));
    flow.backward.packets = random.below(3);
    flow.backward.flags = static_cast<std::uint8_t>(random.below(64));
    return flow;
}

/// Bursts with equal ends, quiet minutes, and sometimes more than an hour of silence.
Micros random_step(Random& random) {
    if (random.chance(0.01)) return std::chrono::minutes(50 + random.below(20));
    if (random.chance(0.05)) return std::chrono::seconds(60);
    if (random.chance(0.3)) return Micros(0);
    return Micros(static_cast<std::int64_t>(random.below(3'000'000)));
}

TEST(FlowContext, AgreesWithTheDefinitionOnRandomFlows) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        SCOPED_TRACE(seed);
        Random random(seed);
        FlowContext context(seed);
        std::vector<FlowRecord> flows;
        Micros now = std::chrono::hours(100);
        for (int i = 0; i < 1500 && !::testing::Test::HasFailure(); ++i) {
            now += random_step(random);
            flows.push_back(random_flow(random, now));

            const ContextValues values = context.observe(flows.back());

            expect_equal(values, brute_force(flows, 131'072));
        }
    }
}

TEST(FlowContext, FullWindowKeepsTheNewestFlowsAndCountsTheOthers) {
    Random random(7);
    FlowContext context(0, {.window_flows = 20});
    std::vector<FlowRecord> flows;
    for (int i = 0; i < 500 && !::testing::Test::HasFailure(); ++i) {
        flows.push_back(random_flow(random, seconds(1000 + 0.01 * i)));

        const ContextValues values = context.observe(flows.back());

        expect_equal(values, brute_force(flows, 20));
    }

    EXPECT_EQ(context.counters().window_dropped, 480u);
}

TEST(FlowContext, FlowThatEnded60SecondsAgoIsForgotten) {
    for (const auto& [age, expected] : {std::pair{59.999999, 2u}, std::pair{60.0, 1u}}) {
        FlowContext context(0);
        context.observe(syn_probe(ipv4(0, 1), ipv4(0, 2), 22, seconds(100)));

        const auto values =
            context.observe(syn_probe(ipv4(0, 1), ipv4(0, 2), 22, seconds(100 + age)));

        EXPECT_EQ(values.source_flows, expected) << age;
    }
}

TEST(FlowContext, LateFlowIsCountedAndTreatedAsEndingNow) {
    FlowContext context(0);
    context.observe(syn_probe(ipv4(0, 1), ipv4(0, 2), 22, seconds(500)));

    const auto values = context.observe(syn_probe(ipv4(0, 1), ipv4(0, 2), 22, seconds(100)));

    EXPECT_EQ(context.counters().late, 1u);
    EXPECT_EQ(values.source_flows, 2u);
}

TEST(FlowContext, GapsOfARegularBeaconHaveNoVariation) {
    FlowContext context(0);
    ContextValues values;

    for (int i = 0; i < 20; ++i) {
        values = context.observe(syn_probe(ipv4(0, 1), ipv4(0, 2), 80, seconds(600 + 300 * i)));
    }

    EXPECT_TRUE(values.gaps.known);
    EXPECT_DOUBLE_EQ(values.gaps.mean_ms, 300'000);
    EXPECT_NEAR(values.gaps.variation, 0, 1e-12);
}

// Gaps 10 s and 30 s: mean 20 s, standard deviation 10 s.
TEST(FlowContext, VariationIsStandardDeviationOverMean) {
    FlowContext context(0);
    context.observe(syn_probe(ipv4(0, 1), ipv4(0, 2), 80, seconds(100)));
    context.observe(syn_probe(ipv4(0, 1), ipv4(0, 2), 80, seconds(110)));

    const auto gaps = context.observe(syn_probe(ipv4(0, 1), ipv4(0, 2), 80, seconds(140))).gaps;

    EXPECT_DOUBLE_EQ(gaps.mean_ms, 20'000);
    EXPECT_DOUBLE_EQ(gaps.variation, 0.5);
}

TEST(FlowContext, ScanFillsItsTablesOnlyUpToTheirBounds) {
    FlowContext context(0, {.window_flows = 1000, .gap_keys = 500});

    for (std::uint32_t i = 0; i < 5000; ++i) {
        const auto high = static_cast<std::uint8_t>(i / 256);
        context.observe(syn_probe(ipv4(0, 1), ipv4(high, static_cast<std::uint8_t>(i % 256)), 22,
                                  seconds(100)));
    }

    EXPECT_EQ(context.counters().window_dropped, 4000u);
    EXPECT_EQ(context.counters().gap_dropped, 4500u);
}

TEST(FlowContext, HashSeedNeverChangesTheValues) {
    Random random(11);
    FlowContext one(1), other(0xdeadbeef);

    for (int i = 0; i < 500; ++i) {
        const FlowRecord flow = random_flow(random, seconds(i));
        expect_equal(one.observe(flow), other.observe(flow));
    }
}

}  // namespace
}  // namespace tributary::datasets
