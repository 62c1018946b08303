#pragma once
// The view of the tree as text for programs: what a coordinator answers to `overlay`.
// Pure functions; any thread. Documented in docs/overlay.md.

#include <string>
#include <vector>

#include "netlayer/overlay_view.hpp"

namespace tributary::app {

/// The edges that this share of the hand-overs passed at most; 0 when there was none.
/// @param hops   counts of hand-overs that passed 1, 2, ... edges
/// @param share  0 to 1
std::uint64_t hops_quantile(const std::vector<std::uint64_t>& hops, double share);

/// One JSON object, schema 1. Ids and keys are text: they need all 64 bits.
std::string overlay_json(const netlayer::OverlayView& view);

}  // namespace tributary::app
