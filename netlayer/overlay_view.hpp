#pragma once
// What the server knows of the whole tree, for `tributary overlay` and the operator's console.
// Values; any thread.

#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "netlayer/options.hpp"
#include "netlayer/self_report.hpp"

namespace tributary::netlayer {

/// A member of the tree as it reported itself; the server is the first.
struct MemberView {
    SelfReport report;
    Micros age{0};  ///< since the report came
};

/// Where an object is, as far as reports tell.
struct ObjectPlace {
    ObjectId object;
    Version version = 0;          ///< of the server's copy
    std::optional<ProcessId> at;  ///< nothing: on its way, or not reported
    ProcessId towards = kServer;  ///< the server, or the child of it in whose subtree it is
};

struct OverlayView {
    bool search_tree = false;
    RotationPolicy policy = RotationPolicy::none;
    std::vector<MemberView> members;
    std::vector<ObjectPlace> objects;
    // Sums over all members, those that are gone included, since the server's program started.
    std::vector<std::uint64_t> hops;  ///< hand-overs that passed 1, 2, ... edges
    std::uint64_t rotations = 0;
    std::uint64_t rotations_refused = 0;
    /// Price of a rotation in 1/256 hop, mean over rotations; nothing: none was measured.
    std::optional<std::uint64_t> alpha;
};

}  // namespace tributary::netlayer
