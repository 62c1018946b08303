#pragma once
// The shortest programs that read every packet of a capture: what the meter is measured against.
// Pure functions; any thread.

#include <cstdint>
#include <filesystem>

#include "base/result.hpp"

namespace tributary::datasets {

struct ReadTotals {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;  ///< on the wire
};

/// Counts packets with pcap_loop.
/// @error not_found, permission, io, corrupt
Result<ReadTotals> libpcap_loop(const std::filesystem::path& path);

/// Counts packets of a plain pcap file that is mapped whole.
/// @error not_found, permission, io, corrupt (also when it is not a plain pcap file)
Result<ReadTotals> mapped_loop(const std::filesystem::path& path);

}  // namespace tributary::datasets
