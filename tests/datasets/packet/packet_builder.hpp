#pragma once
// Packets and capture files made byte by byte, after the standards and not after the decoder.

#include <filesystem>
#include <fstream>
#include <string>

#include "base/bytes.hpp"

namespace tributary::datasets::testing {

inline Bytes hex(std::string_view text) {
    Bytes bytes;
    std::string digits;
    for (const char letter : text) {
        if (letter == ' ' || letter == '\n') continue;
        digits += letter;
        if (digits.size() < 2) continue;
        bytes.push_back(static_cast<std::uint8_t>(std::stoi(digits, nullptr, 16)));
        digits.clear();
    }
    return bytes;
}

inline Bytes operator+(Bytes left, const Bytes& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

struct V4 {
    std::uint8_t protocol = 6;
    std::uint32_t src = 0x0a000001;
    std::uint32_t dst = 0x0a000002;
    std::uint16_t id = 0;
    std::uint16_t fragment = 0;  ///< flags and offset as on the wire
};

/// An IPv4 packet around `payload`.
inline Bytes ipv4(const V4& header, const Bytes& payload) {
    ByteWriter out;
    out.be16(0x4500);
    out.be16(static_cast<std::uint16_t>(20 + payload.size()));
    out.be16(header.id);
    out.be16(header.fragment);
    out.u8(64);
    out.u8(header.protocol);
    out.be16(0);
    out.be32(header.src);
    out.be32(header.dst);
    out.put(payload);
    return out.take();
}

/// An IPv6 packet from fd00::1 to fd00::2.
inline Bytes ipv6(std::uint8_t next_header, const Bytes& payload) {
    ByteWriter out;
    out.be32(0x60000000);
    out.be16(static_cast<std::uint16_t>(payload.size()));
    out.u8(next_header);
    out.u8(64);
    out.put(hex("fd00 0000 0000 0000 0000 0000 0000 0001"));
    out.put(hex("fd00 0000 0000 0000 0000 0000 0000 0002"));
    out.put(payload);
    return out.take();
}

inline Bytes tcp(std::uint16_t src_port, std::uint16_t dst_port, std::uint8_t flags) {
    ByteWriter out;
    out.be16(src_port);
    out.be16(dst_port);
    out.be64(0);
    out.u8(0x50);
    out.u8(flags);
    out.be16(1024);
    out.be32(0);
    return out.take();
}

inline Bytes udp(std::uint16_t src_port, std::uint16_t dst_port, const Bytes& payload = {}) {
    ByteWriter out;
    out.be16(src_port);
    out.be16(dst_port);
    out.be16(static_cast<std::uint16_t>(8 + payload.size()));
    out.be16(0);
    out.put(payload);
    return out.take();
}

inline Bytes ethernet(std::uint16_t type, const Bytes& payload) {
    ByteWriter out;
    out.put(hex("020000000002 020000000001"));
    out.be16(type);
    out.put(payload);
    return out.take();
}

/// A little-endian microsecond pcap file, written packet by packet.
class PcapBuilder {
 public:
    explicit PcapBuilder(std::uint32_t link_type = 1, std::uint32_t magic = 0xa1b2c3d4) {
        out_.u32(magic);
        out_.u16(2);
        out_.u16(4);
        out_.u64(0);
        out_.u32(262144);
        out_.u32(link_type);
    }
    PcapBuilder& add(std::uint64_t time, const Bytes& packet, std::uint64_t ticks = 1'000'000) {
        out_.u32(static_cast<std::uint32_t>(time / ticks));
        out_.u32(static_cast<std::uint32_t>(time % ticks));
        out_.u32(static_cast<std::uint32_t>(packet.size()));
        out_.u32(static_cast<std::uint32_t>(packet.size()));
        out_.put(packet);
        return *this;
    }
    [[nodiscard]] const Bytes& bytes() const { return out_.bytes(); }

 private:
    ByteWriter out_;
};

/// A folder that is gone with the object.
class TemporaryFolder {
 public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "tributary-XXXXXX").string();
        path_ = mkdtemp(name.data());
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path write(const std::string& name, ByteView bytes) const {
        const std::filesystem::path file = path_ / name;
        std::ofstream(file, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()),
                   static_cast<std::streamsize>(bytes.size()));
        return file;
    }

 private:
    std::filesystem::path path_;
};

}  // namespace tributary::datasets::testing
