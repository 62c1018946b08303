#include "netlayer/identity/card_judge.hpp"

#include "netlayer/tree/search_tree.hpp"

namespace tributary::netlayer {

namespace {

/// The place in the search tree is nobody's choice.
bool may_stand(const MemberCard& proven, Key place) {
    if (place == kNoKey) return true;
    if (proven.keys.key == kNoKey) return place == key_of(proven.id);
    return place == proven.keys.key || place == proven.keys.before;
}

Error another_place() {
    return {Errc::permission, "a card claims another place in the tree"};
}

}  // namespace

Result<bool> CardJudge::learn(const std::string& carried) {
    if (!coordinator_) return fail(Errc::permission, "the coordinator's key is not known yet");
    TRIBUTARY_TRY(Revocation fresh, open_revocation(carried, *coordinator_));
    if (fresh.number <= revocation_.number) return false;
    revocation_ = std::move(fresh);
    return true;
}

Result<std::optional<MemberCard>> CardJudge::judge(const Card& card) const {
    if (card.id == kServer) {
        if (card.key != kNoKey && card.key != kServerKey) return fail(another_place());
        if (card.public_key == server_key_) return std::nullopt;
        return fail(Errc::permission, "a card for the coordinator bears another key");
    }
    if (!coordinator_) return fail(Errc::permission, "the coordinator's key is not known yet");
    TRIBUTARY_TRY(MemberCard proven, open_card(card.membership, *coordinator_));
    if (proven.id != card.id || proven.public_key != card.public_key ||
        proven.organization != card.name || (proven.roles & kRoleMember) == 0) {
        return fail(Errc::permission, "a card is about another process than its membership");
    }
    if (!may_stand(proven, card.key)) return fail(another_place());
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
