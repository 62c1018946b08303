#include "datasets/flow/normalizer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "base/random.hpp"
#include "datasets/flow/direction.hpp"

namespace tributary::datasets {
namespace {

constexpr std::uint64_t kBytesEach = 10;

/// A record from 10.0.0.9:50000 to 10.0.0.1:80 (or back), `packets` packets in one direction.
FlowRecord one_way(bool from_client, double start, double end, std::uint64_t packets = 1,
                   std::uint8_t flags = kFlagAck) {
    FlowRecord record;
    const Address client{{10, 0, 0, 9}, false};
    const Address server{{10, 0, 0, 1}, false};
    record.src = from_client ? client : server;
    record.dst = from_client ? server : client;
    record.src_port = from_client ? 50000 : 80;
    record.dst_port = from_client ? 80 : 50000;
    record.protocol = kProtocolTcp;
    record.start = Micros(static_cast<std::int64_t>(start * 1e6));
    record.end = Micros(static_cast<std::int64_t>(end * 1e6));
    record.forward = {packets, packets * kBytesEach, 0, flags};
    record.forward_start = record.start;
    record.has_flags = true;
    record.end_reason = EndReason::exported;
    return record;
}

class NormalizerTest : public ::testing::Test {
 protected:
    Normalizer& normalizer() {
        if (!normalizer_) {
            normalizer_.emplace(options_, [this](const FlowRecord& r) { flows_.push_back(r); });
        }
        return *normalizer_;
    }
    /// As the meter gives its records: the lower endpoint first, with the hash of the key.
    void add_metered(FlowRecord record, bool is_whole) {
        const KeyAndSide made = make_key(
            {record.src, record.dst, record.src_port, record.dst_port, record.protocol, 0});
        if (made.side == 1) swap_ends(record);
        const std::uint32_t hash = normalizer().hash_of_key(made.key);
        is_whole ? normalizer().add_whole(record, hash) : normalizer().add_piece(record, hash);
    }
    void add_export(FlowRecord record) {
        const std::uint32_t hash = normalizer().prepare(record);
        normalizer().add_export(record, hash);
    }
    std::size_t flows_from(const std::vector<FlowRecord>& exports) {
        for (const FlowRecord& record : exports) add_export(record);
        normalizer().flush();
        return flows_.size();
    }

    NormalizerOptions options_;
    std::vector<FlowRecord> flows_;
    std::optional<Normalizer> normalizer_;
};

TEST_F(NormalizerTest, MarksAPieceBehindTheLongestDurationAsContinued) {
    const std::size_t count =
        flows_from({one_way(true, 0, 290), one_way(true, 300, 400), one_way(true, 600, 700)});

    ASSERT_EQ(count, 3U);
    EXPECT_FALSE(flows_[0].continued);
    EXPECT_TRUE(flows_[1].continued);
    EXPECT_FALSE(flows_[2].continued);
}

TEST_F(NormalizerTest, PairsOppositeRecordsByEarliestStartLatestEndAndSums) {
    const std::size_t count = flows_from({one_way(false, 1.5, 4, 3), one_way(true, 1, 3, 2)});

    ASSERT_EQ(count, 1U);
    const FlowRecord& flow = flows_[0];
    EXPECT_EQ(flow.src_port, 50000);
    EXPECT_EQ(flow.forward.packets, 2U);
    EXPECT_EQ(flow.backward.packets, 3U);
    EXPECT_EQ(flow.backward.ip_bytes, 3 * kBytesEach);
    EXPECT_EQ(flow.start, Micros(1'000'000));
    EXPECT_EQ(flow.end, Micros(4'000'000));
    EXPECT_EQ(flow.forward_start, Micros(1'000'000));
    EXPECT_EQ(flow.backward_start, Micros(1'500'000));
}

TEST_F(NormalizerTest, PairsUpToFiveSecondsApartEvenAfterAReset) {
    EXPECT_EQ(flows_from({one_way(true, 0, 1, 1, kFlagRst), one_way(false, 6, 7)}), 1U);
}

TEST_F(NormalizerTest, DoesNotPairAcrossMoreThanFiveSecondsAfterAReset) {
    EXPECT_EQ(flows_from({one_way(true, 0, 1, 1, kFlagRst), one_way(false, 6.1, 7)}), 2U);
}

TEST_F(NormalizerTest, StitchesPiecesUpToTheIdleTimeout) {
    EXPECT_EQ(flows_from({one_way(true, 0, 10), one_way(true, 70, 80)}), 1U);
    EXPECT_EQ(flows_[0].forward.packets, 2U);
    EXPECT_EQ(flows_[0].end - flows_[0].start, Micros(80'000'000));
}

TEST_F(NormalizerTest, LeavesPiecesApartBeyondTheIdleTimeout) {
    EXPECT_EQ(flows_from({one_way(true, 0, 10), one_way(true, 70.1, 80)}), 2U);
}

TEST_F(NormalizerTest, UsesTheIdleTimeoutOfTheProtocol) {
    std::vector<FlowRecord> udp = {one_way(true, 0, 1), one_way(true, 31, 32),
                                   one_way(true, 62.1, 63)};
    for (FlowRecord& record : udp) record.protocol = kProtocolUdp;

    EXPECT_EQ(flows_from(udp), 2U);
}

TEST_F(NormalizerTest, StitchesAcrossAnEndOnlyWithinTheLinger) {
    EXPECT_EQ(flows_from({one_way(true, 0, 10, 1, kFlagRst), one_way(true, 12, 13)}), 1U);

    normalizer_.reset();
    flows_.clear();
    EXPECT_EQ(flows_from({one_way(true, 0, 10, 1, kFlagRst), one_way(true, 12.1, 13)}), 2U);
}

TEST_F(NormalizerTest, TakesFinOfBothDirectionsForAnEndButNotOfOne) {
    EXPECT_EQ(flows_from({one_way(true, 0, 10, 1, kFlagFin), one_way(true, 40, 41)}), 1U);

    normalizer_.reset();
    flows_.clear();
    EXPECT_EQ(flows_from({one_way(true, 0, 10, 1, kFlagFin), one_way(false, 0, 10, 1, kFlagFin),
                          one_way(true, 40, 41)}),
              2U);
    EXPECT_EQ(flows_[0].end_reason, EndReason::finished);
}

TEST_F(NormalizerTest, EndsAStitchedFlowAtThreeHundredSeconds) {
    std::vector<FlowRecord> minutes;
    for (int i = 0; i < 6; ++i) minutes.push_back(one_way(true, i * 60, i * 60 + 59.9));

    EXPECT_EQ(flows_from(minutes), 2U);
    EXPECT_EQ(flows_[0].forward.packets, 5U);
    EXPECT_EQ(flows_[1].forward.packets, 1U);
}

TEST_F(NormalizerTest, PairsLongHalvesPieceByPieceWhateverTheOrder) {
    EXPECT_EQ(flows_from({one_way(true, 0, 300), one_way(true, 300.2, 600),
                          one_way(false, 0.1, 300.1), one_way(false, 300.3, 600.1)}),
              2U);
    for (const FlowRecord& flow : flows_) {
        EXPECT_EQ(flow.forward.packets, 1U);
        EXPECT_EQ(flow.backward.packets, 1U);
    }
}

TEST_F(NormalizerTest, SendsRecordsInTheOrderTheyEnded) {
    Random random(5);
    for (int i = 0; i < 1000; ++i) {
        const double end = static_cast<double>(random.below(50'000)) / 1000;
        FlowRecord record = one_way(true, end, end);
        record.dst_port = static_cast<std::uint16_t>(i);
        add_metered(record, true);
    }
    normalizer().flush();

    ASSERT_EQ(flows_.size(), 1000U);
    EXPECT_TRUE(std::is_sorted(flows_.begin(), flows_.end(),
                               [](const auto& a, const auto& b) { return a.end < b.end; }));
    EXPECT_EQ(normalizer().counts().out_of_order, 0U);
}

TEST_F(NormalizerTest, WaitsUntilNothingCanPrecedeARecord) {
    options_.hold = Micros(62'000'000);
    add_metered(one_way(true, 0, 10), true);

    normalizer().advance(Micros(72'000'000));
    EXPECT_TRUE(flows_.empty());
    normalizer().advance(Micros(72'000'001));
    EXPECT_EQ(flows_.size(), 1U);
}

TEST_F(NormalizerTest, KeepsARecordThatHasGrownUntilItsNewPlace) {
    options_.hold = Micros(60'000'000);
    add_export(one_way(true, 0, 1));
    add_export(one_way(true, 50, 51));
    FlowRecord other = one_way(true, 20, 20);
    other.dst_port = 443;
    add_export(other);

    normalizer().advance(Micros(85'000'000));

    ASSERT_EQ(flows_.size(), 1U);
    EXPECT_EQ(flows_[0].dst_port, 443);
    normalizer().flush();
    EXPECT_EQ(flows_[1].forward.packets, 2U);
}

TEST_F(NormalizerTest, SendsTheOldestOnAtItsBoundAndCounts) {
    options_.max_waiting = 2;
    for (const double end : {3.0, 1.0, 2.0}) {
        FlowRecord record = one_way(true, end, end);
        record.dst_port = static_cast<std::uint16_t>(end);
        add_export(record);
    }

    ASSERT_EQ(flows_.size(), 1U);
    EXPECT_EQ(flows_[0].dst_port, 1);
    EXPECT_EQ(normalizer().counts().waiting_full, 1U);
    EXPECT_EQ(normalizer().waiting(), 2U);
}

TEST_F(NormalizerTest, JoinsAFlowThatTheMeterCutWithItsRest) {
    FlowRecord cut = one_way(true, 0, 1, 1, kFlagSyn);
    cut.end_reason = EndReason::half_open;
    FlowRecord rest = one_way(true, 20, 21, 4);
    rest.end_reason = EndReason::idle;

    add_metered(cut, false);
    add_metered(rest, true);
    normalizer().flush();

    ASSERT_EQ(flows_.size(), 1U);
    EXPECT_EQ(flows_[0].forward.packets, 5U);
    EXPECT_EQ(flows_[0].end_reason, EndReason::idle);
}

TEST_F(NormalizerTest, LosesNoPacketWhateverArrives) {
    options_.max_waiting = 64;
    Random random(9);
    std::uint64_t sent = 0;
    for (int i = 0; i < 20'000; ++i) {
        const auto start = static_cast<double>(random.below(4000));
        FlowRecord record = one_way(random.chance(0.5), start, start + random.unit() * 400, 1,
                                    static_cast<std::uint8_t>(random.below(32)));
        if (random.chance(0.5)) record.protocol = kProtocolUdp;
        ++sent;
        random.chance(0.5) ? add_export(record) : add_metered(record, false);
        if (random.chance(0.01)) normalizer().advance(record.start);
        ASSERT_LE(normalizer().waiting(), 64U);
    }
    normalizer().flush();

    std::uint64_t received = 0;
    for (const FlowRecord& flow : flows_) received += flow.forward.packets + flow.backward.packets;
    EXPECT_EQ(received, sent);
    EXPECT_EQ(normalizer().waiting(), 0U);
}

}  // namespace
}  // namespace tributary::datasets
