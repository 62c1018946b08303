#pragma once
// Where packets come from: a capture file through libpcap, a mapped one, an interface.
// Invariants: packets come in the order of the source; a damaged file gives every packet before the
// damage. One thread.

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace tributary::datasets {

/// One captured packet; `bytes` is valid until the source is asked for more.
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

/// Receives packets one by one; none may be kept.
class PacketVisitor {
 public:
    virtual void take(const RawPacket& packet) = 0;

 protected:
    ~PacketVisitor() = default;
};

class PacketSource {
 public:
    static constexpr std::size_t kVisit = 16;

    PacketSource() = default;
    virtual ~PacketSource() = default;

    /// Fills some of `packets`, from the first on.
    /// @param packets  room for at least one
    /// @return         how many were filled; 0 at the end of what can be read
    virtual std::size_t read(std::span<RawPacket> packets) = 0;
    bool next(RawPacket& packet) { return read(std::span(&packet, 1)) == 1; }

    /// Shows the next packets, at most kVisit, to the visitor.
    /// @return  how many; 0 at the end of what can be read
    virtual std::size_t visit(PacketVisitor& visitor);

    /// The DLT_ number that says what a packet starts with.
    [[nodiscard]] virtual int link_type() const = 0;
    /// Set when reading stopped before the end of the file.
    [[nodiscard]] virtual const std::optional<CaptureDamage>& damage() const = 0;

 protected:
    PacketSource(const PacketSource&) = default;
    PacketSource(PacketSource&&) = default;
    PacketSource& operator=(const PacketSource&) = default;
    PacketSource& operator=(PacketSource&&) = default;
};

/// How capture files are read.
enum class Reader {
    mapped,   ///< plain pcap files mapped into memory, all others through libpcap
    libpcap,  ///< every file through libpcap
};

/// @error not_found, permission, io, corrupt (not a capture)
Result<std::unique_ptr<PacketSource>> open_capture(const std::filesystem::path& path,
                                                   Reader reader);

}  // namespace tributary::datasets
