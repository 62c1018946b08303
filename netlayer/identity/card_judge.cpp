#include "netlayer/identity/card_judge.hpp"

#include "netlayer/tree/search_tree.hpp"

namespace tributary::netlayer {

Result<bool> CardJudge::learn(const std::string& carried) {
    if (!coordinator_) return fail(Errc::permission, "the coordinator's key is not known yet");
    TRIBUTARY_TRY(Revocation fresh, open_revocation(carried, *coordinator_));
    if (fresh.number <= revocation_.number) return false;
    revocation_ = std::move(fresh);
    return true;
}

Result<std::optional<MemberCard>> CardJudge::judge(const Card& card) const {
    // The place in the search tree is nobody's choice.
    const Key place = card.id == kServer ? kServerKey : key_of(card.id);
    if (card.key != kNoKey && card.key != place) {
        return fail(Errc::permission, "a card claims another place in the tree");
    }
    if (card.id == kServer) {
        if (card.public_key == server_key_) return std::nullopt;
        return fail(Errc::permission, "a card for the coordinator bears another key");
    }
    if (!coordinator_) return fail(Errc::permission, "the coordinator's key is not known yet");
    TRIBUTARY_TRY(MemberCard proven, open_card(card.membership, *coordinator_));
    if (proven.id != card.id || proven.public_key != card.public_key ||
        proven.organization != card.name || (proven.roles & kRoleMember) == 0) {
        return fail(Errc::permission, "a card is about another process than its membership");
    }
    TRIBUTARY_CHECK(still_good(proven));
    return proven;
}

Status CardJudge::judge(const Message& message) const {
    for (const Card* card : cards_of(message)) {
        if (auto judged = judge(*card); !judged) return fail(judged.error());
    }
    const auto* revoke = std::get_if<Revoke>(&message);
    if (revoke == nullptr) return {};
    if (!coordinator_) return fail(Errc::permission, "the coordinator's key is not known yet");
    TRIBUTARY_TRY(const Revocation revocation, open_revocation(revoke->statement, *coordinator_));
    if (revocation.number == revoke->number) return {};
    return fail(Errc::corrupt, "a revocation bears another number than its statement");
}

Status CardJudge::still_good(const MemberCard& card) const {
    if (clock_.wall() > card.expires + tolerance_) {
        return fail(Errc::permission, "the card of " + card.organization + " is out of date");
    }
    if (revocation_.voids(card)) {
        return fail(Errc::permission, "the card of " + card.organization + " was revoked");
    }
    return {};
}

}  // namespace tributary::netlayer
