#include "netlayer/splay/sinking.hpp"

#include <algorithm>
#include <utility>

#include "netlayer/depend/copier.hpp"
#include "netlayer/queue/retrieval.hpp"
#include "netlayer/splay/adjusting.hpp"
#include "netlayer/splay/balancing.hpp"
#include "netlayer/splay/shipment.hpp"
#include "netlayer/tree/edges.hpp"
#include "netlayer/tree/leases.hpp"
#include "netlayer/tree/search_tree.hpp"

namespace tributary::netlayer {

namespace {

QueueCopy names_of(const ObjectId& id, const std::deque<QueueEntry>& entries) {
    QueueCopy copy{id, {}};
    for (const QueueEntry& entry : entries) copy.processes.push_back(entry.process);
    return copy;
}

std::uint64_t bytes_of(const std::vector<Object>& objects) {
    std::uint64_t bytes = 0;
    for (const Object& object : objects) bytes += view(object.body).size();
    return bytes;
}

}  // namespace

bool Sinking::begin(ProcessId rising, std::uint64_t age, bool wished) {
    const auto child = state_.children.find(rising);
    const bool ready = state_.options.search_tree && state_.is_connected() && !state_.is_busy() &&
                       state_.parent && child != state_.children.end() && child->second.spoke &&
                       !child->second.fenced;
    if (!ready) return false;
    std::size_t elements = 0;
    for (const auto& [id, queue] : state_.queues) elements += queue.size();
    if (elements > state_.options.max_rotation_queue) return false;
    ++state_.counters.rotations_asked;
    Rotation rotation;
    rotation.other = rising;
    rotation.since = state_.now;
    rotation.wished = wished;
    state_.rotation = std::move(rotation);
    state_.send(state_.parent_id(), Lock{child->second.card, age});
    return true;
}

bool Sinking::on_lock_ok(ProcessId from, const LockOk& message) {
    if (!state_.rotation || state_.rotation->stage != Rotation::Stage::asking_above ||
        from != state_.parent_id()) {
        return false;
    }
    Rotation& rotation = *state_.rotation;
    if (rotation.given_up || !state_.is_live_child(rotation.other)) {
        state_.send(from, Unlock{});
        state_.rotation.reset();
        return true;
    }
    rotation.above = {state_.parent->card, message.epoch};
    rotation.abandoned_epoch = state_.mint_epoch();
    state_.send(rotation.other, LockX{rotation.above, rotation.abandoned_epoch,
                                      Shipment(state_).offer(rotation.other),
                                      rotation.wished ? Adjusting(state_).most_bytes(rotation.other)
                                                      : state_.options.max_rotation_bytes});
    rotation.stage = Rotation::Stage::asking_below;
    return true;
}

bool Sinking::on_lock_no(ProcessId from) {
    if (!state_.rotation || state_.rotation->stage != Rotation::Stage::asking_above ||
        from != state_.parent_id()) {
        return false;
    }
    state_.rotation.reset();
    refused();
    return true;
}

bool Sinking::on_lock_x_no(ProcessId from, const LockXNo& message) {
    if (!state_.rotation || state_.rotation->stage != Rotation::Stage::asking_below ||
        from != state_.rotation->other) {
        return false;
    }
    const bool too_dear = state_.rotation->wished && message.bytes > 0;
    if (too_dear) Adjusting(state_).too_dear(from, message.bytes);
    give_up();
    refused();
    return true;
}

void Sinking::give_up() {
    if (!state_.mutations.no_cancel) state_.send(state_.parent_id(), Unlock{});
    state_.rotation.reset();
    Retrieval(state_).release_all();
}

void Sinking::refused() {
    ++state_.counters.rotations_refused;
    Adjusting(state_).refused();
    Balancing(state_).look();
    state_.back_off(state_.counters.rotations_asked);
}

void Sinking::on_lost(ProcessId child) {
    if (!state_.rotation || state_.rotation->rising || state_.rotation->other != child) return;
    if (state_.rotation->stage == Rotation::Stage::asking_above) {
        state_.rotation->given_up = true;
    } else {
        give_up();
    }
}

void Sinking::leave_downwards() {
    if (state_.now < state_.next_attempt || state_.is_busy()) return;
    const auto settled = [](const auto& entry) {
        return !entry.second.fenced && entry.second.spoke;
    };
    if (!std::all_of(state_.children.begin(), state_.children.end(), settled)) return;
    // The larger subtree rises, so that few processes come to lie deeper.
    const auto larger = std::max_element(
        state_.children.begin(), state_.children.end(),
        [](const auto& a, const auto& b) { return a.second.subtree < b.second.subtree; });
    begin(larger->first, static_cast<std::uint64_t>(state_.now.count()));
}

void Sinking::tick() {
    if (!state_.rotation) return;
    const ProcessOptions& options = state_.options;
    const Micros longest = options.lease + options.grace + options.silence;
    if (state_.now - state_.rotation->since < longest) return;
    const bool above = state_.rotation->stage == Rotation::Stage::asking_above;
    const bool abandoned = state_.rotation->stage == Rotation::Stage::asking_abandoned;
    state_.links.give_up(above       ? state_.parent_id()
                         : abandoned ? state_.rotation->abandoned->id
                                     : state_.rotation->other);
}

bool Sinking::on_lock_x_ok(ProcessId from, const LockXOk& message) {
    if (!state_.rotation || state_.rotation->stage != Rotation::Stage::asking_below ||
        from != state_.rotation->other || !fits(message)) {
        return false;
    }
    auto queues = rotate(message);
    if (!queues) {
        ++state_.counters.merges_refused;
        return false;
    }
    commit(message, std::move(*queues));
    return true;
}

bool Sinking::fits(const LockXOk& message) const {
    const Card& rising = state_.children.at(state_.rotation->other).card;
    if (message.abandoned) {
        const Card& abandoned = *message.abandoned;
        const Interval between{std::min(rising.key, state_.self.key),
                               std::max(rising.key, state_.self.key)};
        if (!between.covers(abandoned.key) || abandoned.id == state_.self.id ||
            abandoned.id == state_.parent_id() || state_.children.contains(abandoned.id)) {
            return false;
        }
    }
    // x's queues can name only x's neighbours; who is below or above p is none of them.
    return std::all_of(message.queues.begin(), message.queues.end(), [&](const QueueCopy& copy) {
        return std::all_of(copy.processes.begin(), copy.processes.end(), [&](ProcessId id) {
            return id == rising.id || id == state_.self.id ||
                   (id != state_.parent_id() && !state_.children.contains(id));
        });
    });
}

std::optional<Sinking::Queues> Sinking::rotate(const LockXOk& message) const {
    const ProcessId rising = state_.rotation->other;
    std::set<ProcessId> below;
    if (message.abandoned) below.insert(message.abandoned->id);
    for (const auto& [id, child] : state_.children) {
        if (id != rising) below.insert(id);
    }
    // A queue that one of them never used: the object is somewhere above.
    std::map<ObjectId, std::deque<QueueEntry>> theirs;
    for (const auto& [id, queue] : state_.queues) theirs[id] = {{state_.self.id, kNoOperation}};
    for (const QueueCopy& copy : message.queues) {
        auto& entries = theirs[copy.object];
        entries.clear();
        for (const ProcessId process : copy.processes) entries.push_back({process, kNoOperation});
    }
    if (theirs.size() > state_.options.max_objects) return std::nullopt;
    Queues rotated;
    for (auto& [id, entries] : theirs) {
        const auto own = state_.queues.find(id);
        const std::deque<QueueEntry> mine =
            own != state_.queues.end() ? own->second.entries()
                                       : std::deque<QueueEntry>{{state_.parent_id(), kNoOperation}};
        auto both = rotate_queues({state_.self.id, mine}, {rising, std::move(entries)}, below);
        const std::size_t most = 2 * state_.options.max_queue;
        if (!both || both->rising.size() > most || both->sinking.size() > most) {
            return std::nullopt;
        }
        rotated.emplace(id, std::move(*both));
    }
    return rotated;
}

void Sinking::commit(const LockXOk& message, Queues queues) {
    const Rotation rotation = *state_.rotation;
    const ProcessId above = state_.parent_id();
    Commit commit;
    for (const auto& [id, both] : queues) commit.queues.push_back(names_of(id, both.rising));
    commit.objects = Shipment(state_).for_rising(rotation.other, message.versions);
    if (!state_.mutations.rotate_without_dependencies) {
        commit.dependencies = state_.dependencies.pairs();
    }
    commit.lo = state_.lo;
    commit.hi = state_.hi;
    commit.subtree = Leases(state_).subtree() - state_.children.at(rotation.other).subtree +
                     std::min(message.abandoned_subtree, kMaxSubtree);
    state_.counters.rotation_bodies += commit.objects.size() + message.objects.size();
    Adjusting(state_).paid(bytes_of(commit.objects) + bytes_of(message.objects));
    state_.rotation.reset();  // the edges are open again for what follows
    state_.send(rotation.other, std::move(commit));
    state_.send(above, Switch{rotation.above.epoch, state_.children.at(rotation.other).card});
    state_.links.close_when_acknowledged(above, state_.now);
    if (!state_.links.is_closing(above, state_.parent->epoch)) {
        state_.effects.emplace_back(CloseLink{above, state_.parent->epoch, true});
    }

    Copier(state_).save(message.objects, {});
    state_.dependencies.clear();
    take_place_below(rotation.other, std::move(queues));
    if (message.abandoned) {
        Edges(state_).take_child({*message.abandoned, rotation.abandoned_epoch},
                                 message.abandoned_subtree);
        state_.send(message.abandoned->id, SwitchB{rotation.other});
    }
    Leases(state_).ping();  // counts b as well
    ++state_.counters.rotations;
    state_.refusals = 0;
    Retrieval(state_).release_all();
}

void Sinking::take_place_below(ProcessId rising, Queues queues) {
    for (auto& [id, both] : queues) {
        const auto own = state_.queues.find(id);
        const bool idle = own != state_.queues.end() && own->second.idle();
        state_.queues.insert_or_assign(id,
                                       DistQueue(state_.self.id, std::move(both.sinking), idle));
    }
    const Child& child = state_.children.at(rising);
    Parent parent;  // the same edge as before, seen from its other end
    parent.card = child.card;
    parent.epoch = child.epoch;
    parent.last_pong = state_.now;
    (child.card.key < state_.self.key ? state_.lo : state_.hi) = child.card.key;
    state_.children.erase(rising);
    state_.parent = std::move(parent);
    state_.notify(ParentReplaced{state_.parent->card, state_.parent->epoch, false});
    Adjusting(state_).rotated(false);
}

}  // namespace tributary::netlayer
