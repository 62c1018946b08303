// The mapped reader must give exactly what libpcap gives, also of files that are not as they should
// be: libpcap is the oracle.

#include "datasets/packet/mapped_capture.hpp"

#include <gtest/gtest.h>

#include "base/compress.hpp"
#include "base/random.hpp"
#include "datasets/packet/capture_file.hpp"
#include "tests/datasets/packet/reference_data.hpp"

namespace tributary::datasets {
namespace {

using namespace testing;
namespace fs = std::filesystem;

/// Everything that a reader told of a file.
struct Told {
    std::vector<std::tuple<Micros, Bytes, std::uint32_t>> packets;
    int link_type = 0;
    std::optional<std::uint64_t> damaged_at;

    bool operator==(const Told&) const = default;
};

Told told_by(PacketSource& source) {
    struct Collector final : PacketVisitor {
        void take(const RawPacket& packet) override {
            told.packets.emplace_back(packet.time, Bytes(packet.bytes.begin(), packet.bytes.end()),
                                      packet.wire_bytes);
        }
        Told told;
    } collector;
    while (source.visit(collector) > 0) {
    }
    collector.told.link_type = source.link_type();
    if (source.damage()) collector.told.damaged_at = source.damage()->offset;
    return collector.told;
}

/// @return  whether the file was mapped
bool expect_alike(const fs::path& path) {
    SCOPED_TRACE(path);
    auto mapped = open_capture(path, Reader::mapped);
    auto by_libpcap = open_capture(path, Reader::libpcap);
    EXPECT_EQ(mapped.has_value(), by_libpcap.has_value());
    if (!mapped || !by_libpcap) return false;
    EXPECT_EQ(told_by(**mapped), told_by(**by_libpcap));
    return dynamic_cast<MappedCapture*>(mapped->get()) != nullptr;
}

Bytes some_packets(std::uint32_t magic, std::size_t count) {
    PcapBuilder pcap(1, magic);
    for (std::size_t i = 0; i < count; ++i) {
        pcap.add(i * 1'000'003, Bytes(40 + i * 97 % 1400, static_cast<std::uint8_t>(i)));
    }
    return pcap.bytes();
}

TEST(MappedCapture, ReadsWhatLibpcapReadsInBothPrecisions) {
    const TemporaryFolder folder;

    EXPECT_TRUE(expect_alike(folder.write("micro.pcap", some_packets(0xa1b2c3d4, 100))));
    EXPECT_TRUE(expect_alike(folder.write("nano.pcap", some_packets(0xa1b23c4d, 100))));
}

TEST(MappedCapture, ReadsTheOtherByteOrder) {
    const TemporaryFolder folder;
    const Bytes header = hex("a1b2c3d4 0002 0004 00000000 00000000 00040000 00000001");
    const Bytes record = hex("65000001 0000002a 00000004 0000003c 01020304");
    const fs::path path = folder.write("big.pcap", header + record + record);

    EXPECT_TRUE(expect_alike(path));
    const auto source = open_capture(path, Reader::mapped);
    const Told told = told_by(**source);

    ASSERT_EQ(told.packets.size(), 2U);
    EXPECT_EQ(told.packets[0], (std::tuple(Micros(0x65000001LL * 1'000'000 + 42), Bytes{1, 2, 3, 4},
                                           std::uint32_t{60})));
}

TEST(MappedCapture, ReadsFilesLargerThanItsWindow) {
    const TemporaryFolder folder;
    const Bytes large = some_packets(0xa1b2c3d4, 8000);
    ASSERT_GT(large.size(), 4 * FileMapping::kWindow);

    EXPECT_TRUE(expect_alike(folder.write("large.pcap", large)));
}

TEST(MappedCapture, EndsEveryCutOffFileWhereLibpcapDoes) {
    const TemporaryFolder folder;
    const Bytes whole = some_packets(0xa1b2c3d4, 3);

    for (std::size_t size = 0; size < whole.size(); ++size) {
        expect_alike(folder.write("cut.pcap", ByteView(whole).first(size)));
    }
}

TEST(MappedCapture, TakesMutatedFilesAsLibpcapDoes) {
    const TemporaryFolder folder;
    const Bytes whole = some_packets(0xa1b2c3d4, 12);
    Random random(5);

    for (int i = 0; i < 600; ++i) {
        Bytes changed = whole;
        for (std::uint64_t flips = 1 + random.below(4); flips > 0; --flips) {
            // Headers are where it matters: the file's and those of the records.
            const std::size_t at = random.below(random.chance(0.5) ? 48 : changed.size());
            changed[at] = static_cast<std::uint8_t>(random.below(256));
        }
        expect_alike(folder.write("changed.pcap", changed));
    }
}

TEST(MappedCapture, LeavesOtherKindsOfFilesToLibpcap) {
    const TemporaryFolder folder;
    const Bytes section = hex("0a0d0d0a 1c000000 4d3c2b1a 01000000 ffffffffffffffff 1c000000");
    const Bytes interface = hex("01000000 14000000 01000000 00000400 14000000");

    EXPECT_FALSE(expect_alike(folder.write("a.pcapng", section + interface)));
    EXPECT_FALSE(expect_alike(folder.write("a.zst", compress(some_packets(0xa1b2c3d4, 3)))));
}

TEST(MappedCapture, EndsAsDamageWhenTheFileBecomesShorterWhileItIsRead) {
    const TemporaryFolder folder;
    const fs::path path = folder.write("a.pcap", some_packets(0xa1b2c3d4, 8000));
    auto source = open_capture(path, Reader::mapped);
    RawPacket packet;
    ASSERT_TRUE((*source)->next(packet));

    fs::resize_file(path, FileMapping::kWindow);
    std::size_t rest = 0;
    while ((*source)->next(packet)) ++rest;

    EXPECT_GT(rest, 0U);
    EXPECT_LT(rest, 7999U);
    ASSERT_TRUE((*source)->damage());
    EXPECT_NE((*source)->damage()->cause.find("truncated"), std::string::npos);
}

TEST(MappedReference, ReadsEveryMalformedFileAsLibpcapDoes) {
    const UnpackedArchive archive("pcap/malformed.tar.zst");
    if (!archive.is_there()) GTEST_SKIP() << "pcap/malformed.tar.zst is not in the reference data";
    std::size_t mapped = 0;

    for (const auto& entry : fs::recursive_directory_iterator(archive.path())) {
        if (entry.is_regular_file() && expect_alike(entry.path())) ++mapped;
    }

    EXPECT_GT(mapped, 500U);
}

}  // namespace
}  // namespace tributary::datasets
