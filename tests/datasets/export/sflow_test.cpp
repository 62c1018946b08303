#include <gtest/gtest.h>

#include "datasets/export/decoder.hpp"
#include "tests/datasets/packet/packet_builder.hpp"

namespace tributary::datasets {
namespace {

using namespace testing;

constexpr Micros kArrival{1'700'000'000'000'000};

Bytes numbers(std::initializer_list<std::uint32_t> values) {
    ByteWriter out;
    for (const std::uint32_t value : values) out.be32(value);
    return out.take();
}

/// A record or sample: kind, length, content padded to four bytes.
Bytes element(std::uint32_t kind, Bytes content) {
    content.resize((content.size() + 3) / 4 * 4);
    return numbers({kind, static_cast<std::uint32_t>(content.size())}) + content;
}

Bytes datagram(std::uint32_t sequence, std::uint32_t uptime_ms, const std::vector<Bytes>& samples) {
    const auto count = static_cast<std::uint32_t>(samples.size());
    Bytes out = numbers({5, 1, 0xc0000209, 3, sequence, uptime_ms, count});
    for (const Bytes& sample : samples) out = out + sample;
    return out;
}

/// From 10.0.0.1:40000 to 10.0.0.2:80, 60 bytes of IP in an Ethernet frame of 78 with checksum.
Bytes tcp_header() {
    return hex("020000000002 020000000001 0800") +
           hex("4500003c 00010000 40060000 0a000001 0a000002") +
           hex("9c400050 00000001 00000000 a0020000 00000000") + Bytes(20, 0);
}

Bytes raw_record(const Bytes& header, std::uint32_t frame_bytes) {
    return element(
        1, numbers({1, frame_bytes, 4, static_cast<std::uint32_t>(header.size())}) + header);
}

Bytes flow_sample(std::uint32_t rate, const std::vector<Bytes>& records) {
    Bytes out = numbers({9, 1, rate, 1000, 0, 2, 3, static_cast<std::uint32_t>(records.size())});
    for (const Bytes& record : records) out = out + record;
    return element(1, out);
}

Bytes expanded_sample(std::uint32_t rate, const Bytes& record) {
    return element(3, numbers({9, 0, 1, rate, 1000, 0, 0, 2, 0, 3, 1}) + record);
}

class SflowTest : public ::testing::Test {
 protected:
    bool decode(const Bytes& bytes) {
        return decoder_.decode({{{192, 0, 2, 9}, false}, 6343}, bytes, kArrival);
    }

    std::vector<FlowRecord> records_;
    ExportDecoder decoder_{[this](std::span<FlowRecord> records) {
        records_.insert(records_.end(), records.begin(), records.end());
    }};
};

TEST_F(SflowTest, TakesASampledHeaderForAsManyPacketsAsItsRate) {
    EXPECT_TRUE(decode(datagram(1, 5000, {flow_sample(512, {raw_record(tcp_header(), 78)})})));

    ASSERT_EQ(records_.size(), 1U);
    const FlowRecord& record = records_[0];
    EXPECT_EQ(to_string(record.src), "10.0.0.1");
    EXPECT_EQ(record.src_port, 40000);
    EXPECT_EQ(record.dst_port, 80);
    EXPECT_EQ(record.protocol, kProtocolTcp);
    EXPECT_EQ(record.forward.flags, kFlagSyn);
    EXPECT_EQ(record.forward.packets, 512U);
    EXPECT_EQ(record.forward.ip_bytes, 512U * 60);
    EXPECT_EQ(record.sampling, 512U);
    EXPECT_EQ(record.start, kArrival);
    EXPECT_EQ(decoder_.counts().sampled, 1U);
}

TEST_F(SflowTest, ReadsExpandedSamplesAndAddressesWithoutAHeader) {
    const Bytes v4 = element(3, numbers({60, 6, 0x0a000001, 0x0a000002, 40000, 80, 0x12, 0}));
    const Bytes v6 =
        element(4, numbers({80, 17}) + hex("20010db8000000000000000000000001") +
                       hex("20010db8000000000000000000000002") + numbers({53, 5353, 0, 0}));

    decode(datagram(1, 5000, {expanded_sample(1, v4), expanded_sample(1, v6)}));

    ASSERT_EQ(records_.size(), 2U);
    EXPECT_EQ(records_[0].forward.flags, 0x12);
    EXPECT_EQ(records_[0].forward.ip_bytes, 60U);
    EXPECT_EQ(to_string(records_[1].src), "2001:db8::1");
    EXPECT_EQ(records_[1].dst_port, 5353);
    EXPECT_EQ(decoder_.counts().sampled, 0U);
}

TEST_F(SflowTest, PrefersTheHeaderWhateverTheOrder) {
    const Bytes v4 = element(3, numbers({99, 17, 0x0b000001, 0x0b000002, 1, 2, 0, 0}));
    const Bytes raw = raw_record(tcp_header(), 78);

    decode(datagram(1, 5000, {flow_sample(1, {v4, raw}), flow_sample(1, {raw, v4})}));

    ASSERT_EQ(records_.size(), 2U);
    EXPECT_EQ(to_string(records_[0].src), "10.0.0.1");
    EXPECT_EQ(to_string(records_[1].src), "10.0.0.1");
}

TEST_F(SflowTest, MovesByTheUptimeOfTheAgentNotByTheArrival) {
    const Bytes sample = flow_sample(1, {raw_record(tcp_header(), 78)});

    decode(datagram(1, 5000, {sample}));
    decode(datagram(2, 6500, {sample}));

    ASSERT_EQ(records_.size(), 2U);
    EXPECT_EQ(records_[1].start - records_[0].start, Micros(1'500'000));
}

TEST_F(SflowTest, CountsWhatIsNoPacketOfAFlow) {
    const Bytes arp = hex("ffffffffffff 020000000001 0806") + Bytes(46, 0);
    const Bytes counters = element(2, numbers({1, 1, 0}));

    EXPECT_TRUE(decode(datagram(1, 5000, {flow_sample(4, {raw_record(arp, 64)}), counters})));

    EXPECT_TRUE(records_.empty());
    EXPECT_EQ(decoder_.counts().records, 1U);
    EXPECT_EQ(decoder_.counts().unusable, 1U);
    EXPECT_EQ(decoder_.counts().option_records, 1U);
}

TEST_F(SflowTest, CountsLostDatagramsOfAnAgent) {
    decode(datagram(7, 5000, {}));
    decode(datagram(8, 5100, {}));
    decode(datagram(11, 5200, {}));

    EXPECT_EQ(decoder_.counts().sequence_gaps, 1U);
    EXPECT_EQ(decoder_.counts().sequence_lost, 2U);
    EXPECT_EQ(decoder_.counts().exporters, 1U);
}

TEST_F(SflowTest, SurvivesEveryPrefixAndEveryOneByteChange) {
    const Bytes v4 = element(3, numbers({60, 6, 0x0a000001, 0x0a000002, 40000, 80, 0x12, 0}));
    const Bytes good = datagram(1, 5000,
                                {flow_sample(512, {raw_record(tcp_header(), 78), v4}),
                                 element(2, numbers({1, 1, 0})), expanded_sample(3, v4)});
    for (std::size_t length = 0; length < good.size(); ++length) {
        EXPECT_FALSE(decode(Bytes(good.begin(), good.begin() + static_cast<long>(length))));
    }
    for (std::size_t at = 0; at < good.size(); ++at) {
        Bytes changed = good;
        for (int value = 0; value < 256; ++value) {
            changed[at] = static_cast<std::uint8_t>(value);
            const std::size_t before = records_.size();
            decode(changed);
            EXPECT_LE(records_.size() - before, good.size() / 8);
        }
    }
}

TEST(LooksLikeExport, AcceptsSflowOfVersion5Only) {
    const Bytes good = datagram(1, 5000, {});
    Bytes version4 = good;
    version4[3] = 4;

    EXPECT_TRUE(looks_like_export(good));
    EXPECT_FALSE(looks_like_export(version4));
}

}  // namespace
}  // namespace tributary::datasets
