#pragma once
// One dialled connection, from the first try to its end: it never comes back to life, its owner
// makes another one. Greets the other side first, so that it can be answered.
// One thread: the one that made it.

#include <optional>
#include <string>
#include <utility>

#include "netlayer/driver/socket.hpp"

namespace tributary::netlayer {

class Connection {
 public:
    enum class State {
        dialling,
        up,
        lost,     ///< broken, or nobody listens there
        refused,  ///< the other side does not accept our key, or does not hold its own
    };
    struct Target {
        std::string endpoint;
        std::string public_key;
    };

    /// @param greeting  the first message, sent as soon as the connection is up
    /// @error invalid_argument (endpoint or key), internal
    static Result<Connection> dial(const Context& context, const Target& target,
                                   const KeyPair& keys, const SocketLimits& limits, Bytes greeting);

    /// Reads what happened to the connection since the last call.
    State refresh();
    [[nodiscard]] State state() const { return state_; }
    std::optional<Received> receive() { return socket_.receive(); }
    SendOutcome send(Bytes payload) { return socket_.send({}, std::move(payload)); }
    [[nodiscard]] void* socket() const { return socket_.get(); }
    [[nodiscard]] void* events() const { return socket_.events().get(); }

 private:
    explicit Connection(Socket socket) : socket_(std::move(socket)) {}

    Socket socket_;
    State state_ = State::dialling;
};

}  // namespace tributary::netlayer
