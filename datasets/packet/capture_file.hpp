#pragma once
// Packets of one capture file (pcap or pcapng; plain, .gz or .zst) in file order, through libpcap.
// Invariants: memory is bounded by the largest record that libpcap accepts; a damaged file gives
// every packet before the damage. Move-only; one thread.

#include <pcap/pcap.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "datasets/packet/file_stream.hpp"

namespace tributary::datasets {

/// One captured packet; `bytes` is valid until the next call of `CaptureFile::next`.
struct RawPacket {
    Micros time{0};
    ByteView bytes;
    std::uint32_t wire_bytes = 0;  ///< as the file says; may be less than it captured
};

/// Where and why reading ended before the end.
struct CaptureDamage {
    std::uint64_t offset = 0;  ///< end of the last intact record, in the uncompressed stream
    std::string cause;
};

class CaptureFile {
 public:
    /// @error not_found, permission, io, corrupt (not a capture)
    static Result<CaptureFile> open(const std::filesystem::path& path);

    /// @return  false at the end of what can be read
    bool next(RawPacket& packet);

    /// The DLT_ number that says what a packet starts with.
    [[nodiscard]] int link_type() const { return pcap_datalink(handle_.get()); }
    /// Set when `next` stopped before the end of the file.
    [[nodiscard]] const std::optional<CaptureDamage>& damage() const { return damage_; }

 private:
    struct Closer {
        void operator()(pcap_t* handle) const { pcap_close(handle); }
    };
    CaptureFile(pcap_t* handle, std::shared_ptr<std::string> stream_damage);
    [[nodiscard]] std::uint64_t position() const;

    std::unique_ptr<pcap_t, Closer> handle_;
    std::shared_ptr<std::string> stream_damage_;  ///< see FileStream
    std::optional<CaptureDamage> damage_;
    std::uint64_t offset_ = 0;
    bool is_pcapng_ = false;
};

}  // namespace tributary::datasets
