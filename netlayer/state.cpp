#include "netlayer/state.hpp"

#include <algorithm>

#include "base/random.hpp"
#include "netlayer/splay/adjusting.hpp"

namespace tributary::netlayer {
namespace {

/// The longest back-off is a heart-beat times two to this power.
constexpr std::uint64_t kMostDoublings = 3;

}  // namespace

State::State(Process::Setup setup)
    : self(std::move(setup.self)),
      wished_key(self.key),
      options(setup.options),
      mutations(setup.mutations),
      inspect(std::move(setup.inspect)),
      links({setup.options.max_dead_epochs, setup.options.max_early,
             setup.options.grace > Micros{0} ? setup.options.max_unacknowledged : 0,
             setup.options.max_unacknowledged_bytes, setup.options.max_early_bytes}) {
    if (options.search_tree && is_server()) self.key = kServerKey;
    adjustment = make_adjustment(options, is_server());
    for (const Object& object : setup.restored) {
        copies.save(object);
        queue(object.id);
    }
    copies.take_changed();
    image = std::move(setup.image);
}

void State::note_sent_up(const Message& message) {
    const auto note = [this](const Object& object) {
        note_version(parent->has, object.id, object.version);
    };
    std::visit(
        [&](const auto& content) {
            using Content = std::decay_t<decltype(content)>;
            if constexpr (std::is_same_v<Content, Migrate> || std::is_same_v<Content, ReadClimb>) {
                note(content.object);
                for (const Object& copy : content.copies) note(copy);
            } else if constexpr (std::is_same_v<Content, Force>) {
                for (const Object& object : content.objects) note(object);
            }
        },
        message);
}

void State::send(ProcessId to, Message message) {
    if (rotation && is_silent(to, message)) {
        const bool owed =
            std::holds_alternative<Retrieve>(message) || std::holds_alternative<Migrate>(message);
        if (!is_heartbeat(message)) ++(owed ? counters.lost_rotating : counters.dropped_rotating);
        return;
    }
    if (parent && parent->card.id == to) {
        note_sent_up(message);
        Adjusting(*this).tell(message);
    }
    if (!holding || holding->leaver != to || is_heartbeat(message)) {
        send_past_hold(to, std::move(message));
        return;
    }
    dirty = true;
    if (holding->held.size() < options.max_held) {
        holding->held.push_back(std::move(message));
    } else {
        ++counters.bound_held;
        links.give_up(to);
    }
}

void State::send_past_hold(ProcessId to, Message message) {
    if (!is_heartbeat(message)) dirty = true;  // its number must not be given again
    if (!links.is_open(to)) {
        ++counters.unsendable;
    } else if (auto numbered = links.number(to, std::move(message))) {
        effects.emplace_back(std::move(*numbered));
    }
}

void State::notify(Notice notice) {
    effects.emplace_back(Notify{std::move(notice)});
}

DistQueue* State::queue(const ObjectId& id) {
    const auto found = queues.find(id);
    if (found != queues.end()) return &found->second;
    if (queues.size() >= options.max_objects) {
        ++counters.bound_objects;
        return nullptr;
    }
    if (is_server() && copies.find(id) == nullptr) copies.save(Object{id, 0, nullptr});
    return &queues.emplace(id, DistQueue(self.id, parent_id(), is_server())).first->second;
}

ProcessId State::parent_id() const {
    return parent ? parent->card.id : self.id;
}

bool State::is_connected() const {
    return phase == Phase::connected || phase == Phase::leaving;
}

bool State::is_live_child(ProcessId id) const {
    const auto found = children.find(id);
    return found != children.end() && !found->second.fenced;
}

bool State::is_frozen() const {
    if (rotation) {
        const bool released = mutations.early_release && queues_are_away();
        return rotation->stage != Rotation::Stage::asking_above && !released;
    }
    return holding && holding->successor.id == self.id && !mutations.successor_not_frozen;
}

bool State::drains(ProcessId from) const {
    if (!rotation) return holding && holding->leaver == from;
    if (from == rotation->other) return true;
    return rotation->rising ? rotation->abandoned && rotation->abandoned->id == from
                            : from == parent_id();
}

bool State::is_silent(ProcessId to, const Message& message) const {
    switch (rotation->stage) {
        case Rotation::Stage::asking_above: return false;
        case Rotation::Stage::asking_below: return to == rotation->other && !is_heartbeat(message);
        case Rotation::Stage::asking_abandoned:
            return rotation->abandoned && to == rotation->abandoned->id && !is_heartbeat(message);
        case Rotation::Stage::ready: return to == rotation->other && !mutations.early_release;
    }
    return false;
}

void State::back_off(std::uint64_t number) {
    // Two neighbours that refuse each other must not try again at the same time.
    Random random(self.id ^ (self.incarnation << 20U) ^ (number << 52U));
    const auto beats = std::uint64_t{1} << std::min(refusals++, kMostDoublings);
    const auto longest = beats * static_cast<std::uint64_t>(options.heartbeat.count());
    next_attempt = now + Micros(static_cast<Micros::rep>(random.below(longest + 1)));
}

Epoch State::mint_epoch() {
    return (self.incarnation << kEpochCounterBits) + (++epochs_minted);
}

void State::reset() {
    parent.reset();
    children.clear();
    links.forget_early();
    copies.clear();
    dependencies.clear();
    queues.clear();
    updates.clear();
    reads.clear();
    forces.clear();
    read_versions.clear();
    written_versions.clear();
    leave_forced = false;
    attempt.reset();
    refusals = 0;
    holding.reset();
    rotation.reset();
    refused_wish.reset();
    adjustment = make_adjustment(options, is_server());
    tally.told.reset();
    tally.waiting.clear();
    tally.passing.clear();
    lo = kNoKey;
    hi = kServerKey;
    backlog.clear();
    arrivals.clear();
    opened.clear();
    lease_until = Micros{0};
}

std::map<std::string, std::uint64_t> named(const Counters& c) {
    return {{"dropped_dead_epoch", c.dropped_dead_epoch},
            {"early_messages", c.early_messages},
            {"unsendable", c.unsendable},
            {"links_resumed", c.links_resumed},
            {"resent", c.resent},
            {"protocol_errors", c.protocol_errors},
            {"versions_refused", c.versions_refused},
            {"bound_hops", c.bound_hops},
            {"bound_read_hops", c.bound_read_hops},
            {"bound_operations", c.bound_operations},
            {"bound_objects", c.bound_objects},
            {"bound_update", c.bound_update},
            {"reads_retried", c.reads_retried},
            {"reads_answered", c.reads_answered},
            {"reads_above_ancestor", c.reads_above_ancestor},
            {"reads_unanswerable", c.reads_unanswerable},
            {"forces_retried", c.forces_retried},
            {"forces_incomplete", c.forces_incomplete},
            {"programs_given_up", c.programs_given_up},
            {"migrations", c.migrations},
            {"copies_sent", c.copies_sent},
            {"reconstituted", c.reconstituted},
            {"disconnections", c.disconnections},
            {"children_lost", c.children_lost},
            {"joins_passed_on", c.joins_passed_on},
            {"joins_refused", c.joins_refused},
            {"promotions", c.promotions},
            {"promotions_aborted", c.promotions_aborted},
            {"merges_refused", c.merges_refused},
            {"holds_refused", c.holds_refused},
            {"bound_held", c.bound_held},
            {"bound_queue", c.bound_queue},
            {"rotations", c.rotations},
            {"rotations_asked", c.rotations_asked},
            {"rotations_refused", c.rotations_refused},
            {"rotation_bodies", c.rotation_bodies},
            {"dropped_rotating", c.dropped_rotating},
            {"bound_plan", c.bound_plan},
            {"balancing_steps", c.balancing_steps},
            {"lost_rotating", c.lost_rotating}};
}

}  // namespace tributary::netlayer
