#pragma once
// The two captures on which ingest is measured: `mixed`, given captures laid end to end and
// repeated with other addresses, and `scan`, one SYN to each of many addresses.
// Invariant: what is built depends on the arguments only. One thread.
// Source: docs/ingest.md.

#include <cstdint>
#include <filesystem>
#include <span>

#include "base/result.hpp"

namespace tributary::app {

/// Writes `packets` packets: the Ethernet captures in the order given, again and again; the n-th
/// repetition has n mixed into every address, so that its flows are its own. Captures of other link
/// types are left out. Times go on without a break; silence is cut to one second.
/// @param captures  pcap, pcapng; plain, .gz or .zst
/// @error           not_found, corrupt, io; invalid_argument: no Ethernet packet in them
Status build_mixed(std::span<const std::filesystem::path> captures, std::uint64_t packets,
                   const std::filesystem::path& target);

/// Writes `packets` SYN packets, each from its own port to its own address, 10 us apart.
/// @error io
Status build_scan(std::uint64_t packets, const std::filesystem::path& target);

}  // namespace tributary::app
