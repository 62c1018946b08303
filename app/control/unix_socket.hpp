#pragma once
// RAII over a UNIX stream socket, for both ends of the control connection. One owner; any thread.

#include <filesystem>
#include <utility>

#include "base/result.hpp"

namespace tributary::app {

class UnixSocket {
 public:
    UnixSocket() = default;
    explicit UnixSocket(int descriptor) : descriptor_(descriptor) {}
    UnixSocket(UnixSocket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    UnixSocket& operator=(UnixSocket&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    UnixSocket(const UnixSocket&) = delete;
    UnixSocket& operator=(const UnixSocket&) = delete;
    ~UnixSocket();

    /// @error unreachable, limit_exceeded (the path is longer than a socket address holds)
    static Result<UnixSocket> connect(const std::filesystem::path& path);
    /// Replaces a socket left behind; the file is readable by its owner only.
    /// @error io, limit_exceeded
    static Result<UnixSocket> listen(const std::filesystem::path& path);

    [[nodiscard]] int get() const { return descriptor_; }

 private:
    int descriptor_ = -1;
};

}  // namespace tributary::app
