#include "app/bench/measured_process.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>

namespace tributary::app {

namespace {

constexpr int kNotStarted = 127;

double seconds_of(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

void silence_output() {
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0) return;
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(null, stream);
}

Result<ProcessCost> cost_of(pid_t child, const std::string& name) {
    int status = 0;
    rusage usage{};
    while (wait4(child, &status, 0, &usage) < 0) {
        if (errno != EINTR) {
            return fail(Errc::io, "cannot wait for " + name + ": " + std::strerror(errno) +
                                      ". Run the benchmark again");
        }
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        return fail(Errc::io, name + " did not end with 0. Run it by hand to see why");
    }
    return ProcessCost{seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime),
                       static_cast<std::uint64_t>(usage.ru_maxrss) * 1024};
}

/// Forks; the child runs `work` and ends with what it returns.
template <typename Work>
Result<pid_t> fork_child(const std::string& name, const Work& work) {
    const pid_t child = fork();
    if (child < 0) {
        return fail(Errc::io, "cannot start " + name + ": " + std::strerror(errno) +
                                  ". Free some memory and run the benchmark again");
    }
    if (child == 0) {
        silence_output();
        _exit(work());
    }
    return child;
}

template <typename Work>
Result<ProcessCost> in_child(const std::string& name, const Work& work) {
    TRIBUTARY_TRY(const pid_t child, fork_child(name, work));
    return cost_of(child, name);
}

/// Never returns when the program could be started.
int become(const std::vector<std::string>& command) {
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    execvp(arguments.front(), arguments.data());
    return kNotStarted;
}

}  // namespace

bool is_installed(const std::string& program) {
    const char* path = std::getenv("PATH");
    std::istringstream folders(path != nullptr ? path : "");
    for (std::string folder; std::getline(folders, folder, ':');) {
        if (access((std::filesystem::path(folder) / program).c_str(), X_OK) == 0) return true;
    }
    return false;
}

Result<ProcessCost> run_measured(const std::vector<std::string>& command) {
    return in_child(command.front(), [&] { return become(command); });
}

Result<pid_t> start_measured(const std::vector<std::string>& command) {
    return fork_child(command.front(), [&] { return become(command); });
}

Result<pid_t> start_measured(const std::string& name, const std::function<bool()>& work) {
    return fork_child(name, [&] { return work() ? EXIT_SUCCESS : EXIT_FAILURE; });
}

Result<ProcessCost> stop_measured(pid_t child, const std::string& name) {
    kill(child, SIGTERM);
    return cost_of(child, name);
}

Result<ProcessCost> run_measured(const std::string& name, const std::function<bool()>& work) {
    return in_child(name, [&] { return work() ? EXIT_SUCCESS : EXIT_FAILURE; });
}

}  // namespace tributary::app
