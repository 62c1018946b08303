#pragma once
// Listens on the control socket and answers requests, each connection on its own thread (at most
// kMaxConnections at a time; a further one waits in the system's backlog).
// Thread rule: handlers run on connection threads and must be safe to run in parallel.

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "app/control/client.hpp"
#include "app/control/protocol.hpp"
#include "app/control/unix_socket.hpp"

namespace tributary::app {

/// Sends a progress frame; false once the asker has hung up (the handler should stop).
using ProgressReporter = std::function<bool(const std::string& json)>;
using ControlHandler =
    std::function<Result<ControlFrame>(const ControlFrame& request, const ProgressReporter&)>;

class ControlServer {
 public:
    static constexpr std::size_t kMaxConnections = 8;

    /// Starts to listen at `<state>/control.sock`.
    /// @error io, limit_exceeded
    static Result<std::unique_ptr<ControlServer>> start(const std::filesystem::path& state,
                                                        ControlHandler handler);
    /// Takes a socket that already listens; `start` is the usual way.
    ControlServer(UnixSocket listener, ControlHandler handler, std::filesystem::path path);
    ControlServer(const ControlServer&) = delete;
    ControlServer& operator=(const ControlServer&) = delete;
    /// Hangs up on everybody and waits for the running handlers.
    ~ControlServer();

 private:
    void accept_loop();
    void serve(UnixSocket connection);

    UnixSocket listener_;
    ControlHandler handler_;
    std::filesystem::path path_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::set<int> open_;  ///< descriptors of running connections
    std::atomic<bool> stopping_{false};
    std::thread acceptor_;
};

}  // namespace tributary::app
