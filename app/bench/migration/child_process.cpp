#include "app/bench/migration/child_process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>
#include <utility>

#include "app/control/protocol.hpp"

namespace tributary::app {

namespace {

constexpr int kNotExecuted = 127;
constexpr std::chrono::milliseconds kPoll{10};
constexpr int kPollsUntilKilled = 1000;

tl::unexpected<Error> system_failure(const std::string& what) {
    return fail(Errc::io,
                what + ": " + std::strerror(errno) + ". Free some memory and run it again");
}

/// The child ends when its parent does, and Ctrl-C ends both.
void follow_parent(pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(kNotExecuted);
}

void redirect_output(const std::filesystem::path& file) {
    const int log = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (log < 0 || null < 0) ::_exit(kNotExecuted);
    ::dup2(null, STDIN_FILENO);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
}

[[noreturn]] void become(const ChildProcess::Program& program, const passwd* user, pid_t parent) {
    redirect_output(program.output);
    if (user != nullptr && (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 ||
                            ::setuid(user->pw_uid) != 0)) {
        ::_exit(kNotExecuted);
    }
    follow_parent(parent);
    std::vector<char*> words;
    for (const std::string& word : program.words) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    ::execvp(words.front(), words.data());
    ::_exit(kNotExecuted);
}

[[noreturn]] void work_as_child(const ChildProcess::Work& work, int channel, pid_t parent) {
    follow_parent(parent);
    const Status status = work(channel);
    if (!status) static_cast<void>(send_frame(channel, error_frame(status.error())));
    ::_exit(status ? 0 : 1);
}

}  // namespace

Result<ChildProcess> ChildProcess::fork(const Work& work, int patience_s) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return system_failure("cannot make a channel to a child process");
    }
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child == 0) work_as_child(work, ends[1], parent);
    ::close(ends[1]);
    if (child < 0) {
        ::close(ends[0]);
        return system_failure("cannot start a child process");
    }
    const timeval patience{patience_s, 0};
    ::setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return ChildProcess(child, ends[0]);
}

Result<ChildProcess> ChildProcess::run(const Program& program) {
    const passwd* user = nullptr;
    if (!program.user.empty() && ::geteuid() == 0) {
        user = ::getpwnam(program.user.c_str());
        if (user == nullptr) {
            return fail(Errc::not_found, "there is no user " + program.user +
                                             " to run it as. Run the benchmark as an ordinary "
                                             "user");
        }
    }
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child == 0) become(program, user, parent);
    if (child < 0) return system_failure("cannot start " + program.words.front());
    return ChildProcess(child, -1);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : process_(std::exchange(other.process_, -1)),
      channel_(std::exchange(other.channel_, -1)),
      status_(other.status_) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
    std::swap(process_, other.process_);
    std::swap(channel_, other.channel_);
    std::swap(status_, other.status_);
    return *this;
}

ChildProcess::~ChildProcess() {
    if (channel_ < 0) {
        stop();
    } else {
        kill();
        ::close(channel_);
    }
}

/// True when it has ended.
bool ChildProcess::reap(bool wait_for_it) {
    if (process_ < 0) return true;
    pid_t ended = 0;
    do {
        ended = ::waitpid(process_, &status_, wait_for_it ? 0 : WNOHANG);
    } while (ended < 0 && errno == EINTR);
    if (ended == 0) return false;
    process_ = -1;
    return true;
}

void ChildProcess::kill() {
    if (process_ < 0) return;
    ::kill(process_, SIGKILL);
    reap(true);
}

void ChildProcess::stop() {
    if (process_ < 0) return;
    ::kill(process_, SIGINT);
    for (int polls = 0; polls < kPollsUntilKilled; ++polls) {
        if (reap(false)) return;
        std::this_thread::sleep_for(kPoll);
    }
    kill();
}

Result<int> ChildProcess::wait() {
    reap(true);
    if (WIFEXITED(status_)) return WEXITSTATUS(status_);
    return fail(Errc::io, "a child process was ended by a signal. Run the benchmark again");
}

}  // namespace tributary::app
