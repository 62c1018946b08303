#pragma once
// A site's long-running member: joins the tree, contributes what it is given, keeps the site's own
// memory, and answers the site's commands on its control socket. Thread: `start`, `leave` and the
// destructor from one thread; requests are served on their own threads.

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "app/service/learner.hpp"
#include "base/result.hpp"

namespace tributary::app {

struct AgentOptions {
    std::filesystem::path state;
    std::string name;        ///< the organization's, as the coordinator authorized it
    std::string server;      ///< the coordinator's endpoint
    std::string server_key;  ///< its public key
    std::string listen = "tcp://127.0.0.1:*";
    std::string advertise;  ///< what others dial; empty: the bound endpoint
    std::string schema = "flowctx/1";
    std::string engine;  ///< empty: the default engine
    TaughtKinds kinds;   ///< which objects the site teaches
    bool gate = true;    ///< judge updates on held-out records; park what does not pass
    std::chrono::seconds join_patience{10};
};

class Agent {
 public:
    /// Joins the tree and begins to answer.
    /// @error unreachable (no coordinator: names the next command), permission (not authorized),
    ///        conflict (the state folder is in use), corrupt, io, not_found (schema, engine)
    static Result<std::unique_ptr<Agent>> start(AgentOptions options);
    struct Parts;
    /// `start` is the usual way.
    explicit Agent(std::unique_ptr<Parts> parts);
    ~Agent();
    Agent(const Agent&) = delete;
    Agent& operator=(const Agent&) = delete;

    /// Leaves the tree properly; the destructor alone would look like a crash to the others.
    Status leave();

    [[nodiscard]] std::string endpoint() const;

 private:
    std::unique_ptr<Parts> parts_;
};

}  // namespace tributary::app
