#include "netlayer/identity/card_office.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "netlayer/driver/keys.hpp"
#include "netlayer/identity/card_judge.hpp"

namespace tributary::netlayer {

CardOffice::CardOffice(std::filesystem::path state, SigningKey key, Micros lifetime,
                       const Clock& clock)
    : register_(std::move(state), clock),
      key_(key),
      lifetime_(lifetime),
      clock_(clock),
      authorized_(register_.folder(Standing::member), clock),
      invited_(register_.folder(Standing::invited), clock),
      revoked_(register_.folder(Standing::revoked), clock) {}

bool CardOffice::refresh() {
    authorized_.refresh();
    revoked_.refresh();
    std::vector<KeyEntry> recent;
    std::uint64_t newest = 0;
    for (const auto& [key, entry] : revoked_.entries()) {
        newest = std::max(newest, entry.number);
        // A card that was issued just before has run out by then.
        const Micros over = std::chrono::milliseconds(static_cast<std::int64_t>(entry.number)) +
                            lifetime_ + kCardTolerance;
        if (clock_.wall() < over) recent.push_back(entry);
    }
    if (newest <= revocation_number_ || recent.empty()) return false;
    std::sort(recent.begin(), recent.end(),
              [](const KeyEntry& a, const KeyEntry& b) { return a.number > b.number; });
    if (recent.size() > kMaxRevoked) {
        log::error("driver", "more members were revoked lately than one revocation names",
                   {{"left out", recent.size() - kMaxRevoked}});
        recent.resize(kMaxRevoked);
    }
    Revocation revocation{newest, {}};
    for (const KeyEntry& entry : recent) {
        revocation.epochs[process_id_of_key(entry.public_key)] = entry.number;
    }
    revocation_number_ = newest;
    revocation_ = sign_revocation(revocation, key_);
    return true;
}

bool CardOffice::admitted(const KeyEntry& entry) const {
    const KeyEntry* voided = revoked_.known(entry.public_key);
    return voided == nullptr || voided->number < entry.number;
}

std::optional<std::string> CardOffice::organization_of(const std::string& public_key) {
    revoked_.refresh();
    const auto entry = authorized_.find(public_key);
    if (!entry || !admitted(*entry)) return std::nullopt;
    return entry->organization;
}

bool CardOffice::knew(const std::string& public_key) const {
    const KeyEntry* entry = authorized_.known(public_key);
    return entry != nullptr && admitted(*entry);
}

bool CardOffice::is_invited(const std::string& one_time_key) {
    const auto invitation = invited_.find(one_time_key);
    return invitation &&
           clock_.wall() < std::chrono::milliseconds(static_cast<std::int64_t>(invitation->number));
}

Status CardOffice::request(const std::string& one_time_key, const std::string& public_key) {
    return register_.request(one_time_key, public_key);
}

std::string CardOffice::card_for(const std::string& public_key,
                                 const SigningPublic& signing_key) const {
    if (!knew(public_key)) return {};
    const KeyEntry& entry = *authorized_.known(public_key);
    const ProcessId id = process_id_of_key(public_key);
    const MemberKeys keys = keys_ ? keys_(id, entry.organization) : MemberKeys{};
    return sign_card({id, entry.organization, public_key, signing_key, kRoleMember,
                      clock_.wall() + lifetime_, entry.number, keys},
                     key_);
}

}  // namespace tributary::netlayer
