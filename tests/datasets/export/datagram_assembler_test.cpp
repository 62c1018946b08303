#include "datasets/export/datagram_assembler.hpp"

#include <gtest/gtest.h>

#include "datasets/ingest.hpp"
#include "tests/datasets/export/export_builder.hpp"

namespace tributary::datasets {
namespace {

using namespace testing;

/// An Ethernet frame with a piece of the IP payload, at a multiple of 8.
Bytes piece(const Bytes& ip_payload, std::size_t offset, std::size_t size, bool more) {
    const Bytes part(ip_payload.begin() + static_cast<long>(offset),
                     ip_payload.begin() + static_cast<long>(offset + size));
    ByteWriter out;
    out.put(hex("4500"));
    out.be16(static_cast<std::uint16_t>(20 + part.size()));
    out.be16(77);
    out.be16(static_cast<std::uint16_t>(offset / 8 | (more ? 0x2000U : 0U)));
    out.put(hex("4011 0000 c0000201 c0000202"));
    out.put(part);
    return ethernet(0x0800, out.take());
}

/// A message of 100 records, 3,868 bytes, behind its UDP header.
Bytes large_ipfix() {
    Bytes records;
    for (int i = 0; i < 100; ++i) records = records + ipfix_record();
    const Bytes message =
        ipfix({}, ipfix_template_set(256, ipfix_fields()) + flow_set(256, records));
    return udp(4739, 4739, message);
}

struct Fed {
    IngestReport report;
    std::uint64_t packets = 0;
};

Fed ingest_frames(const std::vector<Bytes>& frames) {
    const TemporaryFolder folder;
    PcapBuilder capture;
    for (const Bytes& frame : frames) capture.add(1'700'000'002'000'000, frame);
    const std::vector<std::filesystem::path> files = {
        folder.write("exports.pcap", capture.bytes())};
    Fed fed;
    const auto report =
        ingest(files, {}, [&](const FlowRecord& flow) { fed.packets += flow.forward.packets; });
    EXPECT_TRUE(report);
    fed.report = report.value_or(IngestReport{});
    return fed;
}

std::vector<Bytes> pieces_of(const Bytes& payload) {
    return {piece(payload, 0, 1480, true), piece(payload, 1480, 1480, true),
            piece(payload, 2960, payload.size() - 2960, false)};
}

TEST(DatagramAssembler, ReadsADatagramThatCameInPiecesInAnyOrder) {
    std::vector<Bytes> frames = pieces_of(large_ipfix());

    const Fed in_order = ingest_frames(frames);
    std::swap(frames[1], frames[2]);
    const Fed out_of_order = ingest_frames(frames);

    EXPECT_EQ(in_order.report.records, 100U);
    EXPECT_EQ(in_order.report.fragments, 2U);
    EXPECT_EQ(in_order.report.damaged, 0U);
    EXPECT_EQ(in_order.packets, 300U);
    EXPECT_EQ(out_of_order.report.records, 100U);
}

TEST(DatagramAssembler, ReadsNothingWhileAPieceIsMissing) {
    std::vector<Bytes> frames = pieces_of(large_ipfix());
    frames.erase(frames.begin() + 1);

    EXPECT_EQ(ingest_frames(frames).report.records, 0U);
}

TEST(DatagramAssembler, GivesUpOverlappingPieces) {
    const Bytes payload = large_ipfix();

    // As many bytes as the whole has, but eight of them twice and eight of them never.
    const Fed fed = ingest_frames({piece(payload, 0, 1480, true), piece(payload, 1472, 1480, true),
                                   piece(payload, 2960, payload.size() - 2960, false)});

    EXPECT_EQ(fed.report.records, 0U);
    EXPECT_GE(fed.report.damaged, 1U);
}

TEST(DatagramAssembler, StaysBoundedUnderAFloodOfFirstPieces) {
    DatagramAssembler assembler;
    const Bytes half(1400, 1);
    PacketInfo fragment;
    fragment.protocol = kProtocolUdp;
    fragment.fragment = Fragment::first;
    fragment.udp_payload = half;
    for (std::uint32_t i = 0; i < 1000; ++i) {
        fragment.fragment_id = i;
        EXPECT_TRUE(assembler.add(fragment).empty());
    }

    EXPECT_EQ(assembler.lost(), 1000 - DatagramAssembler::kMaxOpen);
}

}  // namespace
}  // namespace tributary::datasets
