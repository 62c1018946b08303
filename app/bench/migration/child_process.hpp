#pragma once
// A process of the benchmark: a fork of this program, or another program. It dies with its parent
// and is stopped, by force if need be, when the object goes.
// Invariant: the forked child never returns from fork(); its channel carries control frames.
// The caller must have one thread only, because it forks.

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace tributary::app {

class ChildProcess {
 public:
    /// What a forked child does; the socket leads to its parent.
    using Work = std::function<Status(int channel)>;
    struct Program {
        std::vector<std::string> words;  ///< program and arguments; not empty
        std::filesystem::path output;    ///< where its output goes
        std::string user{};              ///< whom to become when this program runs as root
    };

    /// @param patience_s  longest wait for one frame of the child, in seconds
    /// @error io
    static Result<ChildProcess> fork(const Work& work, int patience_s = 60);
    /// @error io, not_found (no such user)
    static Result<ChildProcess> run(const Program& program);

    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&& other) noexcept;
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    ~ChildProcess();

    /// The socket that leads to a forked child.
    [[nodiscard]] int channel() const { return channel_; }
    /// Ends it at once, as a crash would.
    void kill();
    /// Asks a program to end with SIGINT and waits; after some seconds it is killed.
    void stop();
    /// The exit code when it ends by itself.
    /// @error io (a signal ended it)
    Result<int> wait();

 private:
    ChildProcess(pid_t process, int channel) : process_(process), channel_(channel) {}
    bool reap(bool wait_for_it);

    pid_t process_ = -1;
    int channel_ = -1;
    int status_ = 0;
};

}  // namespace tributary::app
