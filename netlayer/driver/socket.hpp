#pragma once
// ZeroMQ sockets as values: a context, a socket, a received message; every option that protects a
// link is set here and nowhere else (CURVE, largest message, queue bounds, handshake time).
// Invariants: no call blocks; a Dealer is one connection and never reconnects by itself, because
// ZeroMQ's own reconnection silently loses what was queued (protocol section 6).
// Thread: a Socket belongs to the thread that made it; a Context may be shared.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "netlayer/driver/keys.hpp"

namespace tributary::netlayer {

/// Bounds that every socket gets.
struct SocketLimits {
    /// A peer that sends a longer message is disconnected by the library.
    std::size_t message_bytes = (std::size_t{16} << 20U) + (std::size_t{1} << 20U);
    /// Messages that wait in one connection's queue, each way.
    int queued_messages = 4096;
    /// Time for a peer to finish its handshake.
    int handshake_ms = 5000;
    /// Time that a closing socket spends on sending what it holds.
    int linger_ms = 500;
};

/// What a ROUTER needs to tell its peers apart, and the two halves of a message.
struct Received {
    Bytes route;                          ///< who to answer; empty on a dialled connection
    ByteView payload;                     ///< the only content frame, where the library put it
    std::shared_ptr<const void> storage;  ///< of the payload
    std::string user_id;       ///< the key that authentication vouched for; empty without
    bool well_formed = false;  ///< exactly one content frame
};

/// How a try to send ended.
enum class SendOutcome {
    queued,       ///< the library has it
    unreachable,  ///< the peer behind this route is gone
    full,         ///< the connection's queue is at its bound
    failed,       ///< any other error
};

class Context {
 public:
    Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context();
    [[nodiscard]] void* get() const { return handle_; }

 private:
    void* handle_;
};

class Socket {
 public:
    Socket() = default;
    Socket(Socket&& other) noexcept;
    Socket& operator=(Socket&& other) noexcept;
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket();

    /// Accepts connections at an endpoint such as `tcp://127.0.0.1:*`, CURVE only.
    /// @error invalid_argument (endpoint), conflict (in use), internal
    static Result<Socket> listen(const Context& context, const std::string& endpoint,
                                 const KeyPair& keys, const SocketLimits& limits);

    /// Made for one connection to a peer that proves to hold the key; connect() starts it, after
    /// watch().
    /// @error invalid_argument (key), internal
    static Result<Socket> dialler(const Context& context, const std::string& peer_key,
                                  const KeyPair& keys, const SocketLimits& limits);

    /// Answers authentication requests of every listening socket of the context.
    /// @error conflict (the context has one already)
    static Result<Socket> authenticator(const Context& context);

    /// Begins a stream of what happens to this socket's connections, read from events().
    /// @error internal
    Status watch(const Context& context);
    /// Of a watched socket only.
    [[nodiscard]] Socket& events() { return *events_; }
    [[nodiscard]] const Socket& events() const { return *events_; }

    /// Starts a dialler's only connection; what is sent before it is up waits in its queue.
    /// @error invalid_argument (endpoint)
    Status connect(const std::string& endpoint);
    /// The endpoint really bound, with the port that the system chose.
    [[nodiscard]] std::string bound_endpoint() const;
    /// The next message of a peer, if one is there.
    std::optional<Received> receive();
    /// All frames of the next message, if one is there; for authentication and events.
    std::vector<Bytes> receive_frames();
    /// Sends one content frame, to `route` on a listening socket. The library sends the payload
    /// from where it is, and frees it.
    SendOutcome send(const Bytes& route, Bytes payload);
    /// Sends all frames as one message.
    SendOutcome send_frames(const std::vector<Bytes>& frames);

    [[nodiscard]] void* get() const { return handle_; }
    explicit operator bool() const { return handle_ != nullptr; }

 private:
    static Result<Socket> make(const Context& context, int type, const SocketLimits& limits);
    Status set(int option, int value, const char* name);
    Status set(int option, const std::string& value, const char* name);
    [[nodiscard]] tl::unexpected<Error> error(const std::string& what) const;

    void* handle_ = nullptr;
    /// Owned, because it must live longer than the watching: the library's thread waits for ever
    /// for room in a stream that nobody holds any more, and every connection of the context with
    /// it.
    std::unique_ptr<Socket> events_;
};

/// What happened to a connection, as told by the events of a watched socket.
enum class ConnectionEvent { up, lost, refused, other };

/// Reads the first frame of an event.
ConnectionEvent connection_event(const std::vector<Bytes>& frames);

}  // namespace tributary::netlayer
