#pragma once
// Request sequences: who hands an object to whom. Reads the published formats (docs/overlay.md) and
// refuses a bad line by number and reason.
// Invariant of a Trace: every id is below `nodes`, and no request goes to its own source.
// Values; any thread.

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/result.hpp"
#include "netlayer/overlay/tree.hpp"

namespace tributary::netlayer::overlay {

struct Request {
    NodeId from = 0;
    NodeId to = 0;

    friend bool operator==(const Request&, const Request&) = default;
};

struct Trace {
    std::uint32_t nodes = 0;
    std::vector<Request> requests;
    std::uint64_t to_self = 0;  ///< left out: they travel nowhere
};

/// Bounds of a trace; a larger one is refused.
inline constexpr std::uint32_t kMaxNodes = 1'000'000;
inline constexpr std::uint64_t kMaxRequests = 20'000'000;

struct TraceOptions {
    std::uint32_t nodes = 0;     ///< 0: as the file says, else ids must be below it
    std::uint64_t requests = 0;  ///< 0: all; of a matrix: so many are drawn (100,000 when 0)
    std::uint64_t seed = 1;      ///< of the draws from a matrix
};

/// Reads `src,dst,packet_size` with a header, "nodes requests" followed by "src dst" lines, or a
/// matrix of "src dst probability" lines, of which requests are drawn.
/// @error corrupt (line and reason), limit_exceeded
Result<Trace> parse_trace(std::string_view text, const TraceOptions& options);

/// Reads a file, plain or packed with zstd.
/// @error not_found, permission, io, corrupt, limit_exceeded
Result<Trace> read_trace(const std::filesystem::path& path, const TraceOptions& options);

}  // namespace tributary::netlayer::overlay
