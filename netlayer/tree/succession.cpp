#include "netlayer/tree/succession.hpp"

#include <algorithm>
#include <utility>

#include "netlayer/queue/retrieval.hpp"
#include "netlayer/splay/holders.hpp"
#include "netlayer/tree/edges.hpp"
#include "netlayer/tree/inheritance.hpp"
#include "netlayer/tree/leases.hpp"

namespace tributary::netlayer {

bool Succession::on_hold(ProcessId from, const Hold& message) {
    if (state_.options.search_tree) return false;  // there one leaves by rotations
    const bool chosen = message.successor.id == state_.self.id;
    const bool from_above = state_.parent && state_.parent->card.id == from;
    if ((chosen && !from_above) || message.successor.id == from) return false;
    if (!may_hold(from, message)) {
        ++state_.counters.holds_refused;
        state_.send_past_hold(from, HoldNo{message.attempt});
        return true;
    }
    Holding holding{from, message.attempt, message.successor, false, {}, {}, {}, state_.now};
    HoldOk ok{message.attempt, {}, {}};
    const auto announce = [&](ProcessId below) {
        ok.epochs.push_back(state_.mint_epoch());
        holding.announced[below] = ok.epochs.back();
    };
    if (chosen) {
        for (const ProcessId sibling : message.siblings) announce(sibling);
        for (const auto& [id, object] : state_.copies.all()) {
            if (ok.versions.size() == state_.options.max_copies) break;
            ok.versions.push_back({id, object.version});
        }
    } else if (!from_above) {
        announce(message.successor.id);
    }
    state_.send_past_hold(from, std::move(ok));
    state_.holding = std::move(holding);
    return true;
}

bool Succession::may_hold(ProcessId from, const Hold& message) const {
    if (!state_.is_connected() || state_.is_busy()) return false;
    const auto is_neighbour = [this](ProcessId id) {
        return id == state_.self.id || id == state_.parent_id() || state_.children.contains(id);
    };
    // A link leads to one life of a process only: an earlier one has to be given up first.
    if (message.successor.id != state_.self.id) return !is_neighbour(message.successor.id);
    std::set<ProcessId> siblings(message.siblings.begin(), message.siblings.end());
    return siblings.size() == message.siblings.size() &&
           siblings.size() + state_.children.size() <= state_.options.max_children &&
           !siblings.contains(from) && std::none_of(siblings.begin(), siblings.end(), is_neighbour);
}

bool Succession::on_part(ProcessId from, const PromotePart& message) {
    if (!holds_for(from, message.attempt) || !Inheritance(state_).keep(message)) return false;
    Leases(state_).ping();  // acknowledges the part: the leaver waits for that
    return true;
}

bool Succession::on_promote(ProcessId from, const Promote& message) {
    if (!holds_for(from, message.attempt) || !Inheritance(state_).accept(message)) {
        return false;
    }
    Holding holding = std::move(*state_.holding);
    state_.holding.reset();
    replace_parent(message.parent, true);
    for (const Neighbour& sibling : message.siblings) Edges(state_).take_child(sibling, 1);
    Inheritance(state_).take_own(holding.held);
    ++state_.counters.promotions;
    Retrieval(state_).release_all();
    return true;
}

bool Succession::on_depart(ProcessId from, const Depart& message) {
    if (!holds_for(from, message.attempt)) return false;
    const Neighbour successor{state_.holding->successor, message.epoch};
    const ProcessId id = successor.card.id;
    const bool above = state_.children.contains(from);
    if (id == state_.self.id || id == state_.parent_id() || state_.children.contains(id)) {
        return false;
    }
    const auto announced = state_.holding->announced.find(id);
    const bool known = announced != state_.holding->announced.end();
    const bool agreed = above ? known && announced->second == message.epoch
                              : !state_.links.is_dead(id, message.epoch);
    if (!agreed) return false;
    Holding holding = std::move(*state_.holding);
    state_.holding.reset();
    Retrieval(state_).replace(from, id);
    if (above) {
        const std::uint64_t subtree = state_.children.at(from).subtree;
        Edges(state_).replace_child(from, successor, std::max<std::uint64_t>(subtree, 2) - 1);
    } else {
        replace_parent(successor, false);
    }
    Edges(state_).send_all(std::move(holding.held), id);
    return true;
}

void Succession::on_unhold(ProcessId from, const Unhold& message) {
    if (!holds_for(from, message.attempt)) return;
    Holding holding = std::move(*state_.holding);
    state_.holding.reset();
    Edges(state_).forget_announced(holding);
    Edges(state_).send_all(std::move(holding.held), from);
    Retrieval(state_).release_all();
}

void Succession::on_lost(ProcessId leaver) {
    if (!state_.holding || state_.holding->leaver != leaver) return;
    Edges(state_).forget_announced(*state_.holding);
    if (Holders(state_).is_abandoned_by(leaver)) {
        const ProcessId sinking = state_.holding->successor.id;
        const Epoch epoch = state_.holding->announced.at(sinking);
        state_.effects.emplace_back(CloseLink{sinking, epoch, false});
    }
    state_.holding.reset();
}

void Succession::tick() {
    if (!state_.holding) return;
    const ProcessOptions& options = state_.options;
    const Micros longest = options.lease + options.grace + options.silence;
    if (state_.now - state_.holding->since >= longest) {
        state_.links.give_up(state_.holding->leaver);
    }
}

bool Succession::holds_for(ProcessId leaver, std::uint64_t attempt) const {
    return state_.holding && !state_.holding->rotation && state_.holding->leaver == leaver &&
           state_.holding->attempt == attempt;
}

bool Succession::expects(ProcessId from) const {
    if (state_.rotation) return state_.rotation->above.card.id == from;
    return state_.holding &&
           (state_.holding->successor.id == from || state_.holding->successor.id == state_.self.id);
}

void Succession::switch_now(Epoch epoch) {
    on_depart(state_.holding->leaver, Depart{state_.holding->attempt, epoch});
}

void Succession::replace_parent(const Neighbour& parent, bool promoted) {
    Leases(state_).ping();  // acknowledges the leaver's last word; nothing follows on this edge
    Edges(state_).leave(state_.parent->card.id, state_.parent->epoch);
    Edges(state_).take_parent(parent, promoted);
}

}  // namespace tributary::netlayer
