#pragma once
// Tributary as one of the compared systems: a server process with its durable SQLite store, and a
// member in every client's process, CURVE on every link, as `coordinator` and `agent` run them.
// Threads: as service.hpp.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/bench/migration/child_process.hpp"
#include "app/bench/migration/service.hpp"
#include "app/bench/migration/temporary_folder.hpp"
#include "netlayer/driver/node.hpp"

namespace tributary::app {

/// Children of a process in the tree. A server with one child stores what reaches it and is on
/// nobody's way; `tributary coordinator --degree` and the agents' default are the same two numbers.
struct Degrees {
    std::size_t server = 1;
    std::size_t client = 4;
};

class TributaryService final : public Service {
 public:
    /// @param clients  members that may connect
    /// @param degrees  the shape of the tree
    static Result<std::unique_ptr<Service>> start(std::size_t clients, Degrees degrees);
    /// For start().
    explicit TributaryService(TemporaryFolder folder) : folder_(std::move(folder)) {}

    Result<std::unique_ptr<Session>> connect(std::size_t number) override;
    Status restart() override;

 private:
    Status start_server();
    [[nodiscard]] netlayer::NodeOptions options(const std::string& name) const;
    Status serve(int channel) const;

    TemporaryFolder folder_;
    Degrees degrees_;
    netlayer::KeyPair server_keys_;
    std::vector<netlayer::KeyPair> client_keys_;
    std::string endpoint_ = "tcp://127.0.0.1:*";
    std::optional<ChildProcess> server_;
};

}  // namespace tributary::app
