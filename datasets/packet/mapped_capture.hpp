#pragma once
// A plain pcap file read in place: no copy, and only a window of the file is held in memory.
// Invariants: at most kWindow * 2 bytes of the file are resident for this reader; a file that
// becomes shorter while it is read ends as damage. Move-only; one thread.

#include "datasets/packet/pcap_records.hpp"

namespace tributary::datasets {

/// A whole file mapped read-only, with the part around the reader resident.
class FileMapping {
 public:
    static constexpr std::size_t kWindow = std::size_t{1} << 20;

    static Result<FileMapping> open(const std::filesystem::path& path);
    FileMapping(FileMapping&& other) noexcept;
    FileMapping& operator=(FileMapping&&) = delete;
    FileMapping(const FileMapping&) = delete;
    FileMapping& operator=(const FileMapping&) = delete;
    ~FileMapping();

    [[nodiscard]] ByteView bytes() const { return {base_, size_}; }
    /// Makes the window behind `offset` resident and lets go of what lies before it.
    /// @return  the end of what may be touched without a fault; not behind `offset` when the file
    ///          has become shorter
    std::size_t advance(std::size_t offset);

 private:
    FileMapping(std::uint8_t* base, std::size_t size) : base_(base), size_(size) {}

    std::uint8_t* base_ = nullptr;
    std::size_t size_ = 0;
    std::size_t resident_ = 0;  ///< end of the resident part
    std::size_t released_ = 0;  ///< everything before was let go
};

class MappedCapture final : public PacketSource {
 public:
    /// @param layout  as read from the file's header
    /// @error         not_found, permission, io
    static Result<MappedCapture> open(const std::filesystem::path& path, const PcapLayout& layout);

    std::size_t read(std::span<RawPacket> packets) override;
    [[nodiscard]] int link_type() const override { return records_.layout().link_type; }
    [[nodiscard]] const std::optional<CaptureDamage>& damage() const override;

 private:
    MappedCapture(FileMapping mapping, const PcapLayout& layout)
        : mapping_(std::move(mapping)), records_(mapping_.bytes(), layout) {}

    FileMapping mapping_;
    PcapRecords records_;
    std::size_t limit_ = 0;                ///< records that begin behind it wait for the window
    std::optional<CaptureDamage> shrunk_;  ///< set when the file became shorter
};

}  // namespace tributary::datasets
