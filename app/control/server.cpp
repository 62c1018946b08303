#include "app/control/server.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.hpp"

namespace tributary::app {

namespace {

/// How often the acceptor looks whether it must stop.
constexpr int kPollMs = 100;

}  // namespace

Result<std::unique_ptr<ControlServer>> ControlServer::start(const std::filesystem::path& state,
                                                            ControlHandler handler) {
    const auto path = state / kControlSocket;
    TRIBUTARY_TRY(UnixSocket listener, UnixSocket::listen(path));
    return std::make_unique<ControlServer>(std::move(listener), std::move(handler), path);
}

ControlServer::ControlServer(UnixSocket listener, ControlHandler handler,
                             std::filesystem::path path)
    : listener_(std::move(listener)),
      handler_(std::move(handler)),
      path_(std::move(path)),
      acceptor_([this] { accept_loop(); }) {}

ControlServer::~ControlServer() {
    stopping_ = true;
    acceptor_.join();
    std::unique_lock lock(mutex_);
    for (const int descriptor : open_) ::shutdown(descriptor, SHUT_RDWR);
    changed_.wait(lock, [this] { return open_.empty(); });
    ::unlink(path_.c_str());
}

void ControlServer::accept_loop() {
    while (!stopping_) {
        pollfd waiting{listener_.get(), POLLIN, 0};
        if (::poll(&waiting, 1, kPollMs) <= 0) continue;
        {
            std::unique_lock lock(mutex_);
            if (open_.size() >= kMaxConnections) {
                changed_.wait_for(lock, std::chrono::milliseconds(kPollMs));
                continue;
            }
        }
        UnixSocket connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (connection.get() < 0) continue;
        {
            const std::lock_guard lock(mutex_);
            open_.insert(connection.get());
        }
        // Detached threads are counted in open_, which the destructor waits for.
        std::thread([this, moved = std::move(connection)]() mutable {
            serve(std::move(moved));
        }).detach();
    }
}

void ControlServer::serve(UnixSocket connection) {
    const int descriptor = connection.get();
    if (auto request = receive_frame(descriptor)) {
        const ProgressReporter report = [descriptor](const std::string& json) {
            return send_frame(descriptor, {"{\"progress\":" + json + "}", {}}).has_value();
        };
        const auto answer = handler_(*request, report);
        const Status sent = send_frame(descriptor, answer ? *answer : error_frame(answer.error()));
        if (!sent) log::debug("control", "the asker left before the answer");
    }
    // Notify under the lock: the destructor may free this object as soon as open_ is empty.
    const std::lock_guard lock(mutex_);
    open_.erase(descriptor);
    changed_.notify_all();
}

}  // namespace tributary::app
