#include "netlayer/simulation/checker.hpp"

#include <algorithm>

#include "netlayer/simulation/tree_check.hpp"

namespace tributary::netlayer::simulation {
namespace {

constexpr std::size_t kNowhere = SIZE_MAX;

std::string name(const State& state) {
    return "process " + std::to_string(state.self.id);
}

Version version_at(const State& state, const ObjectId& id) {
    const Object* copy = state.copies.find(id);
    return copy != nullptr ? copy->version : 0;
}

ProcessId head_of(const State& state, const ObjectId& id) {
    const auto found = state.queues.find(id);
    return found == state.queues.end() ? state.parent_id() : found->second.head().process;
}

ProcessId tail_of(const State& state, const ObjectId& id) {
    const auto found = state.queues.find(id);
    return found == state.queues.end() ? state.parent_id() : found->second.tail().process;
}

}  // namespace

Checker::Checker(const World& world, const History& history, std::size_t objects)
    : world_(world), history_(history) {
    for (std::size_t i = 0; i < objects; ++i) ids_.push_back("o" + std::to_string(i));
}

std::string Checker::check() {
    survey();
    if (members_.size() > world_.nodes().size()) return "a process is its own ancestor";
    if (world_.options().search_tree) {
        for (const Member& member : members_) {
            if (std::string found = check_place(*member.state); !found.empty()) return found;
            if (member.parent == nullptr) continue;
            std::string found = check_edge(*member.parent->state, *member.state);
            if (!found.empty()) return found;
        }
        if (std::string found = check_locks(world_); !found.empty()) return found;
    }
    for (const ObjectId& id : ids_) {
        if (std::string found = locate(id); !found.empty()) return found;
        for (const Member& member : members_) {
            if (std::string found = check_queues(member, id); !found.empty()) return found;
        }
        if (std::string found = check_recovery(id); !found.empty()) return found;
    }
    for (const ObjectId& id : ids_) {  // needs every location
        for (const Member& member : members_) {
            if (std::string found = check_dependencies(member, id); !found.empty()) return found;
        }
    }
    return {};
}

void Checker::survey() {
    members_.clear();
    members_.reserve(world_.nodes().size() + 1);
    if (const Process* server = world_.process(kServer)) visit(server->state(), nullptr);
}

void Checker::visit(const State& state, const Member* parent) {
    if (members_.size() > world_.nodes().size()) return;
    const std::size_t index = members_.size();
    members_.push_back({&state, parent, index, 0, false, false});
    const auto& network = world_.network();
    if (parent != nullptr) {
        const ChannelId up{state.self.id, parent->state->self.id, state.parent->epoch};
        members_[index].quiet_up = world_.quiet(up);
        members_[index].quiet_down = world_.quiet(up.reversed());
    }
    for (const auto& [id, child] : state.children) {
        const Process* process = world_.process(id);
        if (child.fenced || process == nullptr || !process->state().parent) continue;
        const State& below = process->state();
        const bool agreed =
            below.parent->card.id == state.self.id && below.parent->epoch == child.epoch;
        const ChannelId up{id, state.self.id, child.epoch};
        if (agreed && !network.is_cut(up) && !network.is_cut(up.reversed())) {
            visit(below, &members_[index]);
        }
    }
    members_[index].last = members_.size();
}

std::string Checker::locate(const ObjectId& id) {
    std::size_t owners = 0;
    at_[id] = kNowhere;
    for (std::size_t i = 0; i < members_.size(); ++i) {
        const Member& member = members_[i];
        if (head_of(*member.state, id) == member.state->self.id) {
            ++owners;
            at_[id] = i;
        }
        if (member.parent == nullptr || (member.quiet_up && member.quiet_down)) continue;
        const ChannelId up{member.state->self.id, member.parent->state->self.id,
                           member.state->parent->epoch};
        for (const ChannelId& channel : {up, up.reversed()}) {
            const Channel* found = world_.network().find(channel);
            if (found != nullptr && found->moving.contains(id)) ++owners;
        }
    }
    if (owners <= 1) return {};
    return "object " + id + " has " + std::to_string(owners) + " owners";
}

std::string Checker::check_queues(const Member& member, const ObjectId& id) const {
    if (member.parent == nullptr || !member.quiet_up || !member.quiet_down) return {};
    const State& above = *member.parent->state;
    const State& below = *member.state;
    const bool head_up = head_of(below, id) == above.self.id;
    const bool head_down = head_of(above, id) == below.self.id;
    if (head_up == head_down) {
        return "INV-Q: the heads of object " + id + " at " + name(above) + " and " + name(below) +
               (head_up ? " both point" : " do not point") + " at each other";
    }
    const bool tail_up = tail_of(below, id) == above.self.id;
    const bool tail_down = tail_of(above, id) == below.self.id;
    if (tail_up == tail_down) {
        return "INV-Q: the tails of object " + id + " at " + name(above) + " and " + name(below) +
               (tail_up ? " both point" : " do not point") + " at each other";
    }
    return {};
}

std::string Checker::check_recovery(const ObjectId& id) const {
    // Greatest version before and after each position of the preorder: outside of a subtree.
    std::vector<Version> before(members_.size() + 1, 0);
    std::vector<Version> after(members_.size() + 1, 0);
    for (std::size_t i = 0; i < members_.size(); ++i) {
        before[i + 1] = std::max(before[i], version_at(*members_[i].state, id));
    }
    for (std::size_t i = members_.size(); i > 0; --i) {
        after[i - 1] = std::max(after[i], version_at(*members_[i - 1].state, id));
    }
    for (const Member& member : members_) {
        if (member.parent == nullptr) continue;
        const State& above = *member.parent->state;
        if (head_of(above, id) != member.state->self.id) continue;
        const Version outside = std::max(before[member.first], after[member.last]);
        if (outside > version_at(above, id)) {
            return "INV-R: object " + id + " is below " + name(above) + ", which has version " +
                   std::to_string(version_at(above, id)) + ", but version " +
                   std::to_string(outside) + " is outside of that subtree";
        }
    }
    return {};
}

std::string Checker::check_dependencies(const Member& member, const ObjectId& id) const {
    if (member.parent == nullptr || !member.quiet_up) return {};
    const Object* held = member.state->copies.find(id);
    if (held == nullptr || held->version == 0 || held->body == nullptr) return {};
    ByteView bytes = view(held->body);
    ByteReader last(bytes.subspan(bytes.size() - sizeof(OperationId)));
    const Operation& writer = history_.at(last.u64());
    for (const auto& [other, input] : writer.read) {
        if (other == id) continue;
        const bool wrote =
            std::find(writer.writes.begin(), writer.writes.end(), other) != writer.writes.end();
        const Touched needed{other, input.version + (wrote ? 1 : 0)};
        if (!covered(member, id, needed)) {
            return "INV-D: " + name(*member.state) + " has object " + id + " version " +
                   std::to_string(held->version) + ", which depends on object " + other +
                   " version " + std::to_string(needed.version) + ", recorded nowhere above";
        }
    }
    return {};
}

bool Checker::covered(const Member& member, const ObjectId& from, const Touched& needed) const {
    if (version_at(*member.parent->state, needed.object) >= needed.version) return true;
    const std::size_t place = at_.at(needed.object);
    if (place == kNowhere || place < member.first || place >= member.last) return true;
    const bool held = version_at(*member.state, needed.object) >= needed.version;
    return held && member.state->dependencies.closure({from}).contains(needed.object);
}

Checker::Final Checker::at_rest() {
    Final final;
    survey();
    for (const auto& [id, node] : world_.nodes()) {
        if (!node.process || !node.process->state().is_connected()) continue;
        const auto found =
            std::find_if(members_.begin(), members_.end(),
                         [self = id](const Member& m) { return m.state->self.id == self; });
        if (found == members_.end()) {
            final.violations.push_back("process " + std::to_string(id) +
                                       " takes itself for connected at the end, but is not");
        }
    }
    for (const Member& member : members_) {
        if (!world_.revocations().is_revoked(member.state->self.id)) continue;
        final.violations.push_back(name(*member.state) + " was revoked and is still in the tree");
    }
    for (const ObjectId& id : ids_) {
        if (std::string found = locate(id); !found.empty()) final.violations.push_back(found);
        const std::size_t place = at_.at(id);
        if (place == kNowhere) {
            final.violations.push_back("object " + id + " has no owner at the end");
            final.objects.push_back(Object{id, 0, nullptr});
            continue;
        }
        const Object* copy = members_[place].state->copies.find(id);
        final.objects.push_back(copy != nullptr ? *copy : Object{id, 0, nullptr});
    }
    return final;
}

}  // namespace tributary::netlayer::simulation
