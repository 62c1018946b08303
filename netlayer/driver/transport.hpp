#pragma once
// The sockets of one process: what the core calls links, on ZeroMQ. The child dials its parent; a
// client also keeps one session with the server, over which it joins and over which the server
// carries messages outside the tree between clients (they need not know each other's keys).
// Invariants: a message is passed on only when the key that authentication vouched for is the one
// that decides the sender's number (process_id_of_key), when it is addressed to this process, and
// when it came over a connection on which that sender may speak; everything else is dropped and
// counted. A tree edge lives on one connection: when that is gone the edge gets one LinkDown.
// Thread: the reactor's. protocol section 6. @deviates messages outside the tree are carried by
// the server and not dialled directly, so that a client needs to accept announced children only.

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "netlayer/driver/authenticator.hpp"
#include "netlayer/driver/connection.hpp"
#include "netlayer/driver/keys.hpp"
#include "netlayer/driver/socket.hpp"
#include "netlayer/effect.hpp"
#include "netlayer/wire/codec.hpp"

namespace tributary::netlayer {

struct TransportOptions {
    ProcessId self = kServer;
    KeyPair keys;
    std::string listen;
    std::filesystem::path authorized;  ///< server
    Connection::Target server;         ///< client
    SocketLimits sockets;
    CodecLimits codec;
    std::size_t max_peers = 65'536;           ///< connections that can be answered
    std::size_t max_waiting_messages = 1024;  ///< of one edge whose child has not dialled yet
    Micros redial{100'000};                   ///< shortest time between two tries of the session
};

class Transport {
 public:
    /// @error invalid_argument, conflict (endpoint in use), internal
    static Result<std::unique_ptr<Transport>> start(const Context& context,
                                                    TransportOptions options, const Clock& clock,
                                                    Metrics& metrics);
    /// For start().
    Transport(const Context& context, TransportOptions options, const Clock& clock,
              Metrics& metrics);

    /// Waits until something arrives, `wake` is readable, or the time is over.
    /// @param read_messages  false: leave messages of peers where they are (back-pressure)
    void wait(int wake, Micros timeout, bool read_messages);
    /// What arrived, at most a few hundred inputs; links that broke since the last call come first.
    std::vector<Input> collect(bool read_messages);

    void open(const OpenLink& link);
    void close(const CloseLink& link);
    void send(const Send& message);
    void send_direct(const SendDirect& message);

    [[nodiscard]] const std::string& endpoint() const { return endpoint_; }
    /// Why the session with the server cannot be had; empty while it can.
    [[nodiscard]] const std::string& refusal() const { return refusal_; }
    /// Whether collect() has something without waiting.
    [[nodiscard]] bool has_inputs() const { return !inputs_.empty(); }
    [[nodiscard]] std::size_t links() const { return links_.size(); }

 private:
    struct Link {
        Epoch epoch = 0;
        bool dial = false;
        std::string public_key;
        bool routed = false;        ///< the child has dialled
        std::deque<Bytes> waiting;  ///< for a child that has not
    };
    struct Counters {
        explicit Counters(Metrics& metrics);
        Counter& sent;
        Counter& received;
        Counter& bytes_sent;
        Counter& bytes_received;
        Counter& relayed;
        Counter& garbage;
        Counter& oversize;
        Counter& forged;
        Counter& undeliverable;
        Counter& unsendable;
        Counter& handshakes_refused;
        Counter& disconnects;
        Counter& links_lost;
    };

    Status listen(Metrics& metrics);
    bool accepts(const std::string& public_key);
    [[nodiscard]] bool may_speak(const std::string& public_key) const;
    [[nodiscard]] bool is_child_key(const std::string& public_key) const;
    std::optional<Frame> unpack(const Received& received);
    void on_peer_frame(const Received& received);
    void on_greeting(ProcessId from, const Bytes& route);
    void on_dialled_frame(ProcessId peer, const Received& received);
    bool honest_join(const Frame& frame, const std::string& proven_key);
    void relay(const Frame& frame, ByteView bytes);
    void deliver(Frame frame);
    void watch_connections();
    void keep_session();
    void follow_members();
    Status dial(ProcessId peer, const Connection::Target& target);
    void transmit(ProcessId to, Bytes bytes);
    SendOutcome send_to_route(ProcessId to, ByteView bytes);
    void lose(ProcessId peer);
    [[nodiscard]] bool is_server() const { return options_.self == kServer; }

    const Context& context_;
    TransportOptions options_;
    const Clock& clock_;
    Counters count_;
    AuthorizedKeys authorized_;
    std::optional<Authenticator> authenticator_;
    Socket router_;
    Socket router_events_;
    std::string endpoint_;
    std::string refusal_;
    Micros members_due_{0};  ///< the authorized folder is not looked at again before
    Micros session_due_{0};  ///< the session is not tried again before
    std::map<ProcessId, Link> links_;
    std::map<ProcessId, Bytes> routes_;        ///< how to answer peers that dialled us
    std::map<ProcessId, Connection> dialled_;  ///< the parent; and the session, as kServer
    std::vector<Input> inputs_;
};

}  // namespace tributary::netlayer
