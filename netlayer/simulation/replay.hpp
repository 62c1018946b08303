#pragma once
// The third driver of the core: processes fed from a recorded event log, without network, clock or
// clients, and every effect compared with the one recorded. What it proves: that a step depends on
// the state and the event alone, and that this program does what the recorded one did.
// One call at a time per thread. Protocol rules, section 1 (decision 1).

#include <cstdint>
#include <iosfwd>

#include "base/result.hpp"

namespace tributary::netlayer {

struct Replayed {
    std::uint64_t lines = 0;
    std::uint64_t starts = 0;  ///< programs started, restarts included
    std::uint64_t steps = 0;
    std::uint64_t effects = 0;  ///< each of them as recorded
};

/// @param log  the lines that SimulationOptions::record heard
/// @error corrupt: the first line that cannot be read, was changed, or whose effects are not those
///        of this program; by its number and with the reason
Result<Replayed> replay(std::istream& log);

}  // namespace tributary::netlayer
