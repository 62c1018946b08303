#include "netlayer/identity/member_card.hpp"

#include <netlayer/wire/message.pb.h>

#include <algorithm>

namespace tributary::netlayer {

namespace {

constexpr std::string_view kMembership = "tributary membership 1\n";
constexpr std::string_view kRevocations = "tributary revocations 1\n";
/// A date that a clock can hold, far beyond any card.
constexpr std::uint64_t kLatestMs = std::uint64_t{1} << 45U;

Bytes signed_text(std::string_view kind, const std::string& statement) {
    return to_bytes(std::string(kind) + statement);
}

template <typename Statement>
std::string sign_statement(std::string_view kind, const Statement& statement,
                           const SigningKey& key) {
    wire::Signed made;
    made.set_statement(statement.SerializeAsString());
    const SignatureBytes signature = sign(signed_text(kind, made.statement()), key);
    made.set_signature(signature.data(), signature.size());
    return made.SerializeAsString();
}

template <typename Statement>
Result<Statement> open_statement(std::string_view kind, const std::string& carried,
                                 const SigningPublic& key) {
    wire::Signed parsed;
    SignatureBytes signature{};
    if (!parsed.ParseFromString(carried) || parsed.signature().size() != signature.size()) {
        return fail(Errc::corrupt, "this is nothing that a coordinator signed");
    }
    std::copy(parsed.signature().begin(), parsed.signature().end(), signature.begin());
    if (!verify(signed_text(kind, parsed.statement()), signature, key)) {
        return fail(Errc::permission, "it was not signed by this service's coordinator");
    }
    Statement statement;
    if (!statement.ParseFromString(parsed.statement())) {
        return fail(Errc::corrupt, "the coordinator signed what this version cannot read");
    }
    return statement;
}

}  // namespace

bool Revocation::voids(const MemberCard& card) const {
    const auto found = epochs.find(card.id);
    return found != epochs.end() && card.epoch <= found->second;
}

std::string sign_card(const MemberCard& card, const SigningKey& coordinator) {
    wire::MembershipStatement statement;
    statement.set_id(card.id);
    statement.set_organization(card.organization);
    statement.set_public_key(card.public_key);
    statement.set_signing_key(card.signing_key.data(), card.signing_key.size());
    statement.set_roles(card.roles);
    statement.set_expires_ms(static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(card.expires).count()));
    statement.set_epoch(card.epoch);
    statement.set_key(card.keys.key);
    statement.set_key_before(card.keys.before);
    return sign_statement(kMembership, statement, coordinator);
}

Result<MemberCard> open_card(const std::string& carried, const SigningPublic& coordinator) {
    TRIBUTARY_TRY(const auto statement,
                  open_statement<wire::MembershipStatement>(kMembership, carried, coordinator));
    MemberCard card{statement.id(),         statement.organization(),
                    statement.public_key(), {},
                    statement.roles(),      Micros{0},
                    statement.epoch(),      {statement.key(), statement.key_before()}};
    if (statement.signing_key().size() != card.signing_key.size() ||
        statement.expires_ms() > kLatestMs) {
        return fail(Errc::corrupt, "a card has a signing key or a date that cannot be");
    }
    std::copy(statement.signing_key().begin(), statement.signing_key().end(),
              card.signing_key.begin());
    card.expires = std::chrono::milliseconds(static_cast<std::int64_t>(statement.expires_ms()));
    return card;
}

std::string sign_revocation(const Revocation& revocation, const SigningKey& coordinator) {
    wire::RevocationStatement statement;
    statement.set_number(revocation.number);
    for (const auto& [id, epoch] : revocation.epochs) {
        wire::RevokedMember& revoked = *statement.add_revoked();
        revoked.set_id(id);
        revoked.set_epoch(epoch);
    }
    return sign_statement(kRevocations, statement, coordinator);
}

Result<Revocation> open_revocation(const std::string& carried, const SigningPublic& coordinator) {
    TRIBUTARY_TRY(const auto statement,
                  open_statement<wire::RevocationStatement>(kRevocations, carried, coordinator));
    if (static_cast<std::size_t>(statement.revoked_size()) > kMaxRevoked) {
        return fail(Errc::corrupt, "a revocation names more members than the bound");
    }
    Revocation revocation{statement.number(), {}};
    for (const wire::RevokedMember& each : statement.revoked()) {
        revocation.epochs[each.id()] = each.epoch();
    }
    return revocation;
}

}  // namespace tributary::netlayer
