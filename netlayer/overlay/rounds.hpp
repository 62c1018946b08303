#pragma once
// The round model of what is built: messages are routed at once, one hop a round, and rotations go
// on in the background. A rotation takes the rounds of its message exchange; while they last its
// four nodes take part in no other one.
// Saturated: every source has its next request ready when the one before arrived.
// One thread per run. Source: splaynet Def. 12; protocol §4.3; overlay design, decision 1.

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.hpp"
#include "netlayer/overlay/displaynet.hpp"
#include "netlayer/overlay/fleet.hpp"
#include "netlayer/overlay/trace.hpp"

namespace tributary::netlayer::overlay {

struct RoundsOptions {
    std::string policy = "regret";
    PolicyOptions tuning;
    Price price;
    bool server_trips = true;  ///< the new owner reports every hand-over to the server
    /// Messages at p and x wait while these are frozen (protocol §4.3), four rounds a rotation;
    /// off: no message ever waits for a rotation.
    bool freeze = false;
    /// Told of every completed request: hops when issued, rotations in all so far.
    std::function<void(std::uint64_t request, std::uint32_t hops, std::uint64_t rotations)>
        observer;
};

/// @error invalid_argument (unknown policy)
Result<RoundResult> run_rounds(Tree start, const Trace& trace, const RoundsOptions& options);

}  // namespace tributary::netlayer::overlay
