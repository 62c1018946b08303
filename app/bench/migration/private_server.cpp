#include "app/bench/migration/private_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <sstream>
#include <thread>

#include "base/file.hpp"

namespace tributary::app {

namespace {

constexpr std::chrono::milliseconds kBetweenProbes{20};
constexpr int kTries = 1500;
constexpr std::size_t kOutputLimit = std::size_t{4} << 20U;
constexpr std::size_t kShownOutput = 400;

/// A TCP socket that is closed with the object.
class TcpSocket {
 public:
    TcpSocket() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
    TcpSocket(const TcpSocket&) = delete;
    TcpSocket& operator=(const TcpSocket&) = delete;
    ~TcpSocket() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    [[nodiscard]] int get() const { return descriptor_; }

 private:
    int descriptor_;
};

sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

bool accepts_connections(int port) {
    const TcpSocket socket;
    const sockaddr_in address = loopback(port);
    return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
           0;
}

void hand_over_to(const std::filesystem::path& folder, const std::string& user) {
    const passwd* entry = user.empty() || ::geteuid() != 0 ? nullptr : ::getpwnam(user.c_str());
    if (entry == nullptr) return;
    static_cast<void>(!::chown(folder.c_str(), entry->pw_uid, entry->pw_gid));
}

}  // namespace

std::string find_program(const std::string& name, const std::vector<std::string>& also) {
    const char* path = std::getenv("PATH");
    std::istringstream folders(path != nullptr ? path : "");
    for (std::string folder; std::getline(folders, folder, ':');) {
        const std::string file = folder + "/" + name;
        if (::access(file.c_str(), X_OK) == 0) return file;
    }
    for (const std::string& folder : also) {
        const std::string file = folder + "/" + name;
        if (::access(file.c_str(), X_OK) == 0) return file;
    }
    return {};
}

Result<int> free_port() {
    const TcpSocket socket;
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket.get(), generic, size) != 0 ||
        ::getsockname(socket.get(), generic, &size) != 0) {
        return fail(Errc::io, "no port of 127.0.0.1 is free. Stop some programs");
    }
    return ntohs(address.sin_port);
}

Result<PrivateServer> PrivateServer::prepare(const std::string& program, const std::string& user) {
    if (program.empty() || ::access(program.c_str(), X_OK) != 0) {
        return fail(Errc::not_found, "is not installed: scripts/setup --all");
    }
    TRIBUTARY_TRY(TemporaryFolder folder, TemporaryFolder::make());
    TRIBUTARY_TRY(const int port, free_port());
    hand_over_to(folder.path(), user);
    return PrivateServer(std::move(folder), user, port);
}

std::string PrivateServer::end_of_output() const {
    const auto bytes = read_file(folder() / "output", kOutputLimit);
    if (!bytes) return {};
    const std::string_view text = as_text(*bytes);
    return std::string(text.substr(text.size() - std::min(text.size(), kShownOutput)));
}

Status PrivateServer::run(const std::vector<std::string>& words) {
    TRIBUTARY_TRY(ChildProcess program, ChildProcess::run({words, folder() / "output", user_}));
    TRIBUTARY_TRY(const int code, program.wait());
    if (code == 0) return {};
    return fail(Errc::io, words.front() + " failed: " + end_of_output());
}

Status PrivateServer::start(std::vector<std::string> words) {
    const std::string name = words.front();
    TRIBUTARY_TRY(process_, ChildProcess::run({std::move(words), folder() / "output", user_}));
    for (int tries = 0; tries < kTries; ++tries) {
        if (accepts_connections(port_)) return {};
        std::this_thread::sleep_for(kBetweenProbes);
    }
    return fail(Errc::timeout, name + " does not accept connections: " + end_of_output());
}

}  // namespace tributary::app
