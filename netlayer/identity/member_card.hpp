#pragma once
// What the coordinator says about members, signed with its Ed25519 key: who belongs to the service
// (a card), and whose card is void before its time (a revocation).
// Invariants: what is signed and what is verified are the bytes as carried, never a text made anew;
// a statement of one kind never passes for the other; a larger membership epoch is a later
// admission, and a revocation voids the epochs up to its own.
// Format: Signed, MembershipStatement, RevocationStatement in netlayer/wire/message.proto.
// Values and functions; any thread. protocol section 6.

#include <cstdint>
#include <map>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/signing.hpp"
#include "netlayer/identity.hpp"

namespace tributary::netlayer {

/// Roles, as bits.
inline constexpr std::uint32_t kRoleMember = 1;

/// Most members that one revocation names; at the bound the oldest are left out, whose cards run
/// out first.
inline constexpr std::size_t kMaxRevoked = 4096;

/// Where a member may stand in the search tree.
struct MemberKeys {
    Key key = kNoKey;     ///< none: the key that follows from the id
    Key before = kNoKey;  ///< until it joins the next time; none: no other one

    friend bool operator==(const MemberKeys&, const MemberKeys&) = default;
};

struct MemberCard {
    ProcessId id = 0;  ///< key in the tree
    std::string organization;
    std::string public_key;       ///< CURVE, Z85
    SigningPublic signing_key{};  ///< Ed25519
    std::uint32_t roles = kRoleMember;
    Micros expires{0};        ///< since 1970
    std::uint64_t epoch = 0;  ///< of the membership
    MemberKeys keys{};        ///< places in the search tree

    friend bool operator==(const MemberCard&, const MemberCard&) = default;
};

struct Revocation {
    std::uint64_t number = 0;
    std::map<ProcessId, std::uint64_t> epochs;

    [[nodiscard]] bool voids(const MemberCard& card) const;
    friend bool operator==(const Revocation&, const Revocation&) = default;
};

/// The card as it is carried.
std::string sign_card(const MemberCard& card, const SigningKey& coordinator);

/// Reads a card that the coordinator signed.
/// @error corrupt (no card), permission (not signed by this coordinator)
Result<MemberCard> open_card(const std::string& carried, const SigningPublic& coordinator);

std::string sign_revocation(const Revocation& revocation, const SigningKey& coordinator);

/// @error as open_card
Result<Revocation> open_revocation(const std::string& carried, const SigningPublic& coordinator);

}  // namespace tributary::netlayer
