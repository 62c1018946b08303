#include "netlayer/tree/leases.hpp"

#include <algorithm>
#include <utility>

#include "netlayer/splay/adjusting.hpp"
#include "netlayer/splay/balancing.hpp"
#include "netlayer/tree/census.hpp"

namespace tributary::netlayer {
namespace {

constexpr std::size_t kPingsRemembered = 8;

}  // namespace

void Leases::ping() {
    if (!state_.parent) return;
    Parent& parent = *state_.parent;
    parent.ping_sent[++parent.pings] = state_.now;
    if (parent.ping_sent.size() > kPingsRemembered) {
        parent.ping_sent.erase(parent.ping_sent.begin());
    }
    Ping ping{parent.pings, subtree()};
    if (state_.options.search_tree) ping.sizes = Balancing(state_).sizes();
    Census(state_).tell(ping);
    state_.send(parent.card.id, std::move(ping));
}

void Leases::on_ping(ProcessId from, const Ping& message) {
    Child& child = state_.children.at(from);
    child.last_ping = state_.now;
    child.ping = message.number;
    child.subtree = std::clamp<std::uint64_t>(message.subtree, 1, kMaxSubtree);
    Balancing(state_).hear(child, message.sizes);
    Census(state_).hear(message);
    answer(from, child);
}

void Leases::answer(ProcessId to, Child& child) {
    Micros remainder = state_.options.lease;
    if (!state_.is_server() && !state_.mutations.lease_from_parent_alone) {
        remainder = std::clamp(state_.lease_until - state_.now, Micros{0}, remainder);
    }
    child.ping_answered = state_.now;
    Pong pong{child.ping, remainder, processes(), state_.options.policy, state_.adjustment.era};
    pong.lo = state_.lo;
    pong.hi = state_.hi;
    if (state_.parent) pong.above = state_.parent->card.key;
    state_.send(to, pong);
}

void Leases::on_pong(const Pong& message) {
    Parent& parent = *state_.parent;
    parent.last_pong = state_.now;
    state_.processes = std::clamp<std::uint64_t>(message.processes, 1, kMaxSubtree);
    if (message.number != 0) Adjusting(state_).hear_above(message);  // 0: acknowledges only
    const auto sent = parent.ping_sent.find(message.number);
    if (sent == parent.ping_sent.end()) return;
    const Micros until = sent->second + std::min(state_.options.lease, message.lease);
    if (until <= state_.lease_until) return;
    state_.lease_until = until;
    // The children's lease grows with ours; a quarter of a heart-beat bounds the messages.
    for (auto& [id, child] : state_.children) {
        const bool due = state_.now - child.ping_answered >= state_.options.heartbeat / 4;
        if (child.ping != 0 && !child.fenced && due) answer(id, child);
    }
}

bool Leases::held() const {
    return state_.is_server() || state_.lease_until > state_.now || state_.mutations.no_lease;
}

std::uint64_t Leases::processes() const {
    return state_.is_server() ? subtree() : state_.processes;
}

std::uint64_t Leases::subtree() const {
    std::uint64_t sum = 1;
    for (const auto& [id, child] : state_.children) {
        if (!child.fenced) sum += child.subtree;
    }
    return sum;
}

}  // namespace tributary::netlayer
