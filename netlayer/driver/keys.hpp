#pragma once
// CURVE keys of a member.
// Invariant: a key is 32 bytes, written as 40 characters of Z85; the secret file is readable by its
// owner only. Key text that does not decode never leaves this file as a key. Formats:
//   <folder>/curve.secret  two lines, public key and secret key (mode 0600)
//   <folder>/curve.public  one line, public key: what a member hands to the coordinator
// Values; any thread.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tributary::netlayer {

/// Length of a CURVE key as text.
inline constexpr std::size_t kKeyTextLength = 40;
/// Longest name of a member.
inline constexpr std::size_t kMaxMemberName = 64;

/// A CURVE key pair as Z85 text.
struct KeyPair {
    std::string public_key;
    std::string secret_key;
};

/// A fresh pair from the system's random source.
/// @error internal
Result<KeyPair> generate_keys();

/// The pair kept in `folder`, generated and written there on first use.
/// @error corrupt (the file does not hold a pair), permission, io
Result<KeyPair> load_or_create_keys(const std::filesystem::path& folder);

/// The public key in a one-line file.
/// @error corrupt, not_found, permission, io
Result<std::string> read_public_key(const std::filesystem::path& file);

/// Whether the text is 40 characters of Z85.
bool is_key_text(std::string_view text);

/// Whether a name may stand for a member: 1 to 64 of letters, digits, `.`, `_`, `-`, no leading
/// dot.
bool is_member_name(std::string_view name);

/// The Z85 text of 32 raw bytes, as they stand in an authentication request.
std::string key_text(const std::uint8_t* raw_key);

/// What people compare to be sure that they speak of the same key: four groups of four digits.
std::string fingerprint_of_key(std::string_view public_key);

/// The number under which a member's process is known: its key decides it, so it is the same after
/// every restart and nobody can claim another's. Never 0, which is the server.
std::uint64_t process_id_of_key(std::string_view public_key);

}  // namespace tributary::netlayer
