#include "netlayer/status.hpp"

#include <array>

#include "netlayer/process.hpp"
#include "netlayer/state.hpp"
#include "netlayer/tree/census.hpp"
#include "netlayer/tree/leases.hpp"

namespace tributary::netlayer {
namespace {

ObjectStatus describe(const State& state, const ObjectId& id, const DistQueue& queue) {
    ObjectStatus status;
    status.object = id;
    if (const Object* copy = state.copies.find(id)) {
        status.has_copy = true;
        status.version = copy->version;
    }
    status.owner = queue.head_is_self();
    status.waiting = queue.size() > 1;
    status.queue = queue.size();
    return status;
}

}  // namespace

const char* phase_name(Phase phase) {
    static constexpr std::array<const char*, 6> kNames = {"idle",    "joining",   "connected",
                                                          "leaving", "departing", "left"};
    return kNames.at(static_cast<std::size_t>(phase));
}

ProcessStatus Process::status() const {
    const State& state = *state_;
    ProcessStatus status;
    status.self = state.self;
    status.phase = state.phase;
    if (state.parent) status.parent = NeighbourStatus{state.parent->card, state.parent->epoch, 0};
    for (const auto& [id, child] : state.children) {
        if (!child.fenced) status.children.push_back({child.card, child.epoch, child.subtree});
    }
    for (const auto& [id, queue] : state.queues) {
        status.objects.push_back(describe(state, id, queue));
    }
    status.operations_pending = state.updates.size() + state.reads.size();
    status.has_lease = Leases(*state_).held() && state.is_connected();
    status.counters = named(state.counters);
    status.counters["bound_link"] = state.links.overflows().links;
    status.counters["bound_early"] = state.links.overflows().epochs;
    return status;
}

OverlayView Process::overlay() const {
    return Census(*state_).view();
}

}  // namespace tributary::netlayer
