#pragma once
// The coordinator's side of membership: whom it listens to, the cards that it issues, and the
// revocation that it publishes. Follows the register of members while it runs.
// Invariants: a card is issued to admitted keys only and runs out; a revocation names everybody
// whose cards may not have run out yet, the newest kMaxRevoked of them.
// Thread: the reactor's. protocol section 6.

#include <functional>
#include <string>
#include <utility>

#include "netlayer/identity/member_card.hpp"
#include "netlayer/identity/member_register.hpp"

namespace tributary::netlayer {

class CardOffice {
 public:
    /// @param state     the folder of the register
    /// @param lifetime  of a card; it is renewed when half of it is over
    CardOffice(std::filesystem::path state, SigningKey key, Micros lifetime, const Clock& clock);

    /// Cards name the places in the search tree from now on.
    void give_keys(std::function<MemberKeys(ProcessId, const std::string& organization)> keys) {
        keys_ = std::move(keys);
    }

    /// Looks for changes of the register.
    /// @return  whether there is a new revocation
    bool refresh();

    /// The organization that a key is admitted for, after a fresh look.
    std::optional<std::string> organization_of(const std::string& public_key);
    /// Whether a key was admitted at the last look; costs no system call.
    [[nodiscard]] bool knew(const std::string& public_key) const;
    /// Whether the key is the one-time key of an invitation that can still be used.
    bool is_invited(const std::string& one_time_key);
    /// As MemberRegister::request.
    Status request(const std::string& one_time_key, const std::string& public_key);

    /// A fresh card; empty for a key that is not admitted.
    [[nodiscard]] std::string card_for(const std::string& public_key,
                                       const SigningPublic& signing_key) const;
    [[nodiscard]] Micros renew_after() const { return lifetime_ / 2; }
    [[nodiscard]] const SigningPublic& public_key() const { return key_.public_key; }
    /// The revocation as it is carried, and its number; empty and 0 when nobody is revoked.
    [[nodiscard]] const std::string& revocation() const { return revocation_; }
    [[nodiscard]] std::uint64_t revocation_number() const { return revocation_number_; }

 private:
    [[nodiscard]] bool admitted(const KeyEntry& entry) const;

    MemberRegister register_;
    SigningKey key_;
    Micros lifetime_;
    const Clock& clock_;
    KeyFolder authorized_;
    KeyFolder invited_;
    KeyFolder revoked_;
    std::function<MemberKeys(ProcessId, const std::string&)> keys_;
    std::string revocation_;
    std::uint64_t revocation_number_ = 0;
};

}  // namespace tributary::netlayer
