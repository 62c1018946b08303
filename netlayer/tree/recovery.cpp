#include "netlayer/tree/recovery.hpp"

#include "netlayer/operation/reads.hpp"
#include "netlayer/operation/updates.hpp"
#include "netlayer/queue/retrieval.hpp"
#include "netlayer/splay/balancing.hpp"
#include "netlayer/splay/holders.hpp"
#include "netlayer/splay/rising.hpp"
#include "netlayer/splay/sinking.hpp"
#include "netlayer/tree/leases.hpp"
#include "netlayer/tree/promotion.hpp"
#include "netlayer/tree/succession.hpp"

namespace tributary::netlayer {

void Recovery::on_link_down(const LinkDown& event) {
    if (event.closed) state_.links.forget_closing({event.peer, event.epoch});
    if (!state_.links.is_current(event.peer, event.epoch)) return;
    const bool taken = event.closed && state_.mutations.refusal_taken_for_loss;
    if (Holders(state_).is_abandoned_by(event.peer) && !taken) return;
    if (state_.options.grace > Micros{0} && !event.closed) {
        state_.links.interrupt(event.peer, state_.now);
    } else {
        lose(event.peer, "broke");
    }
}

void Recovery::on_link_resumed(const LinkResumed& event) {
    const bool current = state_.links.is_current(event.peer, event.epoch);
    if (!current && !state_.links.is_closing(event.peer, event.epoch)) return;
    if (current && state_.links.all().at(event.peer).greeted) ++state_.counters.links_resumed;
    auto missed = state_.links.resume({event.peer, event.epoch}, event.received);
    if (!missed) {
        cut_off(event.peer, "it resumes a link where nothing is kept any more");
        return;
    }
    send_again(std::move(*missed));
    // A lease that ran low while the link was down is renewed at once.
    if (current && event.peer == state_.parent_id()) Leases(state_).ping();
}

void Recovery::on_link_greeted(const LinkGreeted& event) {
    const bool current = state_.links.is_current(event.peer, event.epoch);
    if (!current && !state_.links.is_closing(event.peer, event.epoch)) {
        if (state_.links.is_dead(event.peer, event.epoch)) {
            state_.effects.emplace_back(Welcome{event.peer, event.epoch, 0, true});
        }
        return;
    }
    if (current && state_.links.all().at(event.peer).greeted) ++state_.counters.links_resumed;
    const Sequence received = *state_.links.received(event.peer, event.epoch);
    auto missed = state_.links.resume({event.peer, event.epoch}, event.received);
    state_.effects.emplace_back(Welcome{event.peer, event.epoch, received, !missed.has_value()});
    if (missed) {
        send_again(std::move(*missed));
    } else {
        cut_off(event.peer, "it resumes a link where nothing is kept any more");
    }
}

void Recovery::send_again(std::vector<Send> missed) {
    state_.counters.resent += missed.size();
    for (Send& send : missed) state_.effects.emplace_back(std::move(send));
}

void Recovery::lose(ProcessId peer, const std::string& how) {
    if (state_.parent && state_.parent->card.id == peer) {
        disconnect("the link to the parent " + state_.parent->card.name + " " + how);
        return;
    }
    const auto found = state_.children.find(peer);
    if (found == state_.children.end()) return;
    const bool had_lease = found->second.spoke;
    fence(found->second);
    if (!had_lease && !state_.queues_are_away()) give_up(peer, false);
}

void Recovery::end_interrupted() {
    std::vector<ProcessId> late;
    for (const auto& [peer, link] : state_.links.all()) {
        if (link.down_since && state_.now - *link.down_since >= state_.options.grace) {
            late.push_back(peer);
        }
    }
    for (const ProcessId peer : late) {
        if (state_.links.is_open(peer)) lose(peer, "was not found again in time");
    }
}

void Recovery::on_leave(ProcessId child) {
    state_.send(child, Pong{});  // acknowledges the last word; nothing follows on this edge
    fence(state_.children.at(child));
    give_up(child, true);
}

void Recovery::on_disconnected(const Disconnected& message) {
    disconnect("the parent is disconnected: " + message.reason);
}

void Recovery::cut_off(ProcessId peer, const std::string& what) {
    ++state_.counters.protocol_errors;
    const auto found = state_.children.find(peer);
    if (found != state_.children.end()) {
        fence(found->second);
    } else if (state_.parent && state_.parent->card.id == peer) {
        disconnect("the parent sent a message that breaks the protocol: " + what);
    }
}

void Recovery::fence(Child& child) {
    if (child.fenced) return;
    child.fenced = true;
    state_.dirty = true;
    state_.links.close(child.card.id);
    state_.effects.emplace_back(CloseLink{child.card.id, child.epoch, false});
    Succession(state_).on_lost(child.card.id);
    Promotion(state_).abort();  // its place in the queues is not settled any more
    Sinking(state_).on_lost(child.card.id);
}

void Recovery::tick() {
    state_.links.expire_closing(state_.now, state_.options.grace);
    end_interrupted();
    const Micros patience = state_.options.lease + state_.options.grace;
    if (state_.parent && state_.now - state_.parent->last_pong >= patience) {
        disconnect("the parent " + state_.parent->card.name + " does not answer");
        return;
    }
    std::vector<ProcessId> silent;
    for (const auto& [id, child] : state_.children) {
        if (state_.now - child.last_ping >= state_.options.silence) silent.push_back(id);
    }
    for (const ProcessId id : silent) {
        fence(state_.children.at(id));
        if (!state_.queues_are_away()) give_up(id, false);
    }
}

void Recovery::give_up(ProcessId child, bool left) {
    state_.children.erase(child);
    Balancing(state_).leaves();
    state_.dirty = true;
    ChildGone gone{child, left, 0};
    if (!left) ++state_.counters.children_lost;
    if (!(left && state_.mutations.leaf_without_queue_replacement)) {
        gone.reconstituted = Retrieval(state_).replace_child(child);
    }
    state_.counters.reconstituted += gone.reconstituted;
    state_.notify(gone);
    Rising(state_).on_child_gone(child);
}

void Recovery::disconnect(const std::string& reason) {
    ++state_.counters.disconnections;
    for (auto& [id, child] : state_.children) {
        if (child.fenced) continue;
        state_.send_past_hold(id, Disconnected{reason});
        state_.links.close(id);
        state_.effects.emplace_back(CloseLink{id, child.epoch, true});
    }
    const ProcessId parent = state_.parent_id();
    state_.effects.emplace_back(CloseLink{parent, state_.parent->epoch, false});
    state_.links.close(parent);
    if (state_.holding) Succession(state_).on_lost(state_.holding->leaver);
    abort_backlog(reason);
    Updates(state_).abort_all(reason);
    Reads(state_).abort_all(reason);
    state_.reset();
    state_.phase = Phase::idle;
    state_.notify(LostConnection{reason});
}

void Recovery::abort_backlog(const std::string& reason) {
    const auto abort = [&](OperationId operation) {
        state_.notify(Aborted{operation, Error{Errc::disconnected, reason}});
    };
    for (const Input& input : state_.backlog) {
        if (const auto* update = std::get_if<UpdateInvoked>(&input)) abort(update->operation);
        if (const auto* read = std::get_if<ReadInvoked>(&input)) abort(read->operation);
    }
}

}  // namespace tributary::netlayer
