#include "netlayer/driver/connection.hpp"

namespace tributary::netlayer {

Result<Connection> Connection::dial(const Context& context, const Target& target,
                                    const KeyPair& keys, const SocketLimits& limits,
                                    Bytes greeting) {
    TRIBUTARY_TRY(Socket socket, Socket::dialler(context, target.public_key, keys, limits));
    TRIBUTARY_CHECK(socket.watch(context));
    TRIBUTARY_CHECK(socket.connect(target.endpoint));
    if (socket.send({}, std::move(greeting)) != SendOutcome::queued) {
        return fail(Errc::internal, "cannot queue a greeting for " + target.endpoint);
    }
    return Connection(std::move(socket));
}

Connection::State Connection::refresh() {
    while (true) {
        const std::vector<Bytes> frames = socket_.events().receive_frames();
        if (frames.empty()) return state_;
        if (state_ == State::lost || state_ == State::refused) continue;
        switch (connection_event(frames)) {
            case ConnectionEvent::up: state_ = State::up; break;
            case ConnectionEvent::lost: state_ = State::lost; break;
            case ConnectionEvent::refused: state_ = State::refused; break;
            case ConnectionEvent::other: break;
        }
    }
}

}  // namespace tributary::netlayer
