#pragma once
// What ZeroMQ itself does with the same traffic, as the measure of our forwarding and of the round
// trip of a path: a requester (client 2), a forwarder (client 1) and a process that answers
// (client 0), CURVE on both links. A request has 64 bytes, an answer the size of the object.
// The forwarder moves frames between a ROUTER and a DEALER and looks at nothing, as zmq_proxy does.
// Threads: as service.hpp.

#include <memory>

#include "app/bench/migration/service.hpp"
#include "netlayer/driver/keys.hpp"

namespace tributary::app {

/// The processes of a path of two links, by their number.
inline constexpr std::size_t kFarEnd = 0;
inline constexpr std::size_t kForwarder = 1;
inline constexpr std::size_t kNearEnd = 2;
inline constexpr std::size_t kPathProcesses = 3;

class RawForwarderService final : public Service {
 public:
    static Result<std::unique_ptr<Service>> start();
    Result<std::unique_ptr<Session>> connect(std::size_t number) override;

    /// Where the two listening processes of the path are, and the keys they prove to have.
    struct Path {
        std::string far_end;
        std::string forwarder;
        netlayer::KeyPair keys;
    };
    /// For start().
    explicit RawForwarderService(Path path) : path_(std::move(path)) {}

 private:
    Path path_;
};

}  // namespace tributary::app
