#pragma once
// A folder with one file a key: the members that are admitted, invited, waiting or revoked.
// Invariants: a file whose first line is no key, or whose name could not name a member, is skipped
// and counted; changes of the folder are seen within a second.
// Format of a file: the public key; the number that goes with it (decimal), absent: 1; the
// organization, absent: the file's name. One a line.
// KeyEntry: values. KeyFolder: one thread at a time.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace tributary::netlayer {

/// Most keys that a folder may hold; further files are skipped.
inline constexpr std::size_t kMaxMembers = 65'536;

struct KeyEntry {
    std::string public_key;
    std::uint64_t number = 1;  ///< admitted, revoked: the membership epoch; invited: until when, ms
    std::string organization;

    friend bool operator==(const KeyEntry&, const KeyEntry&) = default;
};

/// @error not_found, corrupt, permission, io
Result<KeyEntry> read_key_file(const std::filesystem::path& file);
/// @error permission, io
Status write_key_file(const std::filesystem::path& file, const KeyEntry& entry);

class KeyFolder {
 public:
    /// An empty path holds nobody.
    KeyFolder(std::filesystem::path folder, const Clock& clock);

    /// The entry of a key, after looking for changes of the folder.
    std::optional<KeyEntry> find(const std::string& public_key);

    /// The entry of a key at the last look, or nullptr; costs no system call.
    [[nodiscard]] const KeyEntry* known(const std::string& public_key) const;

    /// Looks for changes of the folder.
    void refresh();

    /// By key, as of the last look.
    [[nodiscard]] const std::map<std::string, KeyEntry>& entries() const { return entries_; }
    /// Files skipped at the last look.
    [[nodiscard]] std::size_t skipped() const { return skipped_; }

 private:
    void scan();

    std::filesystem::path folder_;
    const Clock& clock_;
    std::map<std::string, KeyEntry> entries_;
    std::optional<std::filesystem::file_time_type> seen_change_;
    Micros scanned_at_{0};
    std::size_t skipped_ = 0;
};

}  // namespace tributary::netlayer
