// Who may be a neighbour: the cards that the coordinator issues on the sessions, those that
// messages carry, and the end of edges whose card ran out or was revoked.
#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "netlayer/driver/transport.hpp"

namespace tributary::netlayer {

/// Whether the coordinator stands behind what a message says about members. An edge over which
/// something else comes is given up: its next message could not be processed either.
bool Transport::vouched(const Frame& frame) {
    const auto* renewed = std::get_if<CardRenewed>(&*frame.message);
    Status judged = judge_.judge(*frame.message);
    if (judged && renewed != nullptr && renewed->card.id != frame.from) {
        judged = fail(Errc::permission, "a renewed card is another's");
    }
    const auto link = links_.find(frame.from);
    if (!judged) {
        count_.unvouched.add();
        log::warning("driver", "a message is not vouched for",
                     {{"kind", message_name(*frame.message)}, {"cause", judged.error().message}});
        if (frame.epoch != 0 && link != links_.end() && link->second.epoch == frame.epoch) {
            inputs_.emplace_back(LinkDown{frame.from, frame.epoch, true});
        }
        return false;
    }
    if (renewed != nullptr && link != links_.end()) {
        if (auto card = judge_.judge(renewed->card)) link->second.card = std::move(*card);
    }
    if (const auto* revoke = std::get_if<Revoke>(&*frame.message)) learn(revoke->statement);
    return true;
}

/// The holder of an invitation may say one thing: which key asks to be admitted.
void Transport::on_invited(const Frame& frame, const Received& received) {
    const std::string& asks = frame.greeting.enrol_key;
    if (frame.message || asks.empty() || !is_server() || !office_->is_invited(received.user_id)) {
        count_.forged.add();
        return;
    }
    const Status filed = office_->request(received.user_id, asks);
    if (!filed) count_.uninvited.add();
    Frame answer{options_.self, frame.from};
    answer.greeting = {server_incarnation_, !filed, {}, {}, {}, asks};
    if (const auto bytes = encode(answer, options_.codec)) router_.send(received.route, *bytes);
}

/// Server: who it is, the member's card, and whose cards are void.
void Transport::answer_session(ProcessId member, bool with_card) {
    Route& route = routes_.at(member);
    Frame answer{options_.self, member};
    Greeting& says = answer.greeting;
    says.server_incarnation = server_incarnation_;
    says.signing_key.assign(office_->public_key().begin(), office_->public_key().end());
    says.revocations = office_->revocation();
    SigningPublic signing{};
    if (with_card && route.signing_key.size() == signing.size()) {
        std::copy(route.signing_key.begin(), route.signing_key.end(), signing.begin());
        says.membership = office_->card_for(route.public_key, signing);
        route.card_due = clock_.monotonic() + office_->renew_after();
        count_.cards_issued.add();
    }
    if (const auto bytes = encode(answer, options_.codec)) send_to_route(member, *bytes);
}

/// Client: what the coordinator says on the session. Its CURVE key has proven who says it.
void Transport::on_session(const Greeting& greeting) {
    SigningPublic coordinator{};
    if (greeting.signing_key.size() != coordinator.size()) return;
    std::copy(greeting.signing_key.begin(), greeting.signing_key.end(), coordinator.begin());
    judge_.trust(coordinator);
    if (!greeting.revocations.empty()) learn(greeting.revocations);
    if (greeting.membership.empty()) return;
    const auto card = open_card(greeting.membership, coordinator);
    if (!card || card->id != options_.self) return;
    if (const Status good = judge_.still_good(*card); !good) {
        card_refusal_ =
            good.error().message + ". Compare this machine's clock with the coordinator's";
        return;
    }
    card_refusal_.clear();
    has_card_ = true;
    inputs_.emplace_back(CardIssued{greeting.membership});
}

void Transport::learn(const std::string& revocation) {
    const auto newer = judge_.learn(revocation);
    if (newer && *newer) end_void_links();
}

void Transport::end_void_links() {
    for (auto& [peer, link] : links_) {
        if (!link.card || judge_.still_good(*link.card)) continue;
        count_.cards_ended.add();
        log::warning("driver", "a link ends with its card", {{"member", link.card->organization}});
        link.card.reset();  // once
        inputs_.emplace_back(LinkDown{peer, link.epoch, true});
    }
}

void Transport::keep_members() {
    const Micros now = clock_.monotonic();
    if (now < members_due_) return;
    members_due_ = now + kMembersInterval;
    end_void_links();
    if (!is_server()) return;
    const bool revoked = office_->refresh();
    if (revoked) {
        learn(office_->revocation());
        inputs_.emplace_back(
            RevocationIssued{Revoke{office_->revocation_number(), office_->revocation()}});
    }
    std::vector<std::pair<ProcessId, bool>> due;
    for (const auto& [member, route] : routes_) {
        const bool renew = now >= route.card_due && !route.signing_key.empty();
        if (office_->knew(route.public_key) && (revoked || renew)) due.emplace_back(member, renew);
    }
    for (const auto& [member, renew] : due) answer_session(member, renew);
}

}  // namespace tributary::netlayer
