// Lone SYNs stand apart from the other flows, for the sake of speed alone: what comes out is the
// same. A table that keeps sequences has no lone SYNs and serves as the other opinion.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "base/random.hpp"
#include "datasets/flow/flow_table.hpp"
#include "datasets/flow/normalizer.hpp"

namespace tributary::datasets {
namespace {

constexpr std::uint8_t kSynAck = kFlagSyn | kFlagAck;

PacketInfo tcp_packet(std::int64_t time_ms, bool from_client, std::uint8_t flags,
                      std::uint16_t client_port) {
    PacketInfo info;
    info.time = Micros(time_ms * 1000);
    const Address client{{10, 0, 0, 9}, false};
    const Address server{{10, 0, 0, 1}, false};
    info.src = from_client ? client : server;
    info.dst = from_client ? server : client;
    info.protocol = kProtocolTcp;
    info.src_port = from_client ? client_port : std::uint16_t{80};
    info.dst_port = from_client ? std::uint16_t{80} : client_port;
    info.flags = flags;
    info.ip_bytes = 100;
    info.frame_bytes = 114;
    return info;
}

using Told = std::tuple<std::int64_t, std::int64_t, std::uint16_t, std::uint64_t, std::uint64_t,
                        std::uint64_t, int, int, int, bool>;

Told told(const FlowRecord& flow) {
    return {flow.start.count(),
            flow.end.count(),
            static_cast<std::uint16_t>(flow.src_port ^ flow.dst_port),
            flow.forward.packets,
            flow.backward.packets,
            flow.forward.frame_bytes + flow.backward.ip_bytes,
            flow.forward.flags,
            flow.backward.flags,
            static_cast<int>(flow.end_reason),
            flow.continued};
}

/// The meter and the normalizer behind it, as `Ingestion` joins them.
class Metering {
 public:
    Metering(FlowTableOptions table, NormalizerOptions normalizer, bool keep_sequences)
        : normalizer_(joined(normalizer, table, keep_sequences),
                      [this](const FlowRecord& flow) { flows.push_back(told(flow)); }),
          table_(
              table_options(table, keep_sequences),
              [this](const FlowRecord& flow, std::uint32_t hash) {
                  const bool cut = flow.end_reason == EndReason::evicted ||
                                   flow.end_reason == EndReason::half_open;
                  cut ? normalizer_.add_piece(flow, hash) : normalizer_.add_whole(flow, hash);
              },
              [this](FlowRecord& flow, std::uint32_t hash) { normalizer_.pass(flow, hash); }) {}

    void add(const PacketInfo& packet) {
        table_.add(std::span(&packet, 1));
        const Micros now = table_.clock().now();
        table_.send_released(now - normalizer_.hold());
        normalizer_.advance(now);
    }
    void finish() {
        table_.flush();
        normalizer_.flush();
    }
    FlowTable& table() { return table_; }
    [[nodiscard]] const Normalizer& normalizer() const { return normalizer_; }

    std::vector<Told> flows;

 private:
    FlowTableOptions table_options(FlowTableOptions options, bool keep_sequences) {
        options.sequences = keep_sequences ? &sequences_ : nullptr;
        options.is_awaited = [this](std::uint32_t hash) { return normalizer_.awaits(hash); };
        return options;
    }
    NormalizerOptions joined(NormalizerOptions options, const FlowTableOptions& table,
                             bool keep_sequences) {
        options.hash_seed = table.hash_seed;
        options.sequences = keep_sequences ? &sequences_ : nullptr;
        return options;
    }

    PacketSequences sequences_;
    Normalizer normalizer_;
    FlowTable table_;
};

/// A scan with answers now and then, repeated SYNs, and connections among it.
/// @param pause_ms  a silence after every thousandth packet
std::vector<PacketInfo> scan_and_more(std::uint64_t seed, std::int64_t pause_ms) {
    Random random(seed);
    std::vector<PacketInfo> packets;
    std::int64_t time_ms = 0;
    for (int i = 0; i < 6'000; ++i) {
        time_ms += static_cast<std::int64_t>(random.below(14));
        if (i % 1000 == 999) time_ms += pause_ms;
        const auto port = static_cast<std::uint16_t>(random.below(4'000));
        const bool is_syn = random.chance(0.8);
        packets.push_back(
            tcp_packet(time_ms, is_syn || random.chance(0.3), is_syn ? kFlagSyn : kSynAck, port));
    }
    return packets;
}

/// The same packets through a table with lone SYNs and through one without.
class BothWays {
 public:
    BothWays(std::uint64_t seed, std::int64_t pause_ms)
        : with_(options(), {}, false), without_(options(), {}, true) {
        for (const PacketInfo& packet : scan_and_more(seed, pause_ms)) {
            with_.add(packet);
            without_.add(packet);
            EXPECT_LE(with_.table().size(), options().max_flows);
        }
        with_.finish();
        without_.finish();
        EXPECT_GT(with_.table().counts().evictions, 100U);
        EXPECT_EQ(with_.normalizer().counts().out_of_order, 0U);
        std::sort(with_.flows.begin(), with_.flows.end());
        std::sort(without_.flows.begin(), without_.flows.end());
    }
    [[nodiscard]] const std::vector<Told>& with() const { return with_.flows; }
    [[nodiscard]] const std::vector<Told>& without() const { return without_.flows; }

 private:
    static FlowTableOptions options() {
        FlowTableOptions table;
        table.max_flows = 200;
        table.max_released = 100'000;
        return table;
    }

    Metering with_;
    Metering without_;
};

/// Packets by the port of the client.
std::map<std::uint16_t, std::uint64_t> packets_by_port(const std::vector<Told>& flows) {
    std::map<std::uint16_t, std::uint64_t> sums;
    for (const Told& flow : flows) sums[std::get<2>(flow)] += std::get<3>(flow) + std::get<4>(flow);
    return sums;
}

// Everything waits to the end, so that nothing cut is sent before its rest has come.
TEST(LoneSyns, ComeOutAsTheSameFlowsAsFromATableWithoutThem) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const BothWays flows(seed, 2'000);

        ASSERT_EQ(flows.with(), flows.without()) << "seed " << seed;
    }
}

// A cut piece waits in the normalizer no longer than records do; a lone SYN goes on in its flow.
TEST(LoneSyns, ThatWereCutAreJoinedAlsoWithARestThatLastsLongerThanRecordsWait) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const BothWays flows(seed, 15'000);

        ASSERT_EQ(packets_by_port(flows.with()), packets_by_port(flows.without()));
        ASSERT_LT(flows.with().size(), flows.without().size()) << "seed " << seed;
        for (const Told& flow : flows.with()) {
            ASSERT_LE(std::get<1>(flow) - std::get<0>(flow), Timeouts{}.longest.count());
        }
    }
}

TEST(LoneSyns, GoOnWhereTheyWereCutWhileTheyAreKept) {
    FlowTableOptions table;
    table.max_flows = 2;
    table.max_released = 10;
    Metering meter(table, {}, false);

    for (std::uint16_t port = 1; port <= 4; ++port) {
        meter.add(tcp_packet(port, true, kFlagSyn, port));
    }
    EXPECT_EQ(meter.table().counts().evictions, 2U);
    meter.add(tcp_packet(5, false, kSynAck, 1));
    meter.finish();

    ASSERT_EQ(meter.flows.size(), 4U);
    const auto answered = std::count_if(meter.flows.begin(), meter.flows.end(), [](const Told& t) {
        return std::get<3>(t) == 1 && std::get<4>(t) == 1;
    });
    EXPECT_EQ(answered, 1);
}

TEST(LoneSyns, LeaveWhenTooManyAreKeptAndAreCounted) {
    FlowTableOptions table;
    table.max_flows = 2;
    table.max_released = 3;
    Metering meter(table, {}, false);

    for (std::uint16_t port = 1; port <= 10; ++port) {
        meter.add(tcp_packet(port, true, kFlagSyn, port));
    }

    EXPECT_EQ(meter.flows.size(), 5U);
    EXPECT_EQ(meter.table().counts().evictions, 8U);
    EXPECT_EQ(meter.table().counts().released_full, 5U);
    EXPECT_EQ(meter.table().size(), 2U);
}

TEST(LoneSyns, LoseNothingWhenThereIsNoPlaceForMore) {
    FlowTableOptions table;
    table.max_flows = 40;
    table.max_released = 10;
    Metering meter(table, {}, false);
    const std::vector<PacketInfo> packets = scan_and_more(30, 15'000);
    for (const PacketInfo& packet : packets) {
        meter.add(packet);
        ASSERT_LE(meter.table().size(), 40U);
    }
    meter.finish();

    std::uint64_t counted = 0;
    for (const Told& flow : meter.flows) counted += std::get<3>(flow) + std::get<4>(flow);
    EXPECT_EQ(counted, packets.size());
}

TEST(LoneSyns, LeaveInOrderBeforeAndBehindOtherFlows) {
    FlowTableOptions table;
    table.max_flows = 100;
    table.max_released = 100;
    Metering meter(table, {}, false);
    for (std::uint16_t i = 0; i < 50; ++i) {
        meter.add(tcp_packet(i * 1000, true, i % 2 == 0 ? kFlagSyn : kFlagAck, i));
    }
    meter.add(tcp_packet(300'000, true, kFlagAck, 1000));

    EXPECT_EQ(meter.flows.size(), 50U);
    EXPECT_TRUE(std::is_sorted(meter.flows.begin(), meter.flows.end()));
}

TEST(LoneSyns, ThatComeLateOrFromAnAbsurdTimeAreOrdinaryFlows) {
    Metering meter({}, {}, false);
    meter.add(tcp_packet(5'000, true, kFlagSyn, 1));
    meter.add(tcp_packet(4'000, true, kFlagSyn, 2));
    meter.add(tcp_packet(90'000'000, true, kFlagSyn, 3));
    meter.add(tcp_packet(6'000, true, kFlagSyn, 4));
    meter.add(tcp_packet(80'000, true, kFlagAck, 5));
    meter.finish();

    EXPECT_EQ(meter.flows.size(), 5U);
}

}  // namespace
}  // namespace tributary::datasets
