#include "netlayer/message.hpp"

#include <array>
#include <type_traits>

namespace tributary::netlayer {

namespace {

template <typename M>
void add_cards(const M& message, std::vector<const Card*>& cards) {
    if constexpr (requires { message.joiner.public_key; }) cards.push_back(&message.joiner);
    if constexpr (requires { message.successor.public_key; }) cards.push_back(&message.successor);
    if constexpr (requires { message.card.public_key; }) cards.push_back(&message.card);
    if constexpr (requires { message.parent.public_key; }) cards.push_back(&message.parent);
    if constexpr (requires { message.parent.card; }) cards.push_back(&message.parent.card);
    if constexpr (requires { message.rising.public_key; }) cards.push_back(&message.rising);
    if constexpr (requires { message.above.card; }) cards.push_back(&message.above.card);
    if constexpr (requires { message.sinking.card; }) cards.push_back(&message.sinking.card);
    if constexpr (requires { message.abandoned->public_key; }) {
        if (message.abandoned) cards.push_back(&*message.abandoned);
    }
    if constexpr (std::is_same_v<M, Promote>) {
        for (const Neighbour& sibling : message.siblings) cards.push_back(&sibling.card);
    }
}

}  // namespace

std::vector<const Card*> cards_of(const Message& message) {
    std::vector<const Card*> cards;
    std::visit([&](const auto& kind) { add_cards(kind, cards); }, message);
    return cards;
}

bool is_heartbeat(const Message& message) {
    return std::holds_alternative<Ping>(message) || std::holds_alternative<Pong>(message);
}

std::size_t kept_bytes(const Message& message) {
    std::size_t bytes = sizeof(Message);
    const auto object = [&bytes](const Object& each) {
        bytes += sizeof(Object) + each.id.size() + view(each.body).size();
    };
    std::visit(
        [&](const auto& kind) {
            if constexpr (requires { kind.object.body; }) object(kind.object);
            if constexpr (requires { kind.copies.front().body; }) {
                for (const Object& each : kind.copies) object(each);
            } else if constexpr (requires { kind.copies; }) {
                for (const ShippedCopy& each : kind.copies) bytes += sizeof(each);
            }
            if constexpr (requires { kind.objects; }) {
                for (const Object& each : kind.objects) object(each);
            }
            if constexpr (requires { kind.dependencies; }) {
                bytes += kind.dependencies.size() * sizeof(Dependency);
            }
            if constexpr (requires { kind.path; }) bytes += kind.path.size() * sizeof(ProcessId);
            if constexpr (requires { kind.versions; }) {
                bytes += kind.versions.size() * sizeof(KnownVersion);
            }
            if constexpr (requires { kind.queues; }) {
                for (const QueueCopy& each : kind.queues) {
                    bytes += sizeof(QueueCopy) + each.processes.size() * sizeof(ProcessId);
                }
            }
            if constexpr (requires { kind.statement; }) bytes += kind.statement.size();
        },
        message);
    if (const auto* plan = std::get_if<Plan>(&message)) {
        bytes += plan->ranks.size() * sizeof(PlannedRank);
    }
    for (const Card* card : cards_of(message)) {
        bytes += sizeof(Card) + card->endpoint.size() + card->public_key.size() +
                 card->name.size() + card->membership.size();
    }
    return bytes;
}

bool is_lock_request(const Message& message) {
    return std::holds_alternative<Lock>(message) || std::holds_alternative<LockX>(message) ||
           std::holds_alternative<LockB>(message);
}

const char* message_name(const Message& message) {
    static constexpr std::array<const char*, std::variant_size_v<Message>> kNames = {
        "retrieve",     "migrate",       "read_request", "read_climb",  "read_return",
        "force",        "force_confirm", "ping",         "pong",        "leave",
        "disconnected", "join_forward",  "join_request", "join_accept", "join_refuse",
        "hold",         "hold_ok",       "hold_no",      "unhold",      "promote_part",
        "promote",      "depart",        "card_renewed", "revoke",      "lock",
        "lock_ok",      "lock_no",       "unlock",       "lock_x",      "lock_x_ok",
        "lock_x_no",    "lock_b",        "lock_b_ok",    "lock_b_no",   "commit",
        "switch",       "switch_b",      "raise",        "plan"};
    return kNames.at(message.index());
}

}  // namespace tributary::netlayer
