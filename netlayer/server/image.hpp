#pragma once
// Everything of the server's protocol state that has to survive its end, next to the objects: with
// it a restart within the grace time is a pause, not a disconnection of everybody.
// Invariants: an image describes the state after one step, with the effects of that step not yet
// performed (persist before send); edges keep their epochs; an input counts as received only in an
// image that contains its consequences.
// Values, taken and used within a step. Protocol rules, section 7.

#include <cstdint>
#include <map>
#include <optional>

#include "netlayer/link/link_table.hpp"
#include "netlayer/queue/dist_queue.hpp"
#include "netlayer/state.hpp"

namespace tributary::netlayer {

struct ServerImage {
    Incarnation incarnation = 0;
    std::uint64_t persists = 0;
    std::uint64_t epochs_minted = 0;
    std::uint64_t numbers = 0;
    std::map<ProcessId, Child> children;
    LinkTable::Contents links;  ///< epochs, last numbers, what is not acknowledged, dead epochs
    std::map<ObjectId, DistQueue> queues;  ///< with the idle flags
    std::map<OperationId, Update> updates;
    std::optional<Holding> holding;  ///< a child of the server is leaving; with what is held for it
};

/// The image of the present state.
ServerImage capture(const State& state);

/// Whether the image is of the kind of tree that the options ask for.
[[nodiscard]] bool fits(const ServerImage& image, const ProcessOptions& options);

/// Puts a fresh state where the image was taken. Every link is interrupted, every child's silence
/// counts from `state.now` (C3: a restarted server from its restart).
void restore(State& state, const ServerImage& image);

}  // namespace tributary::netlayer
