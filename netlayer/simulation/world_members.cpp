// Revocation in a simulation: what a driver's transport does with it, link by link.
#include <utility>

#include "netlayer/simulation/world.hpp"
#include "netlayer/state.hpp"

namespace tributary::netlayer::simulation {
namespace {

/// Sessions tell at once, unless they were broken just then.
constexpr std::uint64_t kPromptUs = 50'000;
constexpr std::uint64_t kLateUs = 1'500'000;

std::uint64_t revocation_in(const Input& input) {
    if (const auto* issued = std::get_if<RevocationIssued>(&input))
        return issued->revocation.number;
    const auto* received = std::get_if<MessageReceived>(&input);
    const auto* revoke = received != nullptr ? std::get_if<Revoke>(&received->message) : nullptr;
    return revoke != nullptr ? revoke->number : 0;
}

}  // namespace

void World::revoke(ProcessId member) {
    revocations_.revoke(member);
    count("member revoked");
    publish_revocation();
}

void World::publish_revocation() {
    const std::uint64_t number = revocations_.newest();
    if (number == 0 || process(kServer) == nullptr) return;  // it says so when it starts again
    give(kServer, RevocationIssued{Revoke{number, "signed"}});
    for (const auto& [id, node] : nodes_) {
        if (id == kServer || !node.process) continue;
        const std::uint64_t longest = random_.below(4) == 0 ? kLateUs : kPromptUs;
        const Micros after{1 + static_cast<std::int64_t>(random_.below(longest))};
        schedule_.add(now_ + after, SessionTells{id, node.run, number});
    }
}

void World::learn_revocation(ProcessId id, Node& node, std::uint64_t number) {
    if (number == 0 || !revocations_.learn(id, number) || !node.process) return;
    std::vector<std::pair<ProcessId, Epoch>> over;
    for (const auto& [peer, link] : node.process->state().links.all()) {
        if (revocations_.knows(id, peer)) over.emplace_back(peer, link.epoch);
    }
    for (const auto& [peer, epoch] : over) {
        count("link ended by a revocation");
        handle(id, node, LinkDown{peer, epoch, true});
    }
}

bool World::vouched(ProcessId id, Node& node, Input& input) {
    if (const std::uint64_t number = revocation_in(input)) learn_revocation(id, node, number);
    if (const auto* direct = std::get_if<DirectReceived>(&input)) {
        return !revocations_.knows(id, direct->from) && !revocations_.refuses(id, direct->message);
    }
    const auto* received = std::get_if<MessageReceived>(&input);
    if (received == nullptr || !revocations_.refuses(id, received->message)) return true;
    count("message about a revoked member");
    input = LinkDown{received->from, received->epoch, true};
    return true;
}

}  // namespace tributary::netlayer::simulation
