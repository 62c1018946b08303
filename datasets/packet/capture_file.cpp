#include "datasets/packet/capture_file.hpp"

#include <algorithm>

namespace tributary::datasets {

namespace {

constexpr std::uint64_t kPcapRecordHeader = 16;
constexpr std::int64_t kMaxSeconds = std::int64_t{1} << 40;
constexpr std::uint32_t kMicroMagic = 0xa1b2c3d4;
constexpr std::uint32_t kNanoMagic = 0xa1b23c4d;

/// Link types whose packets libpcap accepts beyond the usual bound.
bool may_be_longer(int link_type) {
    return link_type == DLT_DBUS || link_type == DLT_USBPCAP || link_type == DLT_EBHSCR;
}

/// Absurd seconds are cut off, so that no later arithmetic overflows.
Micros to_micros(const timeval& time) {
    const std::int64_t seconds =
        std::clamp(static_cast<std::int64_t>(time.tv_sec), -kMaxSeconds, kMaxSeconds);
    return Micros(seconds * 1'000'000 + static_cast<std::int64_t>(time.tv_usec));
}

}  // namespace

CaptureFile::CaptureFile(pcap_t* handle, FileStream stream)
    : buffer_(std::move(stream.buffer)),
      handle_(handle),
      stream_damage_(std::move(stream.damage)),
      plain_magic_(stream.plain_magic) {
    // A pcap file starts with 24 bytes; a pcapng section header has at least 28.
    offset_ = position();
    is_pcapng_ = offset_ != 24;
    snapshot_ = static_cast<std::uint32_t>(pcap_snapshot(handle));
}

std::uint64_t CaptureFile::position() const {
    const off_t at = ftello(pcap_file(handle_.get()));
    return at < 0 ? offset_ : static_cast<std::uint64_t>(at);
}

Result<CaptureFile> CaptureFile::open(const std::filesystem::path& path) {
    TRIBUTARY_TRY(auto stream, open_stream(path));
    char cause[PCAP_ERRBUF_SIZE] = "";
    pcap_t* handle = pcap_fopen_offline(stream.file.get(), cause);
    if (handle == nullptr) {
        if (!stream.damage->cause.empty()) {
            return fail(Errc::corrupt, "cannot read " + path.string() + ": " +
                                           stream.damage->cause + ". Copy the file again");
        }
        return fail(Errc::corrupt, "cannot read " + path.string() + ": " + cause +
                                       ". Give a pcap or pcapng file, plain, .gz or .zst");
    }
    static_cast<void>(stream.file.release());  // libpcap closes it
    return CaptureFile(handle, std::move(stream));
}

std::optional<PcapLayout> CaptureFile::plain_layout() const {
    pcap_t* const handle = handle_.get();
    const bool is_current = pcap_major_version(handle) == 2 && pcap_minor_version(handle) == 4;
    if (!plain_magic_ || is_pcapng_ || !is_current || may_be_longer(link_type())) return {};
    const bool is_swapped = pcap_is_swapped(handle) != 0;
    const std::uint32_t magic = is_swapped ? __builtin_bswap32(*plain_magic_) : *plain_magic_;
    if (magic != kMicroMagic && magic != kNanoMagic) return {};
    return PcapLayout{link_type(), static_cast<std::uint32_t>(pcap_snapshot(handle)), is_swapped,
                      magic == kNanoMagic};
}

void CaptureFile::note(const pcap_pkthdr& header, const std::uint8_t* bytes, RawPacket& packet) {
    // A packet longer than the snapshot length stands in the file with more than is given.
    const bool is_cut = header.caplen >= snapshot_;
    offset_ = is_pcapng_ || is_cut ? position() : offset_ + kPcapRecordHeader + header.caplen;
    packet.time = to_micros(header.ts);
    packet.bytes = ByteView(bytes, header.caplen);
    packet.wire_bytes = header.len;
}

/// @param outcome  of libpcap's reading functions: negative when something ended the file
void CaptureFile::note_end(int outcome) {
    if (!stream_damage_->cause.empty()) {
        damage_ = CaptureDamage{offset_, stream_damage_->cause};
        if (!stream_damage_->doubtful_from) return;
        damage_->offset = std::min(offset_, *stream_damage_->doubtful_from);
        damage_->cause += "; packets behind this place were used and may be wrong";
    } else if (outcome < 0 && outcome != PCAP_ERROR_BREAK) {
        damage_ = CaptureDamage{offset_, pcap_geterr(handle_.get())};
    }
}

std::size_t CaptureFile::read(std::span<RawPacket> packets) {
    if (damage_) return 0;
    pcap_pkthdr* header = nullptr;
    const u_char* bytes = nullptr;
    const int outcome = pcap_next_ex(handle_.get(), &header, &bytes);
    if (outcome == 1) {
        note(*header, bytes, packets.front());
        return 1;
    }
    note_end(outcome);
    return 0;
}

std::size_t CaptureFile::visit(PacketVisitor& visitor) {
    if (damage_) return 0;
    struct Visit {
        CaptureFile& file;
        PacketVisitor& visitor;
        std::size_t count = 0;
    } state{*this, visitor};
    const auto show = [](u_char* user, const pcap_pkthdr* header, const u_char* bytes) {
        auto& visit = *reinterpret_cast<Visit*>(user);
        RawPacket packet;
        visit.file.note(*header, bytes, packet);
        visit.visitor.take(packet);
        ++visit.count;
    };
    const int outcome =
        pcap_dispatch(handle_.get(), kVisit, show, reinterpret_cast<u_char*>(&state));
    if (outcome <= 0) note_end(outcome);
    return state.count;
}

}  // namespace tributary::datasets
