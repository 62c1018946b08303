#include <gtest/gtest.h>

#include "datasets/export/decoder.hpp"
#include "tests/datasets/export/export_builder.hpp"

namespace tributary::datasets {
namespace {

using namespace testing;

/// 1,700,000,000.25 s minus an uptime of 5 s.
constexpr Micros kBootV5{1'699'999'995'250'000};
constexpr Micros kBootV9{1'699'999'995'000'000};

class NetflowTest : public ::testing::Test {
 protected:
    bool decode(const Bytes& datagram, std::uint8_t exporter = 1) {
        return decoder_.decode({Address{{192, 0, 2, exporter}, false}, 9995}, datagram, Micros(0));
    }
    [[nodiscard]] const ExportDecoder::Counts& counts() const { return decoder_.counts(); }

    std::vector<FlowRecord> records_;
    ExportDecoder decoder_{[this](std::span<FlowRecord> records) {
        records_.insert(records_.end(), records.begin(), records.end());
    }};
};

TEST_F(NetflowTest, ReadsEveryFieldOfVersion5) {
    EXPECT_TRUE(decode(v5({}, {V5Flow{}})));

    ASSERT_EQ(records_.size(), 1U);
    const FlowRecord& record = records_[0];
    EXPECT_EQ(to_string(record.src), "10.0.0.1");
    EXPECT_EQ(to_string(record.dst), "10.0.0.2");
    EXPECT_EQ(record.src_port, 40000);
    EXPECT_EQ(record.dst_port, 80);
    EXPECT_EQ(record.protocol, kProtocolTcp);
    EXPECT_EQ(record.forward.packets, 3U);
    EXPECT_EQ(record.forward.ip_bytes, 300U);
    EXPECT_EQ(record.forward.flags, 0x1b);
    EXPECT_TRUE(record.has_flags);
    EXPECT_EQ(record.start, kBootV5 + Micros(1'000'000));
    EXPECT_EQ(record.end, kBootV5 + Micros(2'500'000));
    EXPECT_EQ(record.end_reason, EndReason::exported);
}

TEST_F(NetflowTest, ReadsEveryFieldOfVersion9) {
    EXPECT_TRUE(decode(
        v9({}, template_set(256, usual_fields()) + flow_set(256, usual_record() + Bytes(2, 0)))));

    ASSERT_EQ(records_.size(), 1U);
    const FlowRecord& record = records_[0];
    EXPECT_EQ(to_string(record.src), "10.0.0.1");
    EXPECT_EQ(record.src_port, 40000);
    EXPECT_EQ(record.dst_port, 80);
    EXPECT_EQ(record.forward.packets, 3U);
    EXPECT_EQ(record.forward.ip_bytes, 300U);
    EXPECT_EQ(record.forward.flags, 0x1b);
    EXPECT_EQ(record.start, kBootV9 + Micros(1'000'000));
    EXPECT_EQ(record.end, kBootV9 + Micros(2'500'000));
}

TEST_F(NetflowTest, ReadsIpv6AbsoluteTimesAndVlan) {
    const Fields fields = {{27, 16}, {28, 16}, {7, 2},   {11, 2},  {4, 1}, {2, 8},
                           {1, 8},   {152, 8}, {153, 8}, {999, 3}, {58, 2}};
    const Bytes record =
        hex("20010db8000000000000000000000001 20010db8000000000000000000000002 0035 c000 11") +
        hex("0000000000000002 00000000000000c8 0000018bcfe56800 0000018bcfe56bf4 010203 0007");

    decode(v9({}, template_set(300, fields) + flow_set(300, record)));

    ASSERT_EQ(records_.size(), 1U);
    EXPECT_EQ(to_string(records_[0].dst), "2001:db8::2");
    EXPECT_EQ(records_[0].protocol, kProtocolUdp);
    EXPECT_EQ(records_[0].forward.ip_bytes, 200U);
    EXPECT_EQ(records_[0].start, Micros(1'700'000'000'000'000));
    EXPECT_EQ(records_[0].end, Micros(1'700'000'001'012'000));
    EXPECT_EQ(records_[0].vlan, 7);
    EXPECT_FALSE(records_[0].has_flags);
}

TEST_F(NetflowTest, TurnsThePortOfIcmpIntoTypeAndCode) {
    V5Flow flow;
    flow.protocol = kProtocolIcmp;
    flow.src_port = 0;
    flow.dst_port = 0x0304;

    decode(v5({}, {flow}));

    ASSERT_EQ(records_.size(), 1U);
    EXPECT_EQ(records_[0].forward.icmp_type, 3);
    EXPECT_EQ(records_[0].forward.icmp_code, 4);
    EXPECT_EQ(records_[0].dst_port, 0);
}

TEST_F(NetflowTest, SurvivesTheWrapOfTheUptime) {
    V5Flow flow;
    flow.first_ms = 0xffffff00;  // 256 ms before the wrap
    flow.last_ms = 100;
    V5Header header;
    header.uptime_ms = 1000;

    decode(v5(header, {flow}));

    ASSERT_EQ(records_.size(), 1U);
    EXPECT_EQ(records_[0].end - records_[0].start, Micros(356'000));
    EXPECT_EQ(records_[0].end, Micros(1'700'000'000'250'000 - 900'000));
}

TEST_F(NetflowTest, KeepsTimesSteadyAlthoughHeadersCountWholeSeconds) {
    const Bytes sets = template_set(256, usual_fields()) + flow_set(256, usual_record());

    decode(v9({5000, 1'700'000'000, 0, 1}, sets));
    decode(v9({5900, 1'700'000'001, 1, 1}, sets));

    ASSERT_EQ(records_.size(), 2U);
    EXPECT_EQ(records_[0].start, records_[1].start);
}

TEST_F(NetflowTest, FollowsAnExporterThatRestarted) {
    decode(v5({5000, 1'700'000'000, 0, 0, 0}, {V5Flow{}}));
    decode(v5({5000, 1'700'000'060, 0, 1, 0}, {V5Flow{}}));

    ASSERT_EQ(records_.size(), 2U);
    EXPECT_EQ(records_[1].start - records_[0].start, Micros(60'000'000));
}

TEST_F(NetflowTest, ScalesSampledCounters) {
    V5Header header;
    header.sampling = 0x4000 | 100;

    decode(v5(header, {V5Flow{}}));

    ASSERT_EQ(records_.size(), 1U);
    EXPECT_EQ(records_[0].forward.packets, 300U);
    EXPECT_EQ(records_[0].forward.ip_bytes, 30'000U);
    EXPECT_EQ(records_[0].sampling, 100U);
    EXPECT_EQ(counts().sampled, 1U);
}

TEST_F(NetflowTest, TakesTheSamplingRateFromOptions) {
    const Bytes options = options_template_set(257, {{1, 4}}, {{34, 4}, {35, 1}});
    const Bytes rate = flow_set(257, hex("00000000 00000040 01"));

    decode(
        v9({}, options + rate + template_set(256, usual_fields()) + flow_set(256, usual_record())));

    ASSERT_EQ(records_.size(), 1U);
    EXPECT_EQ(records_[0].sampling, 64U);
    EXPECT_EQ(records_[0].forward.packets, 192U);
    EXPECT_EQ(counts().option_records, 1U);
}

TEST_F(NetflowTest, KeepsDataUntilItsTemplateComes) {
    decode(v9({5000, 1'700'000'000, 0, 1}, flow_set(256, usual_record())));
    EXPECT_TRUE(records_.empty());
    EXPECT_EQ(counts().templates_unknown, 1U);

    decode(v9({6000, 1'700'000'001, 1, 1}, template_set(256, usual_fields())));

    ASSERT_EQ(records_.size(), 1U);
    EXPECT_EQ(records_[0].start, kBootV9 + Micros(1'000'000));
}

TEST_F(NetflowTest, KeepsTemplatesOfExportersAndSourcesApart) {
    decode(v9({}, template_set(256, usual_fields())), 1);

    decode(v9({}, flow_set(256, usual_record())), 2);
    V9Header other_source;
    other_source.source = 2;
    decode(v9(other_source, flow_set(256, usual_record())), 1);

    EXPECT_TRUE(records_.empty());
    EXPECT_EQ(counts().templates_unknown, 2U);
    EXPECT_EQ(counts().exporters, 3U);
}

TEST_F(NetflowTest, CountsGapsInTheSequenceButNotRestarts) {
    decode(v5({5000, 1'700'000'000, 0, 10, 0}, {V5Flow{}, V5Flow{}}));
    decode(v5({5000, 1'700'000'000, 0, 12, 0}, {V5Flow{}}));
    EXPECT_EQ(counts().sequence_gaps, 0U);

    decode(v5({5000, 1'700'000'000, 0, 14, 0}, {V5Flow{}}));
    EXPECT_EQ(counts().sequence_gaps, 1U);
    decode(v5({5000, 1'700'000'000, 0, 0, 0}, {V5Flow{}}));
    EXPECT_EQ(counts().sequence_gaps, 1U);
}

TEST_F(NetflowTest, CountsRecordsThatCannotBeFlows) {
    V5Flow empty;
    empty.packets = 0;
    decode(v5({}, {empty}));
    decode(v9({}, template_set(256, {{2, 4}, {1, 4}}) + flow_set(256, Bytes(8, 1))));

    EXPECT_TRUE(records_.empty());
    EXPECT_EQ(counts().records, 2U);
    EXPECT_EQ(counts().unusable, 2U);
}

TEST_F(NetflowTest, CountsLyingLengthsAsDamagedAndKeepsWhatCameBefore) {
    Bytes too_many = v5({}, {V5Flow{}});
    too_many[3] = 2;
    const Bytes good = template_set(256, usual_fields()) + flow_set(256, usual_record());
    Bytes long_set = v9({}, good + flow_set(256, usual_record()));
    long_set[long_set.size() - 31] = 0xff;
    const Bytes empty_template = v9({}, template_set(258, {{1, 0}, {2, 0}}));
    const Bytes cut_template = v9({}, flow_set(0, hex("0100 0009 0001 0004")));

    EXPECT_FALSE(decode(too_many));
    EXPECT_FALSE(decode(long_set, 2));
    EXPECT_FALSE(decode(empty_template, 3));
    EXPECT_FALSE(decode(cut_template, 4));
    EXPECT_FALSE(decode({}));
    EXPECT_FALSE(decode(hex("0007 0001")));

    EXPECT_EQ(records_.size(), 1U);
    EXPECT_EQ(counts().damaged, 6U);
}

TEST_F(NetflowTest, StaysBoundedUnderFloodsOfTemplatesDataAndExporters) {
    const Bytes set(60'000, 1);
    for (std::uint32_t i = 0; i < 3000; ++i) {
        const auto id = static_cast<std::uint16_t>(256 + i);
        decode(v9({5000, 1'700'000'000, i, 10 + i}, flow_set(id, set)),
               static_cast<std::uint8_t>(i));
        decode(v9({5000, 1'700'000'000, i, 1}, template_set(id, usual_fields())));
    }
    EXPECT_EQ(counts().exporters, 3001U);

    // The newest template is known, the oldest was replaced.
    const auto newest = static_cast<std::uint16_t>(256 + 2999);
    decode(v9({5000, 1'700'000'000, 3000, 1}, flow_set(newest, usual_record())));
    decode(v9({5000, 1'700'000'000, 3001, 1}, flow_set(256, usual_record())));
    EXPECT_EQ(records_.size(), 1U);
}

TEST_F(NetflowTest, ReadsFieldsOfVariableLength) {
    const Fields fields = {{8, 4}, {95, 0xffff}, {12, 4}, {2, 4}, {1, 4}};
    const Bytes one = hex("0a000001 03 616263 0a000002 00000001 00000028");
    const Bytes two = hex("0a000003 ff0002 6162 0a000004 00000001 00000028");

    decode(v9({}, template_set(256, fields) + flow_set(256, one + two)));

    ASSERT_EQ(records_.size(), 2U);
    EXPECT_EQ(to_string(records_[1].src), "10.0.0.3");
    EXPECT_EQ(to_string(records_[1].dst), "10.0.0.4");
}

TEST(LooksLikeExport, AcceptsOnlyWhatFollowsTheFormat) {
    const Bytes good = v9({}, template_set(256, usual_fields()));

    EXPECT_TRUE(looks_like_export(v5({}, {V5Flow{}})));
    EXPECT_TRUE(looks_like_export(good));

    EXPECT_FALSE(looks_like_export(v5({}, {V5Flow{}}) + Bytes(1, 0)));
    EXPECT_FALSE(looks_like_export(v5({}, {})));
    EXPECT_FALSE(looks_like_export(Bytes(good.begin(), good.end() - 1)));
    EXPECT_FALSE(looks_like_export(hex("0009")));
    EXPECT_FALSE(looks_like_export({}));
}

/// Every prefix and every one-byte change; the sanitizers judge, here only the bounds.
TEST(NetflowMutation, SurvivesEveryPrefixAndEveryOneByteChange) {
    const Bytes options = options_template_set(257, {{1, 4}}, {{34, 4}, {48, 1}});
    const Bytes sets = options + flow_set(257, hex("00000000 00000040 01")) +
                       template_set(256, usual_fields()) +
                       template_set(300, {{8, 0xffff}, {2, 4}}) + flow_set(256, usual_record()) +
                       flow_set(300, hex("02 0a0b 00000001"));
    for (const Bytes& datagram : {v5({}, {V5Flow{}, V5Flow{}}), v9({}, sets)}) {
        for (std::size_t length = 0; length <= datagram.size(); ++length) {
            ExportDecoder decoder([](std::span<FlowRecord>) {});
            decoder.decode({}, ByteView(datagram).first(length), Micros(0));
        }
        for (std::size_t at = 0; at < datagram.size(); ++at) {
            Bytes changed = datagram;
            for (int value = 0; value < 256; ++value) {
                changed[at] = static_cast<std::uint8_t>(value);
                std::size_t records = 0;
                ExportDecoder decoder([&](std::span<FlowRecord> some) { records += some.size(); });
                decoder.decode({}, changed, Micros(0));
                EXPECT_LE(records, datagram.size());
            }
        }
    }
}

}  // namespace
}  // namespace tributary::datasets
