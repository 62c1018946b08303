#include "netlayer/server/image.hpp"

#include <algorithm>

namespace tributary::netlayer {

ServerImage capture(const State& state) {
    return {state.self.incarnation, state.persists, state.epochs_minted,
            state.numbers,          state.children, state.links.contents(),
            state.queues,           state.updates,  state.holding};
}

bool fits(const ServerImage& image, const ProcessOptions& options) {
    return std::all_of(image.children.begin(), image.children.end(), [&](const auto& entry) {
        return (entry.second.card.key != kNoKey) == options.search_tree;
    });
}

void restore(State& state, const ServerImage& image) {
    state.persists = image.persists;
    state.epochs_minted = 0;  // the new incarnation gives new epochs
    state.numbers = image.numbers;
    state.children = image.children;
    for (auto& [id, child] : state.children) {
        child.last_ping = state.now;
        child.ping_answered = Micros{0};
    }
    state.links.assign(image.links, state.now);
    const Mutations& faults = state.mutations;
    const bool bare = faults.stored_bare;
    if (bare || faults.stored_without_sequence) state.links.forget_received();
    state.queues = image.queues;
    if (bare || faults.stored_without_idle) {
        for (auto& [id, queue] : state.queues) queue.set_idle(false);
    }
    state.updates = image.updates;
    state.holding = image.holding;
    if (state.holding) state.holding->since = state.now;
    if ((bare || faults.stored_without_held) && state.holding) state.holding->held.clear();
    if (bare || faults.stored_without_outbox) state.links.forget_sent();
    if ((bare || faults.stored_without_announced) && state.holding) {
        state.holding->announced.clear();
    }
}

}  // namespace tributary::netlayer
