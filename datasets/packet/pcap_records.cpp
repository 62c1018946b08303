#include "datasets/packet/pcap_records.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/prefetch.hpp"

namespace tributary::datasets {

namespace {

constexpr std::size_t kLine = 64;
/// Far enough for memory to answer, near enough to be still in the cache when it is read.
constexpr std::size_t kAhead = 8192;

/// Seconds, fraction, captured bytes, bytes on the wire.
using RecordHeader = std::array<std::uint32_t, 4>;
static_assert(sizeof(RecordHeader) == PcapRecords::kRecordHeader);

/// Times are signed as libpcap reads them: a fraction may be absurd, too.
Micros record_time(const RecordHeader& header, bool has_nanoseconds) {
    const auto seconds = static_cast<std::int32_t>(header[0]);
    const auto fraction = static_cast<std::int32_t>(header[1]);
    return Micros(std::int64_t{seconds} * 1'000'000 +
                  (has_nanoseconds ? fraction / 1000 : fraction));
}

}  // namespace

template <bool kSwapped>
std::size_t PcapRecords::read_as(std::span<RawPacket> packets, std::size_t limit) {
    const std::size_t end = std::min(limit, file_.size());
    std::size_t count = 0;
    while (count < packets.size() && offset_ < end) {
        const std::size_t left = file_.size() - offset_;
        if (left < kRecordHeader) {
            stop_at_cut("header", kRecordHeader, left);
            break;
        }
        RecordHeader header;
        std::memcpy(header.data(), file_.data() + offset_, sizeof header);
        if constexpr (kSwapped) {
            for (std::uint32_t& word : header) word = __builtin_bswap32(word);
        }
        const std::uint32_t captured = header[2];
        if (captured > kMostBytes) {
            damage_ =
                CaptureDamage{offset_, "invalid packet capture length " + std::to_string(captured) +
                                           ", bigger than maximum of 262144"};
            break;
        }
        if (captured > left - kRecordHeader) {
            stop_at_cut("captured", captured, left - kRecordHeader);
            break;
        }
        const std::uint8_t* bytes = file_.data() + offset_ + kRecordHeader;
        packets[count].time = record_time(header, layout_.has_nanoseconds);
        packets[count].bytes = ByteView(bytes, std::min(captured, layout_.snapshot));
        packets[count].wire_bytes = header[3];
        offset_ += kRecordHeader + captured;
        ++count;
        prefetch_to(std::min(offset_ + kAhead, end));
    }
    return count;
}

/// Where a record begins is known only from the one before: without this, every record waits for
/// memory once.
void PcapRecords::prefetch_to(std::size_t end) {
    prefetched_ = std::max(prefetched_, offset_);
    for (; prefetched_ < end; prefetched_ += kLine) prefetch(file_.data() + prefetched_);
}

std::size_t PcapRecords::read(std::span<RawPacket> packets, std::size_t limit) {
    if (damage_) return 0;
    return layout_.is_swapped ? read_as<true>(packets, limit) : read_as<false>(packets, limit);
}

void PcapRecords::stop_at_cut(const char* what, std::size_t wanted, std::size_t there) {
    damage_ =
        CaptureDamage{offset_, "truncated dump file; tried to read " + std::to_string(wanted) +
                                   " " + what + " bytes, only got " + std::to_string(there)};
}

}  // namespace tributary::datasets
