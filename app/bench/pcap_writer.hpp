#pragma once
// Writes a plain pcap file of Ethernet packets, microseconds, this machine's byte order.
// One thread.

#include <filesystem>
#include <fstream>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace tributary::app {

class PcapWriter {
 public:
    explicit PcapWriter(const std::filesystem::path& path);

    /// @param wire_bytes  at least as many as captured
    void add(Micros time, ByteView captured, std::uint32_t wire_bytes);
    /// @error io: something was not written
    Status finish();

 private:
    std::filesystem::path path_;
    std::ofstream out_;
};

}  // namespace tributary::app
