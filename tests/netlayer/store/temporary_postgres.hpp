#pragma once
// A private PostgreSQL server for one test, in a temporary folder with a socket there and no port;
// it ends with the object. As root it runs as the user `postgres`. One thread.

#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/netlayer/driver/temporary_folder.hpp"

namespace tributary::netlayer {

class TemporaryPostgres {
 public:
    /// Whether Debian's server is installed, and a user to run it as.
    static bool is_installed() {
        return !programs().empty() && std::system(
                                          "test $(id -u) -ne 0 || id postgres >/dev/null "
                                          "2>&1") == 0;
    }

    TemporaryPostgres() {
        const std::string folder = folder_.path().string();
        std::filesystem::permissions(folder, std::filesystem::perms::all);
        runs_ = run("initdb -D " + data() + " -A trust -U postgres --no-sync") && start();
    }
    TemporaryPostgres(const TemporaryPostgres&) = delete;
    TemporaryPostgres& operator=(const TemporaryPostgres&) = delete;
    ~TemporaryPostgres() { stop(); }

    bool start(const std::string& options = "") {
        return run("pg_ctl -w -D " + data() + " -o \"-k " + folder_.path().string() +
                   " -c listen_addresses='' " + options + "\" start");
    }
    void stop() { static_cast<void>(run("pg_ctl -w -m immediate -D " + data() + " stop")); }

    [[nodiscard]] bool runs() const { return runs_; }
    [[nodiscard]] std::string url() const {
        return "postgresql:///postgres?user=postgres&host=" + folder_.path().string();
    }

 private:
    /// The folder of the newest server's programs.
    static std::string programs() {
        std::string newest;
        std::error_code none;
        for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
            const std::string folder = (entry.path() / "bin").string();
            if (std::filesystem::exists(folder + "/initdb")) newest = std::max(newest, folder);
        }
        return newest;
    }
    [[nodiscard]] std::string data() const { return (folder_.path() / "data").string(); }
    [[nodiscard]] bool run(const std::string& command) const {
        const std::string as_user =
            "$(test $(id -u) -ne 0 || echo setpriv --reuid=postgres "
            "--regid=postgres --clear-groups) ";
        const std::string quiet = " >>" + (folder_.path() / "log").string() + " 2>&1";
        return std::system(("cd / && " + as_user + programs() + "/" + command + quiet).c_str()) ==
               0;
    }

    TemporaryFolder folder_;
    bool runs_ = false;
};

}  // namespace tributary::netlayer
