#include "netlayer/splay/rising.hpp"

#include <algorithm>
#include <utility>

#include "netlayer/depend/copier.hpp"
#include "netlayer/queue/retrieval.hpp"
#include "netlayer/splay/rotation.hpp"
#include "netlayer/splay/shipment.hpp"
#include "netlayer/tree/edges.hpp"
#include "netlayer/tree/leases.hpp"
#include "netlayer/tree/search_tree.hpp"

namespace tributary::netlayer {

void Rising::on_lock_x(ProcessId from, const LockX& message) {
    if (!may_rise(message)) {
        state_.send_past_hold(from, LockXNo{});
        return;
    }
    if (const auto bytes = Shipment(state_).price(message.copies); bytes > message.most_bytes) {
        state_.send_past_hold(from, LockXNo{bytes});
        return;
    }
    Rotation rotation;
    rotation.stage = Rotation::Stage::asking_abandoned;
    rotation.rising = true;
    rotation.other = from;
    rotation.since = state_.now;
    rotation.above = message.above;
    for (const ShippedCopy& copy : message.copies) rotation.versions[copy.object] = copy.version;
    const Child* inner = SearchTree(state_).inner_child();
    if (inner != nullptr && !state_.mutations.rotate_without_flush) {
        state_.send(inner->card.id, LockB{{state_.parent->card, message.abandoned_epoch}});
    }
    if (inner != nullptr) rotation.abandoned = inner->card;
    const bool wait = inner != nullptr && !state_.mutations.rotate_without_flush;
    state_.rotation = std::move(rotation);
    if (!wait) ready();
}

bool Rising::may_rise(const LockX& message) const {
    // A leaver sinks: raised by a policy, it would never come to leave.
    if (state_.phase != Phase::connected || state_.is_busy()) return false;
    const Child* inner = SearchTree(state_).inner_child();
    const bool settled = inner == nullptr || (inner->spoke && !inner->fenced);
    std::size_t elements = 0;
    for (const auto& [id, queue] : state_.queues) elements += queue.size();
    const ProcessId above = message.above.card.id;
    return settled && elements <= state_.options.max_rotation_queue && above != state_.self.id &&
           !state_.children.contains(above) && !state_.links.is_dead(above, message.above.epoch);
}

bool Rising::awaits_abandoned(ProcessId child) const {
    return state_.rotation && state_.rotation->stage == Rotation::Stage::asking_abandoned &&
           state_.rotation->abandoned && state_.rotation->abandoned->id == child;
}

bool Rising::on_lock_b_ok(ProcessId from) {
    if (!awaits_abandoned(from)) return false;
    ready();
    return true;
}

bool Rising::on_lock_b_no(ProcessId from) {
    if (!awaits_abandoned(from)) return false;
    const ProcessId sinking = state_.rotation->other;
    state_.rotation.reset();
    state_.send(sinking, LockXNo{});
    Retrieval(state_).release_all();
    return true;
}

void Rising::on_child_gone(ProcessId child) {
    if (!awaits_abandoned(child)) return;
    state_.rotation->abandoned.reset();
    ready();
}

void Rising::ready() {
    const Rotation& rotation = *state_.rotation;
    LockXOk ok;
    if (rotation.abandoned) {
        const Child& abandoned = state_.children.at(rotation.abandoned->id);
        ok.abandoned = abandoned.card;  // renewed meanwhile, perhaps
        ok.abandoned_subtree = abandoned.subtree;
        ok.objects = Shipment(state_).for_sinking(rotation.abandoned->id);
    }
    for (const auto& [id, queue] : state_.queues) {
        QueueCopy copy{id, {}};
        for (const QueueEntry& entry : queue.entries()) copy.processes.push_back(entry.process);
        ok.queues.push_back(std::move(copy));
    }
    for (const auto& [id, object] : state_.copies.all()) {
        if (ok.versions.size() == state_.options.max_copies) break;
        ok.versions.push_back({id, object.version});
    }
    state_.send(rotation.other, std::move(ok));
    state_.rotation->stage = Rotation::Stage::ready;
    if (rotation.abandoned) hand_over(*rotation.abandoned);
}

void Rising::hand_over(const Card& abandoned) {
    const Epoch epoch = state_.children.at(abandoned.id).epoch;
    Edges(state_).leave(abandoned.id, epoch);
    state_.children.erase(abandoned.id);
    state_.notify(ChildGone{abandoned.id, true, 0});
}

bool Rising::on_commit(ProcessId from, const Commit& message) {
    if (!state_.queues_are_away() || from != state_.rotation->other || !widens(message) ||
        state_.links.is_dead(state_.rotation->above.card.id, state_.rotation->above.epoch)) {
        return false;
    }
    auto queues = take(message);
    if (!queues) {
        ++state_.counters.merges_refused;
        return false;
    }
    Copier(state_).save(message.objects, message.dependencies);
    state_.queues = std::move(*queues);
    rise(message);
    return true;
}

bool Rising::widens(const Commit& message) const {
    const Interval taken{message.lo, message.hi};
    return taken.lo <= state_.lo && state_.hi <= taken.hi && taken.covers(state_.parent->card.key);
}

std::optional<std::map<ObjectId, DistQueue>> Rising::take(const Commit& message) const {
    std::map<ObjectId, DistQueue> queues;
    for (const QueueCopy& copy : message.queues) {
        auto queue = take_one(copy);
        if (!queue) return std::nullopt;
        queues.emplace(copy.object, std::move(*queue));
    }
    const bool complete =
        queues.size() <= state_.options.max_objects &&
        std::all_of(state_.queues.begin(), state_.queues.end(),
                    [&](const auto& entry) { return queues.contains(entry.first); });
    if (!complete) return std::nullopt;
    return queues;
}

std::optional<DistQueue> Rising::take_one(const QueueCopy& copy) const {
    const auto own = state_.queues.find(copy.object);
    const std::deque<QueueEntry> before =
        own != state_.queues.end() ? own->second.entries()
                                   : std::deque<QueueEntry>{{state_.rotation->other, kNoOperation}};
    std::deque<QueueEntry> entries;
    for (const ProcessId process : copy.processes) {
        const bool near = process == state_.self.id || process == state_.rotation->other ||
                          process == state_.rotation->above.card.id ||
                          state_.children.contains(process);
        if (!near) return std::nullopt;
        entries.push_back({process, kNoOperation});
    }
    auto after = with_operations(state_.self.id, before, std::move(entries));
    if (!after || after->empty()) return std::nullopt;
    const bool idle = own != state_.queues.end() && own->second.idle();
    return DistQueue(state_.self.id, std::move(*after), idle);
}

void Rising::rise(const Commit& message) {
    const Neighbour above = state_.rotation->above;
    Child sinking;  // the same edge as before, seen from its other end
    sinking.card = state_.parent->card;
    sinking.epoch = state_.parent->epoch;
    sinking.subtree = std::clamp<std::uint64_t>(message.subtree, 1, kMaxSubtree);
    sinking.spoke = true;
    sinking.last_ping = state_.now;
    state_.rotation.reset();
    state_.children.insert_or_assign(sinking.card.id, std::move(sinking));
    state_.lo = message.lo;
    state_.hi = message.hi;
    Edges(state_).take_parent(above, true);
    if (state_.mutations.commit_extends_lease) {
        state_.lease_until = state_.now + state_.options.lease;
    }
    Retrieval(state_).release_all();
}

}  // namespace tributary::netlayer
