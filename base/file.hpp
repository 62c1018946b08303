#pragma once
// Whole files: read with a bound, written atomically (temporary file, fsync, rename, fsync of the
// folder), and locks that one process holds on a file or a folder. Any thread.

#include <filesystem>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace tributary {

/// @error not_found, permission, io, limit_exceeded
Result<Bytes> read_file(const std::filesystem::path& path, std::size_t limit);

/// Takes the first line off the text of a small file that people edit, without spaces and line ends
/// behind it; empty at the end.
std::string_view take_line(std::string_view& text);

/// Replaces the file or leaves the old one untouched.
/// @param mode  permission bits of the new file
/// @error permission, io
Status write_file_atomically(const std::filesystem::path& path, ByteView bytes,
                             unsigned mode = 0644);

/// Makes a folder and those above it; one that is there is fine.
/// @error permission, io
Status make_folder(const std::filesystem::path& folder);

/// Holds a file (flock) until destroyed; the system frees it when the process dies.
class FileLock {
 public:
    /// Makes the file if there is none; it stays when the lock ends.
    /// @return nothing when somebody else holds it, in this process or in another one
    /// @error permission, io
    static Result<std::optional<FileLock>> try_acquire(const std::filesystem::path& path);

    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&& other) noexcept;
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;
    ~FileLock();

 private:
    explicit FileLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_ = -1;
};

/// Holds a state folder, by `<folder>/lock`.
/// @error conflict (another process runs on it), permission, io
Result<FileLock> lock_folder(const std::filesystem::path& folder);

}  // namespace tributary
