#pragma once
// Decides whether the coordinator vouches for a card: signed by it, about this very process, not
// out of date, not revoked.
// Invariants: before the coordinator's key is known nothing is vouched for; a revocation is only
// replaced by a newer one; the coordinator itself needs no card, its CURVE key is known from the
// enrolment. Thread: the reactor's. protocol section 6.

#include <optional>
#include <string>

#include "netlayer/identity/member_card.hpp"
#include "netlayer/message.hpp"

namespace tributary::netlayer {

/// Clocks of members may differ by this much before a fresh card looks out of date.
inline constexpr Micros kCardTolerance = std::chrono::minutes(5);

class CardJudge {
 public:
    /// @param server_key  the coordinator's CURVE key
    /// @param tolerance   how long a card still counts after it ran out
    CardJudge(const Clock& clock, std::string server_key, Micros tolerance = kCardTolerance)
        : clock_(clock), server_key_(std::move(server_key)), tolerance_(tolerance) {}

    /// The coordinator's Ed25519 key, heard over a link that its CURVE key has proven.
    void trust(const SigningPublic& coordinator) { coordinator_ = coordinator; }

    /// Takes a revocation in.
    /// @return  whether it was newer than what was known
    /// @error corrupt, permission
    Result<bool> learn(const std::string& carried);

    /// The card that the membership of `card` proves; nothing for the coordinator.
    /// @error corrupt, permission (with the reason in a sentence)
    [[nodiscard]] Result<std::optional<MemberCard>> judge(const Card& card) const;

    /// Every card and every revocation that a message carries.
    /// @error as judge
    [[nodiscard]] Status judge(const Message& message) const;

    /// Whether a card that was good before still is.
    /// @error permission
    [[nodiscard]] Status still_good(const MemberCard& card) const;

    /// Nothing before it is known.
    [[nodiscard]] const std::optional<SigningPublic>& coordinator() const { return coordinator_; }
    [[nodiscard]] std::uint64_t revocation() const { return revocation_.number; }

 private:
    const Clock& clock_;
    std::string server_key_;
    Micros tolerance_;
    std::optional<SigningPublic> coordinator_;
    Revocation revocation_;
};

}  // namespace tributary::netlayer
