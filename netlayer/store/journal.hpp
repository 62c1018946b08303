#pragma once
// What a client promised to contribute and what the server has not yet confirmed: the client's
// journal. An entry is on disk before its contribution starts and goes only when the durable
// confirmation names it, so that kill -9 at any point loses nothing.
// Invariants: numbers ascend and are never used again, also after the entry is gone; payloads are
// opaque. One thread at a time.
// @paper self-service §5.1 (update durability); protocol section 1, decision 5

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace tributary::netlayer {

/// Most entries that wait; at the bound `append` refuses, which is the caller's back-pressure.
inline constexpr std::uint64_t kJournalLimit = 100'000;

struct JournalEntry {
    std::uint64_t number = 0;
    Bytes payload;
};

class Journal {
 public:
    /// Opens or creates the journal.
    /// @error corrupt, permission, io
    static Result<Journal> open(const std::filesystem::path& file);
    Journal(Journal&&) noexcept;
    Journal& operator=(Journal&&) noexcept;
    ~Journal();

    /// On disk when it returns.
    /// @return the contribution number
    /// @error  limit_exceeded, io
    Result<std::uint64_t> append(ByteView payload);

    /// The oldest entry that waits.
    /// @error io
    Result<std::optional<JournalEntry>> oldest() const;

    /// Removes an entry that is durable, or that was refused for good.
    /// @error io
    Status remove(std::uint64_t number);

    /// @error io
    [[nodiscard]] Result<std::uint64_t> size() const;

 private:
    struct Parts;
    explicit Journal(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace tributary::netlayer
