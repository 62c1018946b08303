#include "app/control/unix_socket.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tributary::app {

namespace {

constexpr int kBacklog = 16;

Result<sockaddr_un> address_of(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string text = path.string();
    if (text.size() >= sizeof(address.sun_path)) {
        return fail(Errc::limit_exceeded, "the socket path " + text + " is longer than " +
                                              std::to_string(sizeof(address.sun_path) - 1) +
                                              " bytes. Choose a shorter --state");
    }
    std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
    return address;
}

UnixSocket make_socket() {
    return UnixSocket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

}  // namespace

UnixSocket::~UnixSocket() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Result<UnixSocket> UnixSocket::connect(const std::filesystem::path& path) {
    TRIBUTARY_TRY(const sockaddr_un address, address_of(path));
    UnixSocket socket = make_socket();
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) !=
        0) {
        const Errc code = errno == EACCES ? Errc::permission : Errc::unreachable;
        return fail(code, "nothing answers at " + path.string() + ": " + std::strerror(errno));
    }
    return socket;
}

Result<UnixSocket> UnixSocket::listen(const std::filesystem::path& path) {
    TRIBUTARY_TRY(const sockaddr_un address, address_of(path));
    UnixSocket socket = make_socket();
    ::unlink(path.c_str());
    const mode_t before = ::umask(0177);
    const int bound =
        ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    ::umask(before);
    if (bound != 0 || ::listen(socket.get(), kBacklog) != 0) {
        return fail(Errc::io, "cannot listen at " + path.string() + ": " + std::strerror(errno));
    }
    return socket;
}

}  // namespace tributary::app
