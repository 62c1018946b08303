#pragma once
// The life of a member in the benchmark of the overlay: a node that takes objects when it is told
// to. Its own process; the answers are sent from the node's thread.

#include <cstdint>

#include "base/result.hpp"
#include "netlayer/driver/node.hpp"

namespace tributary::app {

/// Joins, says so, and works on command until the channel ends.
/// An object is one counter a member; taking it adds one to the member's own.
/// @param channel  to the conductor; see docs of the frames in the .cpp
/// @error of the node; what the conductor answered
Status serve_hand_overs(int channel, netlayer::NodeOptions options, std::uint32_t member);

}  // namespace tributary::app
