#pragma once
// The records of a plain pcap file that lies in memory. Reads exactly what libpcap reads from the
// same bytes, cut-off ends and absurd lengths included, without copying.
// Invariants: no byte outside the view is touched; every record ends behind where it began.
// One thread.

#include <optional>
#include <span>

#include "datasets/packet/packet_source.hpp"

namespace tributary::datasets {

/// What the header of a pcap file says about its records.
struct PcapLayout {
    int link_type = 0;           ///< DLT_ number of libpcap
    std::uint32_t snapshot = 0;  ///< longest packet that is given; the rest of a longer one is cut
    bool is_swapped = false;     ///< written in the other byte order
    bool has_nanoseconds = false;
};

class PcapRecords {
 public:
    static constexpr std::size_t kFileHeader = 24;
    static constexpr std::size_t kRecordHeader = 16;
    /// A record that claims more is damage.
    static constexpr std::uint32_t kMostBytes = 262'144;

    /// @param file  the whole file, header included
    PcapRecords(ByteView file, const PcapLayout& layout) : file_(file), layout_(layout) {}

    /// Fills some of `packets`, from the first on; 0 at the end or at damage.
    /// @param limit  no record that begins at or behind this offset is read
    std::size_t read(std::span<RawPacket> packets, std::size_t limit);

    /// End of the last intact record.
    [[nodiscard]] std::size_t offset() const { return offset_; }
    [[nodiscard]] const PcapLayout& layout() const { return layout_; }
    [[nodiscard]] const std::optional<CaptureDamage>& damage() const { return damage_; }

 private:
    template <bool kSwapped>
    std::size_t read_as(std::span<RawPacket> packets, std::size_t limit);
    void prefetch_to(std::size_t end);
    void stop_at_cut(const char* what, std::size_t wanted, std::size_t there);

    ByteView file_;
    PcapLayout layout_;
    std::size_t offset_ = kFileHeader;
    std::size_t prefetched_ = 0;  ///< up to which memory was asked for
    std::optional<CaptureDamage> damage_;
};

}  // namespace tributary::datasets
