#pragma once
// The sockets of one process: what the core calls links, on ZeroMQ. The child dials its parent; a
// client also keeps one session with the server, over which it joins and over which the server
// carries messages outside the tree between clients (they need not know each other's keys).
// A connection that breaks is dialled again by the side that dialled it, which greets with the edge
// and the last number it processed; the process on the other side answers (LinkGreeted, Welcome),
// so that the edge goes on where it was. Between the greeting and the answer nothing is sent on it.
// Invariants: a message is passed on only when the key that authentication vouched for is the one
// that decides the sender's number (process_id_of_key), when it is addressed to this process, and
// when it came over a connection on which that sender may speak; everything else is dropped and
// counted. A tree edge lives on one connection at a time: what an earlier one still brings is
// dropped. A server whose incarnation is lower than one heard before is not listened to. A message
// that introduces a neighbour is passed on only when the coordinator vouches for its card, and an
// edge lives only as long as the card of its other end: the coordinator issues cards, and renews
// them, on the sessions. Thread: the reactor's. protocol section 6. @deviates messages outside the
// tree are carried by the server and not dialled directly, so that a client needs to accept
// announced children only.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "base/signing.hpp"
#include "netlayer/driver/authenticator.hpp"
#include "netlayer/driver/connection.hpp"
#include "netlayer/driver/keys.hpp"
#include "netlayer/driver/socket.hpp"
#include "netlayer/effect.hpp"
#include "netlayer/identity/card_judge.hpp"
#include "netlayer/identity/card_office.hpp"
#include "netlayer/wire/codec.hpp"

namespace tributary::netlayer {

struct TransportOptions {
    ProcessId self = kServer;
    KeyPair keys;
    std::string listen;
    SigningKey signing;
    std::filesystem::path state;  ///< server: the folder of the register of members
    Micros card_lifetime{0};      ///< server
    Micros card_tolerance = kCardTolerance;
    Connection::Target server;  ///< client
    SocketLimits sockets;
    CodecLimits codec;
    std::size_t max_peers = 65'536;  ///< connections that can be answered
    Micros redial{100'000};          ///< shortest time between two tries of a connection
    Micros stale{2'000'000};  ///< an edge on which the parent is silent so long is dialled again
    /// How much of a peer's edge was processed: Process::received.
    std::function<std::optional<Sequence>(ProcessId, Epoch)> processed;
    /// Server of a search tree: the places of a member; empty elsewhere.
    std::function<MemberKeys(ProcessId, const std::string& organization)> member_keys{};
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

    /// The coordinator's Ed25519 key, once it is known.
    [[nodiscard]] const std::optional<SigningPublic>& coordinator_key() const {
        return judge_.coordinator();
    }
    /// What the coordinator said about the owner of a card that was judged before.
    [[nodiscard]] std::optional<MemberCard> proven(const Card& card) const {
        auto judged = judge_.judge(card);
        return judged ? *judged : std::nullopt;
    }

    /// Waits until something arrives, `wake` is readable, or the time is over.
    /// @param read_messages  false: leave messages of peers where they are (back-pressure)
    void wait(int wake, Micros timeout, bool read_messages);
    /// What arrived, at most a few hundred inputs; links that broke since the last call come first.
    std::vector<Input> collect(bool read_messages);

    void open(const OpenLink& link);
    void close(const CloseLink& link);
    void welcome(const Welcome& answer);
    /// The process is about to send what the peer misses, and may send on this edge from then on.
    void resumed(const LinkResumed& news);
    void send(const Send& message);
    void send_direct(const SendDirect& message);

    [[nodiscard]] const std::string& endpoint() const { return endpoint_; }
    /// The server's own incarnation, told in its greetings.
    void serve_as(Incarnation incarnation) { server_incarnation_ = incarnation; }
    /// Client: whether the coordinator vouches for this process, so that it may join.
    [[nodiscard]] bool has_card() const { return has_card_; }
    /// Why the session with the server cannot be had; empty while it can.
    [[nodiscard]] const std::string& refusal() const {
        return refusal_.empty() ? card_refusal_ : refusal_;
    }
    /// Whether collect() has something without waiting.
    [[nodiscard]] bool has_inputs() const { return !inputs_.empty(); }
    [[nodiscard]] std::size_t links() const { return links_.size(); }

 private:
    struct Link {
        Epoch epoch = 0;
        bool dial = false;
        Connection::Target target;
        bool up = false;  ///< greeted and answered on the present connection; the process knows
        bool answered = false;  ///< the answer came; what the peer misses has to be sent first
        bool told = false;      ///< the process knows that it is not up
        Micros dial_due{0};     ///< not dialled again before
        Micros heard{0};        ///< when the parent last said something
        std::optional<MemberCard> card{};  ///< of the other end; none for the server
    };
    struct Route {
        Bytes address;
        Epoch epoch = 0;            ///< the edge that its greeting named
        Sequence received = 0;      ///< and the last number processed on it
        std::string public_key{};   ///< proven; server
        std::string signing_key{};  ///< as it said in its greeting; server
        Micros card_due{0};         ///< its card is to be renewed; server
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
        Counter& stale;
        Counter& deposed;
        Counter& unvouched;
        Counter& cards_issued;
        Counter& cards_ended;
        Counter& uninvited;
    };

    Status listen(Metrics& metrics);
    bool accepts(const std::string& public_key);
    [[nodiscard]] bool may_speak(const std::string& public_key) const;
    [[nodiscard]] bool is_child_key(const std::string& public_key) const;
    std::optional<Frame> unpack(const Received& received);
    void on_peer_frame(const Received& received);
    void on_greeting(const Frame& frame, const Received& received);
    void on_dialled_frame(ProcessId peer, const Received& received);
    void on_answer(ProcessId peer, const Frame& frame);
    bool honest_join(const Frame& frame, const std::string& proven_key);
    bool vouched(const Frame& frame);
    void on_invited(const Frame& frame, const Received& received);
    void on_session(const Greeting& greeting);
    void answer_session(ProcessId member, bool with_card);
    void learn(const std::string& revocation);
    void end_void_links();
    void relay(const Frame& frame, ByteView bytes);
    void deliver(Frame frame);
    void watch_connections();
    void keep_session();
    void keep_links();
    void keep_members();
    Status dial(ProcessId peer, const Connection::Target& target);
    [[nodiscard]] Frame greeting_for(ProcessId peer) const;
    void greet_server();
    void break_connection(ProcessId peer);
    SendOutcome transmit(ProcessId to, const Link& link, Bytes bytes);
    SendOutcome send_to_route(ProcessId to, Bytes bytes);
    void down(ProcessId peer, Link& link);
    [[nodiscard]] bool is_server() const { return options_.self == kServer; }

    static constexpr Micros kMembersInterval = std::chrono::seconds(1);

    const Context& context_;
    TransportOptions options_;
    const Clock& clock_;
    Counters count_;
    CardJudge judge_;
    std::optional<CardOffice> office_;  ///< server
    std::optional<Authenticator> authenticator_;
    Socket router_;
    std::string endpoint_;
    std::string refusal_;
    std::string card_refusal_;  ///< why the card that came is of no use
    Micros members_due_{0};     ///< cards and the register are not looked at again before
    Micros session_due_{0};     ///< the session is not tried again before
    std::map<ProcessId, Link> links_;
    std::map<ProcessId, Route> routes_;        ///< how to answer peers that dialled us
    std::map<ProcessId, Connection> dialled_;  ///< the parent; and the session, as kServer
    Incarnation server_incarnation_ = 0;       ///< own, or the highest heard from the server
    bool has_card_ = false;
    std::vector<Input> inputs_;
};

}  // namespace tributary::netlayer
