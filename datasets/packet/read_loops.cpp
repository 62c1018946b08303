#include "datasets/packet/read_loops.hpp"

#include <pcap/pcap.h>

#include <array>
#include <memory>

#include "datasets/packet/capture_file.hpp"
#include "datasets/packet/mapped_capture.hpp"

namespace tributary::datasets {

namespace {

void count_packet(u_char* totals, const pcap_pkthdr* header, const u_char* /*bytes*/) {
    auto* sum = reinterpret_cast<ReadTotals*>(totals);
    ++sum->packets;
    sum->bytes += header->len;
}

}  // namespace

Result<ReadTotals> libpcap_loop(const std::filesystem::path& path) {
    char cause[PCAP_ERRBUF_SIZE] = "";
    const std::unique_ptr<pcap_t, decltype(&pcap_close)> handle(
        pcap_open_offline(path.c_str(), cause), &pcap_close);
    if (handle == nullptr) {
        return fail(Errc::corrupt, "cannot read " + path.string() + ": " + cause +
                                       ". Give an uncompressed pcap file");
    }
    ReadTotals totals;
    if (pcap_loop(handle.get(), 0, count_packet, reinterpret_cast<u_char*>(&totals)) != 0) {
        return fail(Errc::corrupt, path.string() + " is damaged: " + pcap_geterr(handle.get()) +
                                       ". Record it again");
    }
    return totals;
}

Result<ReadTotals> mapped_loop(const std::filesystem::path& path) {
    TRIBUTARY_TRY(const auto file, CaptureFile::open(path));
    const auto layout = file.plain_layout();
    if (!layout) {
        return fail(Errc::corrupt, path.string() + " is no plain pcap file: convert it first");
    }
    TRIBUTARY_TRY(const auto mapping, FileMapping::open(path));
    PcapRecords records(mapping.bytes(), *layout);
    ReadTotals totals;
    std::array<RawPacket, 16> packets;
    while (const std::size_t count = records.read(packets, mapping.bytes().size())) {
        totals.packets += count;
        for (std::size_t i = 0; i < count; ++i) totals.bytes += packets[i].wire_bytes;
    }
    return totals;
}

}  // namespace tributary::datasets
