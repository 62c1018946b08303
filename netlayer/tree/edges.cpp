#include "netlayer/tree/edges.hpp"

#include <algorithm>
#include <utility>

#include "netlayer/splay/adjusting.hpp"
#include "netlayer/tree/leases.hpp"

namespace tributary::netlayer {

void Edges::take_parent(const Neighbour& parent, bool promoted) {
    Parent next;
    next.card = parent.card;
    next.epoch = parent.epoch;
    next.last_pong = state_.now;
    state_.parent = std::move(next);
    state_.links.open(parent.card.id, parent.epoch);
    state_.effects.emplace_back(OpenLink{parent.card, parent.epoch, true});
    state_.opened.emplace_back(parent.card.id, parent.epoch);
    Adjusting(state_).rotated(!promoted);  // before the ping, which carries numbers
    Leases(state_).ping();
    state_.notify(ParentReplaced{parent.card, parent.epoch, promoted});
}

void Edges::take_child(const Neighbour& child, std::uint64_t subtree) {
    Child made;
    made.card = child.card;
    made.epoch = child.epoch;
    made.subtree = std::clamp<std::uint64_t>(subtree, 1, kMaxSubtree);
    made.spoke = true;  // it may hold a lease already
    made.last_ping = state_.now;
    made.fenced = !state_.links.open(child.card.id, child.epoch);
    if (!made.fenced) {
        state_.effects.emplace_back(OpenLink{child.card, child.epoch, false});
        state_.opened.emplace_back(child.card.id, child.epoch);
    }
    state_.children.insert_or_assign(child.card.id, std::move(made));
    state_.notify(ChildJoined{child.card});
}

void Edges::replace_child(ProcessId leaver, const Neighbour& successor, std::uint64_t subtree) {
    state_.send(leaver, Pong{});  // acknowledges its last word; nothing follows on this edge
    leave(leaver, state_.children.at(leaver).epoch);
    state_.children.erase(leaver);
    state_.notify(ChildGone{leaver, true, 0});
    take_child(successor, subtree);
}

void Edges::leave(ProcessId peer, Epoch epoch) {
    state_.links.close(peer);
    state_.effects.emplace_back(CloseLink{peer, epoch, true});
}

void Edges::forget_announced(const Holding& holding) {
    for (const auto& [peer, epoch] : holding.announced) state_.links.kill({peer, epoch});
    state_.links.forget_early();
}

void Edges::send_all(std::vector<Message> messages, ProcessId to) {
    for (Message& message : messages) state_.send(to, std::move(message));
}

}  // namespace tributary::netlayer
