#include <gtest/gtest.h>

#include "datasets/export/decoder.hpp"
#include "tests/datasets/export/export_builder.hpp"

namespace tributary::datasets {
namespace {

using namespace testing;

constexpr Micros kStart{1'700'000'000'000'000};
constexpr Micros kEnd{1'700'000'001'012'000};

class IpfixTest : public ::testing::Test {
 protected:
    bool decode(const Bytes& datagram, const Sender& sender = {{{192, 0, 2, 1}, false}, 4739}) {
        return decoder_.decode(sender, datagram, Micros(0));
    }
    [[nodiscard]] const ExportDecoder::Counts& counts() const { return decoder_.counts(); }

    std::vector<FlowRecord> records_;
    ExportDecoder decoder_{[this](std::span<FlowRecord> records) {
        records_.insert(records_.end(), records.begin(), records.end());
    }};
};

TEST_F(IpfixTest, ReadsEveryField) {
    EXPECT_TRUE(
        decode(ipfix({}, ipfix_template_set(256, ipfix_fields()) + flow_set(256, ipfix_record()))));

    ASSERT_EQ(records_.size(), 1U);
    const FlowRecord& record = records_[0];
    EXPECT_EQ(to_string(record.src), "10.0.0.1");
    EXPECT_EQ(to_string(record.dst), "10.0.0.2");
    EXPECT_EQ(record.src_port, 40000);
    EXPECT_EQ(record.dst_port, 80);
    EXPECT_EQ(record.protocol, kProtocolTcp);
    EXPECT_EQ(record.forward.flags, 0x1b);
    EXPECT_TRUE(record.has_flags);
    EXPECT_EQ(record.forward.packets, 3U);
    EXPECT_EQ(record.forward.ip_bytes, 300U);
    EXPECT_EQ(record.start, kStart);
    EXPECT_EQ(record.end, kEnd);
}

TEST_F(IpfixTest, ReadsCountersOfReducedSize) {
    const IpfixFields fields = {{8, 4}, {12, 4}, {2, 1}, {1, 3}, {152, 8}};

    decode(ipfix({}, ipfix_template_set(256, fields) +
                         flow_set(256, hex("0a000001 0a000002 03 01e240 0000018bcfe56800"))));

    ASSERT_EQ(records_.size(), 1U);
    EXPECT_EQ(records_[0].forward.packets, 3U);
    EXPECT_EQ(records_[0].forward.ip_bytes, 123'456U);
}

// RFC 7011 §3.2 and §7: elements of enterprises, and values of variable length in both forms.
TEST_F(IpfixTest, SkipsEnterpriseFieldsOfAnyLength) {
    const IpfixFields fields = {{8, 4}, {7, 4, 99}, {12, 4}, {300, 0xffff, 99}, {2, 4}, {1, 4}};
    const Bytes one = hex("0a000001 01020304 0a000002 03 616263 00000001 00000028");
    const Bytes two = hex("0a000003 01020304 0a000004 ff0002 6162 00000002 00000050");

    EXPECT_TRUE(decode(ipfix({}, ipfix_template_set(256, fields) + flow_set(256, one + two))));

    ASSERT_EQ(records_.size(), 2U);
    EXPECT_EQ(records_[0].src_port, 0) << "element 7 of enterprise 99 is not the source port";
    EXPECT_EQ(records_[0].forward.ip_bytes, 40U);
    EXPECT_EQ(to_string(records_[1].dst), "10.0.0.4");
    EXPECT_EQ(records_[1].forward.packets, 2U);
}

// RFC 5103 §6.1: the other direction under enterprise 29305.
TEST_F(IpfixTest, ReadsBothDirectionsOfABiflow) {
    const IpfixFields fields = {{8, 4},         {12, 4},       {4, 1},        {6, 1},
                                {2, 4},         {1, 4},        {152, 8},      {153, 8},
                                {2, 4, 29305},  {1, 4, 29305}, {6, 1, 29305}, {152, 8, 29305},
                                {153, 8, 29305}};
    const Bytes record = hex("0a000001 0a000002 06 02 00000003 0000012c") +
                         hex("0000018bcfe56800 0000018bcfe56bf4") +
                         hex("00000002 00000064 12 0000018bcfe56864 0000018bcfe56fdc");

    decode(ipfix({}, ipfix_template_set(256, fields) + flow_set(256, record)));

    ASSERT_EQ(records_.size(), 1U);
    EXPECT_EQ(records_[0].backward.packets, 2U);
    EXPECT_EQ(records_[0].backward.ip_bytes, 100U);
    EXPECT_EQ(records_[0].backward.flags, 0x12);
    EXPECT_EQ(records_[0].forward.flags, 0x02);
    EXPECT_EQ(records_[0].backward_start, kStart + Micros(100'000));
    EXPECT_EQ(records_[0].end, kStart + Micros(2'012'000)) << "the later of both directions";
}

TEST_F(IpfixTest, TakesTheFinestTimeThatIsThere) {
    // NTP timestamps: 1,700,000,000 s is 0xE8FDC980 s after 1900; half a second is 0x80000000.
    const IpfixFields fields = {{8, 4}, {12, 4}, {2, 1}, {150, 4}, {154, 8}, {155, 8}};
    const Bytes record = hex("0a000001 0a000002 01 00000001 e8fe6f80 80000000 e8fe6f81 40000000");

    decode(ipfix({}, ipfix_template_set(256, fields) + flow_set(256, record)));

    ASSERT_EQ(records_.size(), 1U);
    EXPECT_EQ(records_[0].start, kStart + Micros(500'000));
    EXPECT_EQ(records_[0].end, kStart + Micros(1'250'000));
}

TEST_F(IpfixTest, TakesTimesRelativeToTheMessage) {
    const IpfixFields fields = {{8, 4}, {12, 4}, {2, 1}, {158, 4}, {159, 4}};
    const Bytes record = hex("0a000001 0a000002 01 001e8480 000f4240");  // 2 s and 1 s before

    decode(ipfix({}, ipfix_template_set(256, fields) + flow_set(256, record)));

    ASSERT_EQ(records_.size(), 1U);
    EXPECT_EQ(records_[0].start, kStart - Micros(2'000'000));
    EXPECT_EQ(records_[0].end, kStart - Micros(1'000'000));
}

TEST_F(IpfixTest, TakesAStartAndADurationForAnEnd) {
    const IpfixFields fields = {{8, 4}, {12, 4}, {2, 1}, {152, 8}, {161, 4}};

    decode(ipfix({}, ipfix_template_set(256, fields) +
                         flow_set(256, hex("0a000001 0a000002 01 0000018bcfe56800 000003f4"))));

    ASSERT_EQ(records_.size(), 1U);
    EXPECT_EQ(records_[0].end, kEnd);
}

/// The header of IPFIX has no uptime: element 160 says when the exporter started.
TEST_F(IpfixTest, PlacesUptimesByTheStartOfTheExporter) {
    const IpfixFields about = {{143, 4}, {160, 8}};
    const Bytes options = ipfix_options_template_set(257, 1, about) +
                          flow_set(257, hex("00000001 0000018bcfe54478"));  // kStart - 9.096 s
    const IpfixFields fields = {{8, 4}, {12, 4}, {2, 1}, {22, 4}, {21, 4}};
    const Bytes record = hex("0a000001 0a000002 01 000003e8 000007d0");

    decode(ipfix({}, options + ipfix_template_set(256, fields) + flow_set(256, record)));

    ASSERT_EQ(records_.size(), 1U);
    EXPECT_EQ(records_[0].start, kStart - Micros(9'096'000 - 1'000'000));
    EXPECT_EQ(records_[0].end - records_[0].start, Micros(1'000'000));
    EXPECT_EQ(counts().option_records, 1U);
}

TEST_F(IpfixTest, PlacesUptimesOfASilentExporterByTheTimeOfSending) {
    const IpfixFields fields = {{8, 4}, {12, 4}, {2, 1}, {22, 4}, {21, 4}};
    const Bytes later = hex("0a000001 0a000002 01 000003e8 000007d0");
    const Bytes earlier = hex("0a000001 0a000002 01 00000064 000003e8");

    decode(ipfix({}, ipfix_template_set(256, fields) + flow_set(256, later + earlier)));

    ASSERT_EQ(records_.size(), 2U);
    EXPECT_EQ(records_[0].end, kStart) << "no flow ends after it was sent";
    EXPECT_EQ(records_[1].end, kStart - Micros(1'000'000)) << "both on the exporter's one clock";
}

// RFC 7011 §8.1
TEST_F(IpfixTest, ForgetsWithdrawnTemplates) {
    decode(ipfix({}, ipfix_template_set(256, ipfix_fields()) +
                         ipfix_template_set(257, ipfix_fields()) +
                         ipfix_template_set(258, ipfix_fields())));

    decode(ipfix({}, flow_set(2, hex("0100 0000"))));
    decode(ipfix({}, flow_set(256, ipfix_record())));
    EXPECT_EQ(counts().templates_unknown, 1U);
    decode(ipfix({}, flow_set(257, ipfix_record())));
    EXPECT_EQ(records_.size(), 1U) << "the other templates stay";

    decode(ipfix({}, flow_set(2, hex("0002 0000"))));
    decode(ipfix({}, flow_set(258, ipfix_record())));
    EXPECT_EQ(counts().templates_unknown, 2U);
    EXPECT_EQ(records_.size(), 1U);
}

// RFC 7011 §3.1: the sequence counts data records, of options as well.
TEST_F(IpfixTest, CountsLostRecordsByTheSequence) {
    const Bytes templates = ipfix_template_set(256, ipfix_fields());
    decode(ipfix({1'700'000'000, 7}, templates + flow_set(256, ipfix_record() + ipfix_record())));
    decode(ipfix({1'700'000'001, 9}, flow_set(256, ipfix_record())));
    EXPECT_EQ(counts().sequence_gaps, 0U);

    decode(ipfix({1'700'000'002, 15}, flow_set(256, ipfix_record())));
    EXPECT_EQ(counts().sequence_gaps, 1U);
    EXPECT_EQ(counts().sequence_lost, 5U);

    decode(ipfix({1'700'000'003, 0}, flow_set(256, ipfix_record())));
    EXPECT_EQ(counts().sequence_gaps, 1U) << "a restart is no gap";
}

TEST_F(IpfixTest, SeesNoGapAfterDataThatItCouldNotCount) {
    decode(ipfix({1'700'000'000, 0}, flow_set(256, ipfix_record() + ipfix_record())));
    decode(ipfix({1'700'000'001, 2}, ipfix_template_set(256, ipfix_fields())));
    decode(ipfix({1'700'000'002, 2}, flow_set(256, ipfix_record())));

    EXPECT_EQ(records_.size(), 3U);
    EXPECT_EQ(counts().sequence_gaps, 0U);
}

TEST_F(IpfixTest, ScalesByTheSelectorOfTheRecord) {
    const IpfixFields about = {{302, 4}, {305, 4}, {306, 4}};
    const Bytes options =
        ipfix_options_template_set(257, 1, about) +
        flow_set(257, hex("00000007 00000001 000003e7") + hex("00000008 00000001 00000000"));
    const IpfixFields fields = {{8, 4}, {12, 4}, {2, 4}, {1, 4}, {302, 4}};
    const Bytes records = hex("0a000001 0a000002 00000001 00000028 00000007") +
                          hex("0a000001 0a000002 00000001 00000028 00000008");

    decode(ipfix({}, options + ipfix_template_set(256, fields) + flow_set(256, records)));

    ASSERT_EQ(records_.size(), 2U);
    EXPECT_EQ(records_[0].sampling, 1000U) << "1 taken, 999 left out";
    EXPECT_EQ(records_[0].forward.packets, 1000U);
    EXPECT_EQ(records_[1].sampling, 1U);
    EXPECT_EQ(counts().sampled, 1U);
}

TEST_F(IpfixTest, ScalesByPopulationAndSize) {
    const IpfixFields about = {{302, 4}, {309, 4}, {310, 4}};
    const Bytes options = ipfix_options_template_set(257, 1, about) +
                          flow_set(257, hex("00000000 00000002 00000064"));

    decode(ipfix(
        {}, options + ipfix_template_set(256, ipfix_fields()) + flow_set(256, ipfix_record())));

    ASSERT_EQ(records_.size(), 1U);
    EXPECT_EQ(records_[0].sampling, 50U);
}

TEST_F(IpfixTest, KeepsExportersWithEqualIdsApart) {
    const IpfixFields swapped = {{12, 4}, {8, 4}, {2, 4}, {1, 4}};
    const IpfixFields plain = {{8, 4}, {12, 4}, {2, 4}, {1, 4}};
    const Bytes record = hex("0a000001 0a000002 00000001 00000028");
    const Sender first{{{192, 0, 2, 1}, false}, 4739};
    const Sender same_address{{{192, 0, 2, 1}, false}, 4740};
    const Sender other{{{192, 0, 2, 2}, false}, 4739};

    decode(ipfix({}, ipfix_template_set(256, plain)), first);
    decode(ipfix({}, ipfix_template_set(256, swapped)), same_address);
    decode(ipfix({}, ipfix_template_set(256, swapped)), other);
    for (const Sender& sender : {first, same_address, other}) {
        decode(ipfix({}, flow_set(256, record)), sender);
    }

    ASSERT_EQ(records_.size(), 3U);
    EXPECT_EQ(to_string(records_[0].src), "10.0.0.1");
    EXPECT_EQ(to_string(records_[1].src), "10.0.0.2");
    EXPECT_EQ(to_string(records_[2].src), "10.0.0.2");
    EXPECT_EQ(counts().exporters, 3U);
}

/// Some senders take a new port for every datagram.
TEST_F(IpfixTest, FindsTheTemplateThatTheSameExporterSentFromAnotherPort) {
    decode(ipfix({}, ipfix_template_set(256, ipfix_fields())), {{{192, 0, 2, 1}, false}, 50001});

    decode(ipfix({}, flow_set(256, ipfix_record())), {{{192, 0, 2, 1}, false}, 50002});
    decode(ipfix({}, flow_set(256, ipfix_record())), {{{192, 0, 2, 9}, false}, 50003});

    EXPECT_EQ(records_.size(), 1U);
    EXPECT_EQ(counts().templates_unknown, 1U);
}

TEST_F(IpfixTest, CountsLyingLengthsAsDamagedAndKeepsWhatCameBefore) {
    const Bytes sets = ipfix_template_set(256, ipfix_fields()) + flow_set(256, ipfix_record());
    const Bytes good = ipfix({}, sets);
    Bytes beyond = good;
    beyond[3] = static_cast<std::uint8_t>(beyond[3] + 8);
    Bytes too_short = good;
    too_short[3] = 12;
    Bytes long_set = good;
    long_set[long_set.size() - 39] = 0xff;

    EXPECT_FALSE(decode(beyond));
    EXPECT_EQ(records_.size(), 1U);
    EXPECT_FALSE(decode(too_short));
    EXPECT_FALSE(decode(long_set));
    EXPECT_FALSE(decode(ipfix({}, ipfix_template_set(258, {{1, 0}, {2, 0}}))));
    EXPECT_FALSE(decode(ipfix({}, flow_set(2, hex("0100 0009 0001 0004")))));
    EXPECT_FALSE(decode(ipfix({}, flow_set(2, hex("00ff 0001 0001 0004")))));

    EXPECT_EQ(records_.size(), 1U);
    EXPECT_EQ(counts().damaged, 6U);
}

TEST_F(IpfixTest, StaysBoundedUnderAFloodOfWideTemplates) {
    IpfixFields wide(500, IpfixField{999, 1});
    for (std::uint32_t i = 0; i < 2000; ++i) {
        const auto id = static_cast<std::uint16_t>(256 + i);
        decode(ipfix({1'700'000'000, 0}, ipfix_template_set(id, wide)));
    }
    decode(ipfix({}, ipfix_template_set(5000, ipfix_fields())));

    // The newest is known; of the wide ones only as many as the bound on fields allows.
    decode(ipfix({}, flow_set(5000, ipfix_record())));
    EXPECT_EQ(records_.size(), 1U);
    for (std::uint32_t i = 0; i < 2000; ++i) {
        decode(ipfix({}, flow_set(static_cast<std::uint16_t>(256 + i), Bytes(500, 1))));
    }
    EXPECT_GE(counts().templates_unknown, 2000U - Exporter::kMaxTemplateFields / 500);
}

TEST(LooksLikeExport, AcceptsOnlyWholeIpfixMessages) {
    const Bytes good = ipfix({}, ipfix_template_set(256, ipfix_fields()));

    EXPECT_TRUE(looks_like_export(good));
    EXPECT_FALSE(looks_like_export(good + Bytes(1, 0)));
    EXPECT_FALSE(looks_like_export(Bytes(good.begin(), good.end() - 1)));
}

/// Every prefix and every one-byte change; the sanitizers judge, here only the bounds.
TEST(IpfixMutation, SurvivesEveryPrefixAndEveryOneByteChange) {
    const IpfixFields fields = {{8, 0xffff}, {300, 0xffff, 99}, {152, 8}, {2, 4, 29305}};
    const Bytes sets = ipfix_options_template_set(257, 1, {{302, 4}, {305, 4}, {306, 4}}) +
                       flow_set(257, hex("00000007 00000001 000003e7")) +
                       ipfix_template_set(256, ipfix_fields()) + ipfix_template_set(258, fields) +
                       flow_set(256, ipfix_record()) +
                       flow_set(258, hex("04 0a000001 02 6162 0000018bcfe56800 00000001")) +
                       flow_set(2, hex("0100 0000"));
    const Bytes datagram = ipfix({}, sets);
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

}  // namespace
}  // namespace tributary::datasets
