#pragma once
// A peer's server as a private instance: a temporary folder, a free port of loopback, its output
// in a file, and its end with the object. One thread.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/bench/migration/child_process.hpp"
#include "app/bench/migration/temporary_folder.hpp"

namespace tributary::app {

class PrivateServer {
 public:
    /// @param program  name in PATH, or a path
    /// @param user     whom it runs as when this program runs as root; empty: the same
    /// @error not_found (not installed), io
    static Result<PrivateServer> prepare(const std::string& program, const std::string& user = "");

    /// Runs a program of the peer to its end, for example to make its files.
    /// @error io, with the end of its output
    Status run(const std::vector<std::string>& words);
    /// Starts the server and waits until its port accepts connections.
    /// @error io, timeout, with the end of its output
    Status start(std::vector<std::string> words);

    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }

 private:
    PrivateServer(TemporaryFolder folder, std::string user, int port)
        : folder_(std::move(folder)), user_(std::move(user)), port_(port) {}
    [[nodiscard]] std::string end_of_output() const;

    TemporaryFolder folder_;
    std::string user_;
    int port_;
    std::optional<ChildProcess> process_;
};

/// The first of these programs that is there, as a path; empty: none.
std::string find_program(const std::string& name, const std::vector<std::string>& also = {});

/// A port of loopback that nobody uses now.
/// @error io
Result<int> free_port();

}  // namespace tributary::app
