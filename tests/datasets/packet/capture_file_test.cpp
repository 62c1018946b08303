#include "datasets/packet/capture_file.hpp"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdlib>
#include <map>

#include "base/compress.hpp"
#include "base/random.hpp"
#include "tests/datasets/packet/packet_builder.hpp"

namespace tributary::datasets {
namespace {

using namespace testing;

constexpr std::size_t kHeader = 24;
constexpr std::size_t kRecord = 16 + 100;

Bytes three_packets() {
    PcapBuilder pcap;
    for (std::uint64_t i = 1; i <= 3; ++i) pcap.add(i * 1'000'000 + 7, Bytes(100, 0));
    return pcap.bytes();
}

struct Reading {
    std::vector<Micros> times;
    std::optional<CaptureDamage> damage;
};

Reading read(const std::filesystem::path& path) {
    auto file = CaptureFile::open(path);
    if (!file) {
        ADD_FAILURE() << file.error().message;
        return {};
    }
    Reading reading;
    RawPacket packet;
    while (file->next(packet)) reading.times.push_back(packet.time);
    reading.damage = file->damage();
    return reading;
}

Bytes gzip(const TemporaryFolder& folder, const Bytes& plain) {
    const std::filesystem::path path = folder.path() / "made.gz";
    gzFile file = gzopen(path.c_str(), "wb");
    gzwrite(file, plain.data(), static_cast<unsigned>(plain.size()));
    gzclose(file);
    std::ifstream in(path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(in), {});
}

Bytes zstd_with_checksum(const Bytes& plain) {
    ZSTD_CCtx* const context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    Bytes packed(ZSTD_compressBound(plain.size()));
    packed.resize(
        ZSTD_compress2(context, packed.data(), packed.size(), plain.data(), plain.size()));
    ZSTD_freeCCtx(context);
    return packed;
}

TEST(CaptureFile, ReadsPlainAndCompressedAlike) {
    const TemporaryFolder folder;
    const Bytes plain = three_packets();
    const std::vector<Micros> expected = {Micros(1'000'007), Micros(2'000'007), Micros(3'000'007)};

    const Reading as_plain = read(folder.write("a.pcap", plain));
    const Reading as_zstd = read(folder.write("a.zst", compress(plain)));
    const Reading as_gzip = read(folder.write("a.gz", gzip(folder, plain)));

    for (const Reading& reading : {as_plain, as_zstd, as_gzip}) {
        EXPECT_EQ(reading.times, expected);
        EXPECT_FALSE(reading.damage);
    }
}

TEST(CaptureFile, KeepsMicrosecondsOfANanosecondFile) {
    const TemporaryFolder folder;
    PcapBuilder pcap(1, 0xa1b23c4d);
    pcap.add(5'000'001'999, Bytes(60, 0), 1'000'000'000);

    const Reading reading = read(folder.write("nano.pcap", pcap.bytes()));

    EXPECT_EQ(reading.times, std::vector<Micros>{Micros(5'000'001)});
}

TEST(CaptureFile, ReportsTheEndOfTheLastIntactRecordWhenCutOff) {
    const TemporaryFolder folder;
    Bytes cut = three_packets();
    cut.resize(cut.size() - 1);

    const Reading plain = read(folder.write("cut.pcap", cut));
    const Reading packed = read(folder.write("cut.zst", compress(cut)));

    for (const Reading& reading : {plain, packed}) {
        EXPECT_EQ(reading.times.size(), 2U);
        ASSERT_TRUE(reading.damage);
        EXPECT_EQ(reading.damage->offset, kHeader + 2 * kRecord);
        EXPECT_NE(reading.damage->cause.find("truncated"), std::string::npos);
    }
}

TEST(CaptureFile, StopsAtARecordThatClaimsTooMuch) {
    const TemporaryFolder folder;
    Bytes bad = three_packets();
    const std::size_t length_at = kHeader + kRecord + 8;
    bad[length_at + 3] = 0x7f;

    const Reading reading = read(folder.write("bad.pcap", bad));

    EXPECT_EQ(reading.times.size(), 1U);
    ASSERT_TRUE(reading.damage);
    EXPECT_EQ(reading.damage->offset, kHeader + kRecord);
}

TEST(CaptureFile, ReportsDamageOfTheCompressionItself) {
    const TemporaryFolder folder;
    Bytes zstd = compress(three_packets());
    zstd.resize(zstd.size() - 5);
    Bytes packed = gzip(folder, three_packets());
    packed.resize(packed.size() - 9);

    const auto cut_zstd = CaptureFile::open(folder.write("cut.zst", zstd));
    const Reading cut_gzip = read(folder.write("cut.gz", packed));

    ASSERT_FALSE(cut_zstd);  // one small frame: nothing comes out of it
    EXPECT_NE(cut_zstd.error().message.find("zstd stream: ends early"), std::string::npos);
    ASSERT_TRUE(cut_gzip.damage);
    EXPECT_NE(cut_gzip.damage->cause.find("gzip stream"), std::string::npos);
}

TEST(CaptureFile, SaysFromWhereOnAWrongChecksumMakesPacketsDoubtful) {
    const TemporaryFolder folder;
    Bytes two_frames = zstd_with_checksum(three_packets());
    const Bytes second = zstd_with_checksum(Bytes(kRecord * 600, 0));
    two_frames.insert(two_frames.end(), second.begin(), second.end());
    two_frames.back() ^= 1;

    const Reading reading = read(folder.write("wrong.zst", two_frames));

    EXPECT_GT(reading.times.size(), 3U);
    ASSERT_TRUE(reading.damage);
    EXPECT_EQ(reading.damage->offset, three_packets().size());
    EXPECT_NE(reading.damage->cause.find("may be wrong"), std::string::npos);
}

/// Packets whose bytes do not repeat, so that the packed file has many blocks.
Bytes many_packets(std::size_t count) {
    PcapBuilder pcap;
    Random random(7);
    for (std::uint64_t i = 1; i <= count; ++i) {
        Bytes bytes(100);
        for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random.below(64));
        pcap.add(i * 1000, bytes);
    }
    return pcap.bytes();
}

/// How many packets stand in what a program that we did not write unpacks.
std::size_t packets_unpacked_by(const std::string& program, const std::filesystem::path& file) {
    const std::string plain = file.string() + ".plain";
    const std::string command = program + " -dc < " + file.string() + " > " + plain;
    static_cast<void>(std::system((command + " 2> /dev/null").c_str()));
    std::error_code none;
    return std::filesystem::file_size(plain, none) < kHeader || none ? 0 : read(plain).times.size();
}

TEST(CaptureFile, UsesADamagedCompressedFileUpToTheDamage) {
    constexpr std::size_t kPackets = 20'000;
    const TemporaryFolder folder;
    const Bytes plain = many_packets(kPackets);
    const std::map<std::string, Bytes> packed{{"zstd", zstd_with_checksum(plain)},
                                              {"gzip", gzip(folder, plain)}};
    for (const auto& [program, whole] : packed) {
        ASSERT_EQ(std::system(("command -v " + program + " > /dev/null").c_str()), 0) << program;
        for (const std::size_t tenths : {2U, 5U, 9U, 10U}) {
            Bytes bad = whole;
            bad[std::min(whole.size() * tenths / 10, whole.size() - 6)] ^= 0x55;
            const auto file = folder.write(program + std::to_string(tenths), bad);

            const Reading reading = read(file);

            EXPECT_GE(reading.times.size(), packets_unpacked_by(program, file)) << tenths;
            ASSERT_TRUE(reading.damage) << program << tenths;
            EXPECT_LE(reading.damage->offset, plain.size());
        }
        Bytes wrong_sum = whole;
        wrong_sum[whole.size() - (program == "gzip" ? 8 : 1)] ^= 1;
        const Reading doubtful = read(folder.write("sum", wrong_sum));
        EXPECT_EQ(doubtful.times.size(), kPackets) << program;
        ASSERT_TRUE(doubtful.damage);
        EXPECT_EQ(doubtful.damage->offset, 0U) << program;
    }
}

TEST(CaptureFile, ReadsEveryMemberOfAGzipFileAndIgnoresPadding) {
    const TemporaryFolder folder;
    const Bytes plain = many_packets(2000);
    const auto middle = plain.begin() + 70'001;
    Bytes packed = gzip(folder, Bytes(plain.begin(), middle));
    const Bytes rest = gzip(folder, Bytes(middle, plain.end()));
    packed.insert(packed.end(), rest.begin(), rest.end());
    packed.resize(packed.size() + 512, 0);

    const Reading reading = read(folder.write("members.gz", packed));

    EXPECT_EQ(reading.times.size(), 2000U);
    EXPECT_FALSE(reading.damage);
}

TEST(CaptureFile, KnowsWhereAPcapngFileBreaks) {
    const TemporaryFolder folder;
    const Bytes section = hex("0a0d0d0a 1c000000 4d3c2b1a 01000000 ffffffffffffffff 1c000000");
    const Bytes interface = hex("01000000 14000000 01000000 00000400 14000000");
    const Bytes packet = hex("06000000 24000000 00000000 00000000 0a000000 04000000 04000000") +
                         hex("01020304 24000000");
    const Bytes whole = section + interface + packet + packet;
    const Bytes cut(whole.begin(), whole.end() - 3);

    const Reading reading = read(folder.write("cut.pcapng", cut));

    EXPECT_EQ(reading.times, std::vector<Micros>{Micros(10)});
    ASSERT_TRUE(reading.damage);
    EXPECT_EQ(reading.damage->offset, section.size() + interface.size() + packet.size());
}

TEST(CaptureFile, RefusesWhatIsNoCaptureWithTheNextStep) {
    const TemporaryFolder folder;

    const auto text = CaptureFile::open(folder.write("notes.txt", to_bytes("hello, world, again")));
    const auto missing = CaptureFile::open(folder.path() / "absent.pcap");
    const auto directory = CaptureFile::open(folder.path());

    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code, Errc::corrupt);
    EXPECT_NE(text.error().message.find("Give a pcap"), std::string::npos);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Errc::not_found);
    EXPECT_NE(missing.error().message.find("absent.pcap"), std::string::npos);
    ASSERT_FALSE(directory);
}

}  // namespace
}  // namespace tributary::datasets
