#include "base/file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace tributary {

namespace {

tl::unexpected<Error> system_error(const std::string& what) {
    const int code = errno;
    const Errc kind = code == ENOENT                    ? Errc::not_found
                      : code == EACCES || code == EPERM ? Errc::permission
                                                        : Errc::io;
    return fail(kind, what + ": " + std::strerror(code));
}

class Descriptor {
 public:
    explicit Descriptor(int value) : value_(value) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (value_ >= 0) ::close(value_);
    }
    [[nodiscard]] int get() const { return value_; }

 private:
    int value_;
};

Status write_all(int descriptor, ByteView bytes, const std::string& name) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t wrote = ::write(descriptor, bytes.data() + done, bytes.size() - done);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0) return system_error("cannot write " + name);
        done += static_cast<std::size_t>(wrote);
    }
    if (::fsync(descriptor) != 0) return system_error("cannot flush " + name);
    return {};
}

}  // namespace

Result<Bytes> read_file(const std::filesystem::path& path, std::size_t limit) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return system_error("cannot open " + path.string());
    Bytes bytes;
    Bytes chunk(std::size_t{1} << 16);
    while (true) {
        const ssize_t got = ::read(file.get(), chunk.data(), chunk.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return system_error("cannot read " + path.string());
        if (got == 0) return bytes;
        bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + got);
        if (bytes.size() > limit) {
            return fail(Errc::limit_exceeded, path.string() + " is larger than the limit of " +
                                                  std::to_string(limit) + " bytes");
        }
    }
}

Status write_file_atomically(const std::filesystem::path& path, ByteView bytes, unsigned mode) {
    std::string pattern = path.string() + ".XXXXXX";
    const Descriptor file(::mkostemp(pattern.data(), O_CLOEXEC));
    if (file.get() < 0) {
        auto error = system_error("cannot write " + path.string());
        error.value().message += ". Check the folder and that this user may write there";
        return error;
    }
    Status status = write_all(file.get(), bytes, path.string());
    if (status && ::fchmod(file.get(), mode) != 0) {
        status = system_error("cannot set the mode of " + path.string());
    }
    if (status && ::rename(pattern.c_str(), path.c_str()) != 0) {
        status = system_error("cannot replace " + path.string());
    }
    if (!status) {
        ::unlink(pattern.c_str());
        return status;
    }
    const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
    const Descriptor parent(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (parent.get() < 0 || ::fsync(parent.get()) != 0) {
        return system_error("cannot flush the folder " + folder.string());
    }
    return {};
}

std::string_view take_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    return line;
}

Status make_folder(const std::filesystem::path& folder) {
    std::error_code failure;
    std::filesystem::create_directories(folder, failure);
    if (!failure) return {};
    const Errc code = failure == std::errc::permission_denied ? Errc::permission : Errc::io;
    return fail(code, "cannot make the folder " + folder.string() + ": " + failure.message());
}

Result<std::optional<FileLock>> FileLock::try_acquire(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return system_error("cannot open " + path.string());
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return std::optional(FileLock(descriptor));
    const bool held = errno == EWOULDBLOCK;
    auto failure = system_error("cannot lock " + path.string());
    ::close(descriptor);
    if (held) return std::optional<FileLock>();
    return failure;
}

Result<FileLock> lock_folder(const std::filesystem::path& folder) {
    TRIBUTARY_TRY(std::optional<FileLock> lock, FileLock::try_acquire(folder / "lock"));
    if (lock) return std::move(*lock);
    return fail(Errc::conflict, "another process already runs on the state folder " +
                                    folder.string() + ". Stop it, or give another --state");
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

FileLock::~FileLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace tributary
