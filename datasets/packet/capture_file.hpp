#pragma once
// Packets of one capture file (pcap or pcapng; plain, .gz or .zst) in file order, through libpcap.
// Invariants: memory is bounded by the largest record that libpcap accepts; a damaged file gives
// every packet before the damage. Move-only; one thread.

#include <pcap/pcap.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "datasets/packet/file_stream.hpp"
#include "datasets/packet/packet_source.hpp"
#include "datasets/packet/pcap_records.hpp"

namespace tributary::datasets {

class CaptureFile final : public PacketSource {
 public:
    /// @error not_found, permission, io, corrupt (not a capture)
    static Result<CaptureFile> open(const std::filesystem::path& path);

    std::size_t read(std::span<RawPacket> packets) override;
    std::size_t visit(PacketVisitor& visitor) override;
    [[nodiscard]] int link_type() const override { return pcap_datalink(handle_.get()); }
    [[nodiscard]] const std::optional<CaptureDamage>& damage() const override { return damage_; }

    /// What a reader of the mapped file must know; nothing when it is not a plain pcap file of the
    /// current version.
    [[nodiscard]] std::optional<PcapLayout> plain_layout() const;

 private:
    struct Closer {
        void operator()(pcap_t* handle) const { pcap_close(handle); }
    };
    CaptureFile(pcap_t* handle, FileStream stream);
    [[nodiscard]] std::uint64_t position() const;
    void note(const pcap_pkthdr& header, const std::uint8_t* bytes, RawPacket& packet);
    void note_end(int outcome);

    std::unique_ptr<StreamBuffer> buffer_;  ///< outlives the file behind the handle
    std::unique_ptr<pcap_t, Closer> handle_;
    std::shared_ptr<StreamDamage> stream_damage_;  ///< see FileStream
    std::optional<CaptureDamage> damage_;
    std::uint64_t offset_ = 0;
    std::uint32_t snapshot_ = 0;
    bool is_pcapng_ = false;
    std::optional<std::uint32_t> plain_magic_;  ///< see FileStream
};

}  // namespace tributary::datasets
