#include "netlayer/tree/membership.hpp"

#include <utility>

#include "base/assert.hpp"
#include "netlayer/operation/forces.hpp"
#include "netlayer/operation/updates.hpp"
#include "netlayer/server/image.hpp"
#include "netlayer/splay/balancing.hpp"
#include "netlayer/splay/sinking.hpp"
#include "netlayer/tree/leases.hpp"
#include "netlayer/tree/promotion.hpp"
#include "netlayer/tree/recovery.hpp"
#include "netlayer/tree/search_tree.hpp"

namespace tributary::netlayer {

void Membership::serve() {
    if (!state_.is_server() || state_.phase != Phase::idle) return;
    state_.phase = Phase::connected;
    if (state_.image) {
        resume_service();
    } else {
        // quiet_until holds a duration until the first time is known.
        state_.quiet_until += state_.now;
    }
    state_.effects.emplace_back(SetTimer{kTick, state_.now + state_.options.heartbeat});
}

void Membership::resume_service() {
    TRIBUTARY_ASSERT(state_.self.incarnation > state_.image->incarnation);
    restore(state_, *state_.image);
    state_.image.reset();
    state_.quiet_until = state_.now;
    for (const auto& [id, child] : state_.children) {
        if (!child.fenced) state_.effects.emplace_back(OpenLink{child.card, child.epoch, false});
    }
    Updates(state_).compute_again();
}

void Membership::join(const JoinInvoked& request) {
    const bool ready = !state_.is_server() && state_.phase == Phase::idle;
    if (!ready || request.incarnation <= state_.self.incarnation ||
        request.incarnation > kMaxIncarnation) {
        state_.notify(JoinRefused{std::string("this process is ") + phase_name(state_.phase) +
                                  " or the incarnation is not larger than the last; nothing done"});
        return;
    }
    state_.reset();
    state_.self.incarnation = request.incarnation;
    state_.self.key = state_.wished_key;  // not that of an earlier life, perhaps in another tree
    state_.epochs_minted = 0;
    state_.server = request.server;
    state_.phase = Phase::joining;
    state_.effects.emplace_back(SetTimer{kTick, state_.now + state_.options.heartbeat});
    ask();
}

void Membership::ask() {
    state_.join_asked = state_.now;
    state_.effects.emplace_back(SendDirect{state_.server, JoinRequest{state_.self}});
}

void Membership::tick() {
    const bool late = state_.now - state_.join_asked >= state_.options.retry_join;
    if (state_.phase == Phase::joining && late) ask();
}

void Membership::on_join_request(ProcessId from, const JoinRequest& message) {
    if (!state_.is_server() || message.joiner.id != from) {
        refuse(message.joiner, "only the server takes join requests, and only for the sender");
        return;
    }
    if (state_.phase != Phase::connected || state_.now < state_.quiet_until) return;
    Card joiner = message.joiner;
    if (!state_.options.search_tree) joiner.key = kNoKey;
    if (state_.options.search_tree && joiner.key == kNoKey) joiner.key = key_of(joiner.id);
    place(joiner);
}

void Membership::on_join_forward(const JoinForward& message) {
    if (!state_.is_connected() || state_.is_frozen()) return;
    // By key a leaver still passes joiners on: nobody else could. What is outside asks again.
    const bool ours = state_.options.search_tree ? state_.covers(message.joiner.key)
                                                 : state_.phase == Phase::connected;
    if (ours) place(message.joiner);
}

void Membership::place(const Card& joiner) {
    const bool earlier_life =
        joiner.id == state_.self.id && joiner.incarnation > state_.self.incarnation;
    if (earlier_life && state_.options.search_tree) return;  // soon given up; the joiner asks again
    if (joiner.id == state_.self.id || joiner.id == kServer) {
        refuse(joiner, "process " + std::to_string(joiner.id) + " is in the tree already");
        return;
    }
    if (known_child(joiner)) return;
    // An earlier life of it is about to take a place here; it asks again.
    if (state_.holding && state_.holding->successor.id == joiner.id) return;
    if (state_.options.search_tree) {
        place_by_key(joiner);
        return;
    }
    std::size_t taken = 0;
    for (const auto& [id, child] : state_.children) taken += child.fenced ? 0 : 1;
    if (taken < state_.options.degree) {
        adopt(joiner);
    } else {
        pass_on(joiner);
    }
}

void Membership::place_by_key(const Card& joiner) {
    const Child* child = SearchTree(state_).child_towards(joiner.key);
    if (joiner.key == state_.self.key) {
        refuse(joiner, "its key is taken by process " + std::to_string(state_.self.id) +
                           "; ask the operator of the server for another one");
    } else if (child == nullptr) {
        if (state_.phase == Phase::connected) adopt(joiner);
    } else if (!child->fenced) {
        ++state_.counters.joins_passed_on;
        Balancing(state_).joins(state_.children.at(child->card.id), joiner.key);
        state_.send(child->card.id, JoinForward{joiner});
    }
}

bool Membership::known_child(const Card& joiner) {
    const auto found = state_.children.find(joiner.id);
    if (found == state_.children.end()) return false;
    Child& child = found->second;
    if (joiner.incarnation == child.card.incarnation && !child.fenced) {
        if (!child.spoke) welcome(child);  // the first answer was lost
    } else if (joiner.incarnation > child.card.incarnation) {
        // The new life fences the old edge at once; it gets its place when the old one is given up.
        Recovery(state_).fence(child);
        if (state_.mutations.new_life_reconstitutes_at_once) {
            Recovery(state_).give_up_at_once(joiner.id);
        }
    }
    return true;
}

void Membership::adopt(const Card& joiner) {
    const Epoch epoch = state_.mint_epoch();
    if (!state_.links.open(joiner.id, epoch)) return;
    Child child;
    child.card = joiner;
    child.epoch = epoch;
    child.last_ping = state_.now;
    const auto [place, inserted] = state_.children.emplace(joiner.id, std::move(child));
    state_.effects.emplace_back(OpenLink{joiner, epoch, false});
    welcome(place->second);
    Balancing(state_).joins(place->second, joiner.key);
    state_.notify(ChildJoined{joiner});
}

void Membership::welcome(const Child& child) {
    const Interval slot = SearchTree(state_).slot(child.card.key);
    state_.effects.emplace_back(SendDirect{
        child.card,
        JoinAccept{state_.self, child.card.incarnation, child.epoch, child.card.key, slot.lo,
                   slot.hi, state_.options.policy, state_.options.balance_joins}});
}

void Membership::pass_on(const Card& joiner) {
    // A place that is not taken yet, or whose link is down, would keep the joiner waiting.
    const auto order = [this](const Child& child) {
        const bool listens = child.spoke && !state_.links.is_interrupted(child.card.id);
        return std::make_pair(!listens, child.subtree);
    };
    Child* best = nullptr;
    for (auto& [id, child] : state_.children) {
        if (!child.fenced && (best == nullptr || order(child) < order(*best))) best = &child;
    }
    if (best == nullptr) return;
    ++best->subtree;  // an estimate; the child's next ping corrects it
    ++state_.counters.joins_passed_on;
    state_.send(best->card.id, JoinForward{joiner});
}

void Membership::refuse(const Card& joiner, const std::string& reason) {
    ++state_.counters.joins_refused;
    state_.effects.emplace_back(SendDirect{joiner, JoinRefuse{joiner.incarnation, reason}});
}

bool Membership::on_join_accept(ProcessId from, const JoinAccept& message) {
    if (state_.phase != Phase::joining || message.parent.id != from ||
        message.joiner_incarnation != state_.self.incarnation || message.epoch == 0 ||
        !state_.links.open(from, message.epoch)) {
        return false;
    }
    Parent parent;
    parent.card = message.parent;
    parent.epoch = message.epoch;
    parent.last_pong = state_.now;
    state_.parent = std::move(parent);
    state_.self.key = message.key;
    // What kind of tree it is, the coordinator decides; a place in the search tree has a key.
    state_.options.search_tree = message.key != kNoKey;
    state_.options.policy = message.policy;
    state_.options.balance_joins = message.balance;
    state_.adjustment = make_adjustment(state_.options, false);
    state_.lo = message.lo;
    state_.hi = message.hi;
    state_.phase = Phase::connected;
    state_.effects.emplace_back(OpenLink{message.parent, message.epoch, true});
    Leases(state_).ping();
    state_.notify(Joined{message.parent, message.epoch});
    return true;
}

void Membership::on_join_refuse(const JoinRefuse& message) {
    if (state_.phase != Phase::joining || message.joiner_incarnation != state_.self.incarnation) {
        return;
    }
    state_.phase = Phase::idle;
    state_.notify(JoinRefused{message.reason});
}

void Membership::leave() {
    if (state_.is_server() || state_.phase != Phase::connected) {
        state_.notify(LeaveRefused{
            Error{Errc::invalid_argument,
                  std::string("cannot leave: this process is ") +
                      (state_.is_server() ? "the server" : phase_name(state_.phase))}});
    } else {
        state_.phase = Phase::leaving;
    }
}

void Membership::advance_leave() {
    if (state_.phase == Phase::departing) end_departure();
    if (state_.phase != Phase::leaving) return;
    if (!state_.updates.empty() || !state_.reads.empty() || !state_.forces.empty()) return;
    if (state_.holding || state_.rotation) return;  // C17: a neighbour's change comes first
    if (!state_.leave_forced && !state_.mutations.no_force_at_leave) {
        state_.leave_forced = true;
        Versions touched = state_.written_versions;
        if (!state_.mutations.no_read_force) {
            for (const auto& [id, version] : state_.read_versions) {
                note_version(touched, id, version);
            }
        }
        if (!touched.empty()) {
            Forces(state_).start(kNoOperation, std::move(touched));
            return;
        }
    }
    if (state_.children.empty()) {
        state_.send(state_.parent_id(), Leave{});
        depart();
    } else if (state_.options.search_tree) {
        Sinking(state_).leave_downwards();
    } else if (Promotion(state_).advance()) {
        Promotion(state_).depart();
        depart();
    }
}

void Membership::depart() {
    state_.departed_edges.clear();
    for (const auto& [peer, link] : state_.links.all()) {
        state_.departed_edges.emplace_back(peer, link.epoch);
    }
    for (const auto& [peer, epoch] : state_.departed_edges) {
        if (state_.mutations.no_closing_state) {
            state_.links.close(peer);
        } else {
            state_.links.close_when_acknowledged(peer, state_.now);
        }
    }
    state_.reset();
    state_.phase = Phase::departing;
    end_departure();
}

void Membership::end_departure() {
    if (!state_.links.closing().empty()) return;
    for (const auto& [peer, epoch] : state_.departed_edges) {
        state_.effects.emplace_back(CloseLink{peer, epoch, true});
    }
    state_.phase = Phase::left;
    state_.notify(Left{});
}

}  // namespace tributary::netlayer
