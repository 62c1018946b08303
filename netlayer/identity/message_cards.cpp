#include "netlayer/identity/message_cards.hpp"

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

}  // namespace tributary::netlayer
