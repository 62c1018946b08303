#include "app/bench/ingest_inputs.hpp"

#include <algorithm>

#include "app/bench/pcap_writer.hpp"
#include "datasets/packet/packet_source.hpp"

namespace tributary::app {

namespace {

constexpr int kEthernetLink = 1;
constexpr std::size_t kEthernetHeader = 14;
constexpr Micros kStart{1'700'000'000'000'000};
constexpr Micros kLongestSilence{1'000'000};
constexpr Micros kScanStep{10};
using Paths = std::span<const std::filesystem::path>;

std::uint16_t be16(ByteView bytes, std::size_t at) {
    return static_cast<std::uint16_t>((bytes[at] << 8) | bytes[at + 1]);
}

/// The checksum of an IPv4 header, which must hold zero in its place.
std::uint16_t header_checksum(ByteView header) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i + 1 < header.size(); i += 2) sum += be16(header, i);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

void set_checksum(std::span<std::uint8_t> header) {
    header[10] = header[11] = 0;
    const std::uint16_t sum = header_checksum(header);
    header[10] = static_cast<std::uint8_t>(sum >> 8);
    header[11] = static_cast<std::uint8_t>(sum);
}

/// Mixes the number into both addresses of an IP packet behind Ethernet and VLAN tags.
void move_addresses(Bytes& frame, std::uint32_t number) {
    std::size_t at = kEthernetHeader;
    if (frame.size() < at) return;
    std::uint16_t type = be16(frame, at - 2);
    while ((type == 0x8100 || type == 0x88a8) && frame.size() >= at + 4) {
        type = be16(frame, at + 2);
        at += 4;
    }
    const auto mix = [&](std::size_t address) {
        frame[address] ^= static_cast<std::uint8_t>(number);
        frame[address + 1] ^= static_cast<std::uint8_t>(number >> 8);
    };
    if (type == 0x0800 && frame.size() >= at + 20) {
        const std::size_t length = (frame[at] & 0xfU) * std::size_t{4};
        mix(at + 12 + 1);
        mix(at + 16 + 1);
        if (length >= 20 && frame.size() >= at + length) {
            set_checksum(std::span(frame).subspan(at, length));
        }
    } else if (type == 0x86dd && frame.size() >= at + 40) {
        mix(at + 8 + 4);
        mix(at + 24 + 4);
    }
}

/// Lays packets end to end in time.
class Timeline {
 public:
    Micros place(Micros time) {
        if (fresh_) last_ = time;
        fresh_ = false;
        now_ += std::clamp(time - last_, Micros(0), kLongestSilence);
        last_ = std::max(last_, time);
        return now_;
    }
    /// The next packet begins another capture.
    void begin() { fresh_ = true; }

 private:
    Micros now_ = kStart;
    Micros last_{0};
    bool fresh_ = true;
};

/// Copies at most `most` packets of one capture. @return how many
Result<std::uint64_t> copy_capture(const std::filesystem::path& capture, std::uint32_t repetition,
                                   std::uint64_t most, Timeline& timeline, PcapWriter& out) {
    TRIBUTARY_TRY(const auto source, datasets::open_capture(capture, datasets::Reader::libpcap));
    if (source->link_type() != kEthernetLink) return 0;
    timeline.begin();
    std::uint64_t copied = 0;
    datasets::RawPacket packet;
    while (copied < most && source->next(packet)) {
        Bytes frame(packet.bytes.begin(), packet.bytes.end());
        move_addresses(frame, repetition);
        const auto captured = static_cast<std::uint32_t>(frame.size());
        out.add(timeline.place(packet.time), frame, std::max(packet.wire_bytes, captured));
        ++copied;
    }
    return copied;
}

/// Ethernet, IPv4 and TCP of the n-th packet of the scan.
Bytes scan_packet(std::uint32_t number) {
    ByteWriter out;
    out.put(Bytes{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0});
    out.put(Bytes{0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0});
    out.be32(0xc6336401);  // 198.51.100.1 asks ...
    // ... everyone in 10.0.0.0/8, as scanners do, in no order that a hash table could profit from.
    out.be32(0x0a000000 | ((number * 0x9e3779b1U) & 0x00ffffff));
    out.be16(static_cast<std::uint16_t>(1024 + ((number * 40'503U) >> 4) % 64'000));
    out.be16(80);
    out.be64(std::uint64_t{number} << 32);
    out.put(Bytes{0x50, 0x02, 4, 0, 0, 0, 0, 0});
    Bytes frame = out.take();
    set_checksum(std::span(frame).subspan(kEthernetHeader, 20));
    return frame;
}

}  // namespace

Status build_mixed(Paths captures, std::uint64_t packets, const std::filesystem::path& target) {
    PcapWriter out(target);
    Timeline timeline;
    std::uint64_t written = 0;
    for (std::uint32_t repetition = 0; written < packets; ++repetition) {
        const std::uint64_t before = written;
        for (const std::filesystem::path& capture : captures) {
            TRIBUTARY_TRY(const std::uint64_t copied,
                          copy_capture(capture, repetition, packets - written, timeline, out));
            written += copied;
        }
        if (written == before) {
            return fail(Errc::invalid_argument,
                        "no Ethernet packet in the captures: name others to build `mixed` from");
        }
    }
    return out.finish();
}

Status build_scan(std::uint64_t packets, const std::filesystem::path& target) {
    PcapWriter out(target);
    for (std::uint64_t i = 0; i < packets; ++i) {
        const Bytes frame = scan_packet(static_cast<std::uint32_t>(i));
        out.add(kStart + kScanStep * static_cast<std::int64_t>(i), frame,
                static_cast<std::uint32_t>(frame.size()));
    }
    return out.finish();
}

}  // namespace tributary::app
