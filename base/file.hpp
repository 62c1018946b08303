#pragma once
// Whole files: read with a bound, written atomically (temporary file, fsync, rename, fsync of the
// folder), and a lock that one process holds on a folder. Any thread.

#include <filesystem>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace tributary {

/// @error not_found, permission, io, limit_exceeded
Result<Bytes> read_file(const std::filesystem::path& path, std::size_t limit);

/// Replaces the file or leaves the old one untouched.
/// @param mode  permission bits of the new file
/// @error permission, io
Status write_file_atomically(const std::filesystem::path& path, ByteView bytes,
                             unsigned mode = 0644);

/// Makes a folder and those above it; one that is there is fine.
/// @error permission, io
Status make_folder(const std::filesystem::path& folder);

/// Holds `<folder>/lock` (flock) until destroyed; the system frees it when the process dies.
class FolderLock {
 public:
    /// @error conflict (another process holds it), permission, io
    static Result<FolderLock> acquire(const std::filesystem::path& folder);

    FolderLock(FolderLock&& other) noexcept;
    FolderLock& operator=(FolderLock&& other) noexcept;
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;
    ~FolderLock();

 private:
    explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_ = -1;
};

}  // namespace tributary
