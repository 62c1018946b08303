#pragma once
// CURVE keys of a member and the folder of members that may connect.
// Invariant: a key is 32 bytes, written as 40 characters of Z85; the secret file is readable by its
// owner only. Key text that does not decode never leaves this file as a key. Formats:
//   <folder>/curve.secret  two lines, public key and secret key (mode 0600)
//   <folder>/curve.public  one line, public key: what a member hands to the coordinator
//   <authorized>/<name>    one line, the public key of the member <name>
// KeyPair: values. AuthorizedKeys: one thread at a time.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace tributary::netlayer {

/// Length of a CURVE key as text.
inline constexpr std::size_t kKeyTextLength = 40;
/// Longest name of a member.
inline constexpr std::size_t kMaxMemberName = 64;
/// Most members an authorized folder may name; further files are ignored with a warning.
inline constexpr std::size_t kMaxMembers = 65'536;

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

/// The number under which a member's process is known: its key decides it, so it is the same after
/// every restart and nobody can claim another's. Never 0, which is the server.
std::uint64_t process_id_of_key(std::string_view public_key);

/// The members whose keys stand in a folder; follows changes of the folder.
class AuthorizedKeys {
 public:
    /// An empty path authorizes nobody.
    AuthorizedKeys(std::filesystem::path folder, const Clock& clock);

    /// The name under which a key is authorized, after looking for changes of the folder.
    std::optional<std::string> name_of(const std::string& public_key);

    /// Whether a key was authorized at the last look; costs no system call.
    [[nodiscard]] bool knew(const std::string& public_key) const {
        return name_by_key_.contains(public_key);
    }

    /// Looks for changes of the folder.
    void refresh();

    /// Files that were skipped at the last look because they hold no key or bear no member's name.
    [[nodiscard]] std::size_t skipped() const { return skipped_; }

 private:
    void scan();

    std::filesystem::path folder_;
    const Clock& clock_;
    std::map<std::string, std::string> name_by_key_;
    std::optional<std::filesystem::file_time_type> seen_change_;
    Micros scanned_at_{0};
    std::size_t skipped_ = 0;
};

}  // namespace tributary::netlayer
