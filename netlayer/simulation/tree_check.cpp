#include "netlayer/simulation/tree_check.hpp"

#include "netlayer/tree/search_tree.hpp"

namespace tributary::netlayer::simulation {
namespace {

std::string process_name(const State& state) {
    return "process " + std::to_string(state.self.id);
}

/// Whether the neighbour for which an edge is held takes part in a rotation that needs it.
bool has_rotation(const State& leaver, const State& holder) {
    if (!leaver.rotation) return false;
    const bool abandoned =
        leaver.rotation->abandoned && leaver.rotation->abandoned->id == holder.self.id;
    return leaver.rotation->rising ? abandoned : leaver.parent_id() == holder.self.id;
}

}  // namespace

std::string check_place(const State& state) {
    if (state.is_server()) {
        return state.children.size() <= 1 ? "" : "the server has more than one child";
    }
    std::size_t left = 0;
    std::size_t right = 0;
    for (const auto& [id, child] : state.children) {
        if (!state.covers(child.card.key)) {
            return "the key of " + std::to_string(id) + " lies outside of the interval of " +
                   process_name(state) + ", its parent";
        }
        ++(child.card.key < state.self.key ? left : right);
    }
    if (left <= 1 && right <= 1) return {};
    return process_name(state) + " has two children on one side";
}

std::string check_edge(const State& parent, const State& child) {
    const Interval slot = SearchTree(parent).slot(child.self.key);
    if (slot.lo == child.lo && slot.hi == child.hi && slot.covers(child.self.key)) return {};
    return "the interval of " + process_name(child) + " is not the one that its parent, " +
           process_name(parent) + ", implies";
}

std::string check_locks(const World& world) {
    for (const auto& [id, node] : world.nodes()) {
        if (!node.process || !node.process->state().holding) continue;
        const State& holder = node.process->state();
        const ProcessId leaver = holder.holding->leaver;
        const Process* other = world.process(leaver);
        const auto link = holder.links.all().find(leaver);
        if (other == nullptr || link == holder.links.all().end()) continue;
        const ChannelId from{leaver, id, link->second.epoch};
        const bool ended = world.quiet(from) && !has_rotation(other->state(), holder);
        // What is held waits; what was sent before the lock was told has arrived.
        if (ended && other->received(id, from.epoch) == link->second.sent) {
            return process_name(holder) + " is locked by a rotation that has ended";
        }
    }
    return {};
}

}  // namespace tributary::netlayer::simulation
