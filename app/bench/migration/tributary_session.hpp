#pragma once
// A member of the service that works through a load: as many operations outstanding as the load
// says, each begun when the one before it completes.
// Threads: run() on the client's thread; completions arrive on the node's reactor thread.

#include <condition_variable>
#include <memory>
#include <mutex>

#include "app/bench/migration/service.hpp"
#include "base/metrics.hpp"
#include "netlayer/driver/node.hpp"

namespace tributary::app {

class TributarySession final : public Session {
 public:
    static Result<std::unique_ptr<Session>> start(netlayer::NodeOptions options,
                                                  std::uint32_t client);
    /// For start().
    TributarySession(netlayer::NodeOptions options, std::uint32_t client);

    Status fill(const Load& load) override;
    Result<Tally> run(const Load& load, Micros start) override;
    Result<std::uint64_t> count(const Load& load) override;

 private:
    struct Course;

    Status join();
    void begin_update(const std::shared_ptr<Course>& course, std::size_t lane);
    void keep_working(const std::shared_ptr<Course>& course);
    void leave_and_join(Course& course);
    Result<Tally> read_in_turn(const Load& load, Micros start);
    Result<Tally> pass_on(const Load& load, Micros start);
    std::uint64_t messages_sent();

    netlayer::NodeOptions options_;
    std::uint32_t client_;
    Metrics metrics_;
    std::unique_ptr<netlayer::Node> node_;
};

}  // namespace tributary::app
