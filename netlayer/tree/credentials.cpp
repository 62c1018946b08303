#include "netlayer/tree/credentials.hpp"

namespace tributary::netlayer {

void Credentials::tell_neighbours() {
    if (!state_.is_connected()) return;
    if (state_.parent) state_.send(state_.parent_id(), CardRenewed{state_.self});
    for (const auto& [id, child] : state_.children) {
        if (!child.fenced) state_.send(id, CardRenewed{state_.self});
    }
}

bool Credentials::on_renewed(ProcessId from, const CardRenewed& message) {
    const auto child = state_.children.find(from);
    Card* known = child != state_.children.end() ? &child->second.card : nullptr;
    if (from == state_.parent_id() && state_.parent) known = &state_.parent->card;
    if (known == nullptr || message.card.id != from ||
        message.card.incarnation != known->incarnation) {
        return false;
    }
    known->membership = message.card.membership;
    return true;
}

void Credentials::on_revoke(const Revoke& message) {
    if (message.number <= state_.revocation) return;
    state_.revocation = message.number;
    for (const auto& [id, child] : state_.children) {
        if (!child.fenced) state_.send(id, message);
    }
}

}  // namespace tributary::netlayer
