#pragma once
// What a process tells about itself: for `tributary status`, the operator console and tests.
// Values; any thread.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "netlayer/identity.hpp"
#include "netlayer/object/object.hpp"

namespace tributary::netlayer {

enum class Phase {
    idle,       ///< created, or disconnected and not joining again
    joining,    ///< asks for a place
    connected,  ///< has a way to the server, as far as it knows
    leaving,    ///< connected, finishes its operations and forces
    departing,  ///< not in the tree any more; its last word is not acknowledged yet
    left,       ///< gone for good
};

const char* phase_name(Phase phase);

/// One object as this process sees it.
struct ObjectStatus {
    ObjectId object;
    Version version = 0;  ///< of the local copy
    bool has_copy = false;
    bool owner = false;     ///< the object is here
    bool waiting = false;   ///< requested by this process, or on its way through it
    std::size_t queue = 0;  ///< entries of the localQ
};

struct NeighbourStatus {
    Card card;
    Epoch epoch = 0;
    std::uint64_t subtree = 1;  ///< processes in that subtree, as last reported
};

struct ProcessStatus {
    Card self;
    Phase phase = Phase::idle;
    std::optional<NeighbourStatus> parent;
    std::vector<NeighbourStatus> children;
    std::vector<ObjectStatus> objects;
    std::size_t operations_pending = 0;
    bool has_lease = false;
    std::map<std::string, std::uint64_t> counters;
};

}  // namespace tributary::netlayer
