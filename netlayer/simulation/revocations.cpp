#include "netlayer/simulation/revocations.hpp"

#include <algorithm>

namespace tributary::netlayer::simulation {

std::uint64_t Revocations::revoke(ProcessId member) {
    revoked_.try_emplace(member, revoked_.size() + 1);
    return revoked_.size();
}

bool Revocations::learn(ProcessId process, std::uint64_t number) {
    std::uint64_t& known = known_[process];
    if (number <= known) return false;
    known = number;
    return true;
}

bool Revocations::knows(ProcessId process, ProcessId member) const {
    const auto revoked = revoked_.find(member);
    const auto known = known_.find(process);
    return revoked != revoked_.end() && known != known_.end() && revoked->second <= known->second;
}

bool Revocations::refuses(ProcessId process, const Message& message) const {
    if (!known_.contains(process)) return false;
    const auto cards = cards_of(message);
    return std::ranges::any_of(cards, [&](const Card* card) { return knows(process, card->id); });
}

}  // namespace tributary::netlayer::simulation
