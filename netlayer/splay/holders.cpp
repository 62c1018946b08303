#include "netlayer/splay/holders.hpp"

#include <tuple>
#include <utility>

#include "netlayer/operation/reads.hpp"
#include "netlayer/queue/retrieval.hpp"
#include "netlayer/splay/adjusting.hpp"
#include "netlayer/tree/edges.hpp"
#include "netlayer/tree/leases.hpp"
#include "netlayer/tree/search_tree.hpp"

namespace tributary::netlayer {

namespace {

/// Whether two cards differ at most in what the coordinator signed.
bool is_renewal(Card before, const Card& after) {
    before.membership = after.membership;
    return before == after;
}

}  // namespace

void Holders::on_lock(ProcessId from, const Lock& message) {
    const bool unwilling = state_.mutations.refuse_most_locks && ++state_.locks_asked % 4 != 0;
    if (unwilling || !in_turn(message, may_hold(from, message))) {
        state_.send_past_hold(from, LockNo{});
        return;
    }
    const ProcessId rising = message.rising.id;
    const Epoch epoch = state_.mint_epoch();
    state_.send_past_hold(from, LockOk{epoch});
    state_.holding = Holding{from, 0, message.rising, true, {{rising, epoch}}, {}, {}, state_.now};
}

bool Holders::may_hold(ProcessId from, const Lock& message) const {
    if (!state_.is_connected() || state_.is_busy()) return false;
    const Card& rising = message.rising;
    // A link leads to one life of a process only: an earlier one has to be given up first.
    return rising.id != state_.self.id && rising.id != state_.parent_id() &&
           !state_.children.contains(rising.id) &&
           SearchTree(state_).slot(state_.children.at(from).card.key).covers(rising.key);
}

bool Holders::in_turn(const Lock& message, bool possible) {
    auto& refused = state_.refused_wish;
    if (refused && state_.now >= refused->until) refused.reset();
    const auto age = std::make_tuple(message.age, message.rising.key);
    const bool younger = refused && age > std::make_tuple(refused->age, refused->key);
    if (possible && !younger) {
        refused.reset();
        return true;
    }
    if (!younger) {
        refused =
            RefusedWish{message.age, message.rising.key, state_.now + state_.options.heartbeat};
    }
    return false;
}

bool Holders::on_unlock(ProcessId from) {
    if (!state_.holding || !state_.holding->rotation || state_.holding->leaver != from) {
        return false;
    }
    Holding holding = std::move(*state_.holding);
    state_.holding.reset();
    Edges(state_).forget_announced(holding);
    Edges(state_).send_all(std::move(holding.held), from);
    return true;
}

bool Holders::on_switch(ProcessId from, const Switch& last) {
    if (!state_.holding || !state_.holding->rotation || state_.holding->leaver != from ||
        !state_.holding->announced.contains(state_.holding->successor.id) ||
        state_.holding->announced.at(state_.holding->successor.id) != last.epoch ||
        !is_renewal(state_.holding->successor, last.rising)) {
        return false;
    }
    Holding holding = std::move(*state_.holding);
    state_.holding.reset();
    const ProcessId rising = holding.successor.id;
    Retrieval(state_).replace(from, rising);
    Edges(state_).replace_child(from, {last.rising, last.epoch}, state_.children.at(from).subtree);
    Adjusting(state_).rotated(false);
    // Requests for strict reads are routed anew: p would have answered for an object that has just
    // passed it, x has not seen it. They go behind an object that was held after them: before it x
    // would take the object for one that x itself has sent here.
    std::vector<ReadRequest> requests;
    for (Message& message : holding.held) {
        if (const auto* request = std::get_if<ReadRequest>(&message)) {
            requests.push_back(*request);
        } else {
            state_.send(rising, std::move(message));
        }
    }
    for (const ReadRequest& request : requests) {
        Reads(state_).on_request(state_.self.id, request);
    }
    return true;
}

void Holders::on_lock_b(ProcessId from, const LockB& message) {
    const Neighbour& sinking = message.sinking;
    const ProcessId id = sinking.card.id;
    const bool possible = state_.is_connected() && !state_.is_busy() && id != state_.self.id &&
                          id != from && !state_.children.contains(id) &&
                          !state_.links.is_dead(id, sinking.epoch);
    if (!possible) {
        state_.send_past_hold(from, LockBNo{});
        return;
    }
    state_.send_past_hold(from, LockBOk{});
    state_.holding =
        Holding{from, 0, sinking.card, true, {{id, sinking.epoch}}, {}, {}, state_.now};
    // The new child dials; p opens its end when it commits.
    state_.effects.emplace_back(OpenLink{sinking.card, sinking.epoch, true});
}

bool Holders::expects(const MessageReceived& first) const {
    if (!std::holds_alternative<SwitchB>(first.message)) return false;
    if (state_.mutations.rotate_without_flush) {
        return state_.parent && state_.parent_id() == std::get<SwitchB>(first.message).old;
    }
    return state_.holding && state_.holding->rotation &&
           state_.holding->leaver == state_.parent_id() &&
           state_.holding->leaver == std::get<SwitchB>(first.message).old &&
           state_.holding->successor.id == first.from &&
           state_.holding->announced.at(first.from) == first.epoch;
}

bool Holders::on_switch_b(const MessageReceived& first) {
    Holding holding;
    if (state_.holding) {
        holding = std::move(*state_.holding);
        state_.holding.reset();
    } else {  // only with the planted fault: nothing was announced
        holding.successor.id = first.from;
    }
    Retrieval(state_).replace(state_.parent_id(), first.from);
    Edges(state_).leave(state_.parent_id(), state_.parent->epoch);
    Edges(state_).take_parent({holding.successor, first.epoch}, false);
    if (state_.links.accept(first) != Verdict::process) return false;
    Edges(state_).send_all(std::move(holding.held), first.from);
    return true;
}

bool Holders::is_abandoned_by(ProcessId parent) const {
    return state_.holding && state_.holding->rotation && state_.holding->leaver == parent &&
           state_.parent && state_.parent_id() == parent;
}

}  // namespace tributary::netlayer
