#include "app/bench/pcap_writer.hpp"

#include <array>

namespace tributary::app {

namespace {

constexpr std::uint32_t kMagic = 0xa1b2c3d4;
constexpr std::uint32_t kVersion = 0x00040002;
constexpr std::uint32_t kSnapshot = 262'144;
constexpr std::uint32_t kEthernet = 1;

template <std::size_t kCount>
void write_words(std::ofstream& out, const std::array<std::uint32_t, kCount>& words) {
    out.write(reinterpret_cast<const char*>(words.data()), sizeof words);
}

}  // namespace

PcapWriter::PcapWriter(const std::filesystem::path& path)
    : path_(path), out_(path, std::ios::binary | std::ios::trunc) {
    write_words<6>(out_, {kMagic, kVersion, 0, 0, kSnapshot, kEthernet});
}

void PcapWriter::add(Micros time, ByteView captured, std::uint32_t wire_bytes) {
    write_words<4>(out_, {static_cast<std::uint32_t>(time.count() / 1'000'000),
                          static_cast<std::uint32_t>(time.count() % 1'000'000),
                          static_cast<std::uint32_t>(captured.size()), wire_bytes});
    out_.write(reinterpret_cast<const char*>(captured.data()),
               static_cast<std::streamsize>(captured.size()));
}

Status PcapWriter::finish() {
    out_.close();
    if (out_) return {};
    return fail(Errc::io, "cannot write " + path_.string() + ": make room on that disk");
}

}  // namespace tributary::app
