#pragma once
// The coordinator's register of members, as files in its state folder, so that it survives restarts
// and can be changed while the coordinator runs: invited/ (one-time keys), pending/ (sites that
// used one and wait for approval), authorized/ (members), revoked/ (keys that are void).
// Invariants: a key is admitted when its file in authorized/ bears a larger number than the one in
// revoked/; revoking writes before it removes, so that a crash between the two revokes; an
// invitation is used once. Formats: key_folder.hpp.
// One thread at a time; several programs may use one register. operations section 1.

#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "netlayer/identity/key_folder.hpp"

namespace tributary::netlayer {

enum class Standing { invited, pending, member, revoked };

const char* standing_name(Standing standing);

struct RegisterRow {
    std::string organization;
    Standing standing = Standing::member;
    std::string public_key;    ///< of an invitation: the one-time key
    std::uint64_t number = 0;  ///< as in KeyEntry
};

class MemberRegister {
 public:
    /// @param state  the coordinator's state folder
    MemberRegister(std::filesystem::path state, const Clock& clock)
        : state_(std::move(state)), clock_(clock) {}

    /// Whoever holds the secret half of the key may ask once, until then, to be admitted.
    /// @error invalid_argument (name, key), conflict (the organization is a member), io
    Status invite(const std::string& organization, const std::string& one_time_key, Micros until);
    /// The holder of an invitation asks that this key be admitted.
    /// @error permission (no such invitation, or its time is over), invalid_argument, io
    Status request(const std::string& one_time_key, const std::string& public_key);
    /// Admits the key that waits for this organization.
    /// @return the key
    /// @error not_found, io
    Result<std::string> approve(const std::string& organization);
    /// Admits a key; one that the organization had before is revoked.
    /// @error invalid_argument (name or key), io
    Status admit(const std::string& organization, const std::string& public_key);
    /// Voids the organization's key, or withdraws its invitation or request.
    /// @error not_found, io
    Status revoke(const std::string& organization);
    /// Everybody, by standing and name.
    /// @error io
    [[nodiscard]] Result<std::vector<RegisterRow>> list() const;

    [[nodiscard]] std::filesystem::path folder(Standing standing) const;

 private:
    [[nodiscard]] std::uint64_t now_ms() const;
    [[nodiscard]] std::filesystem::path revoked_file(const std::string& public_key) const;
    Status void_key(const KeyEntry& member);

    std::filesystem::path state_;
    const Clock& clock_;
};

}  // namespace tributary::netlayer
