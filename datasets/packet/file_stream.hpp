#pragma once
// A capture file as a plain byte stream for C libraries: .gz and .zst are recognized by their first
// bytes and decompressed while reading, so memory does not depend on the content.
// Invariant: the returned FILE answers ftello with the position in the uncompressed stream.
// One thread.

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace tributary::datasets {

struct FileCloser {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using FileHandle = std::unique_ptr<std::FILE, FileCloser>;

/// Small enough for the processor's cache, large enough to ask the system seldom.
using StreamBuffer = std::array<char, 256 * 1024>;

/// What broke a compressed stream; no cause: nothing did.
struct StreamDamage {
    std::string cause;
    /// Set when a checksum tells that what was given from there on may be wrong.
    std::optional<std::uint64_t> doubtful_from;
};

/// The stream, and where a damaged compressed file reports its cause.
struct FileStream {
    std::unique_ptr<StreamBuffer> buffer;  ///< of `file`, which must be closed first
    FileHandle file;
    std::shared_ptr<StreamDamage> damage;  ///< shared with the decoder inside `file`
    /// The first four bytes, in this machine's order, of a regular file that is not compressed.
    std::optional<std::uint32_t> plain_magic;
};

/// @error not_found, permission, io
Result<FileStream> open_stream(const std::filesystem::path& path);

}  // namespace tributary::datasets
