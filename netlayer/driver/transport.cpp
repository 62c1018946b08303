#include "netlayer/driver/transport.hpp"

#include <zmq.h>

#include <algorithm>

#include "base/log.hpp"

namespace tributary::netlayer {

namespace {

// Taken from one socket before the others have their turn.
constexpr int kMessagesPerTurn = 256;
constexpr Micros kRedialRefused = std::chrono::seconds(1);
constexpr Micros kMembersInterval = std::chrono::seconds(1);

zmq_pollitem_t readable(void* socket, int descriptor = 0) {
    return {socket, descriptor, ZMQ_POLLIN, 0};
}

}  // namespace

Transport::Counters::Counters(Metrics& metrics)
    : sent(metrics.counter("driver.messages_sent")),
      received(metrics.counter("driver.messages_received")),
      bytes_sent(metrics.counter("driver.bytes_sent")),
      bytes_received(metrics.counter("driver.bytes_received")),
      relayed(metrics.counter("driver.messages_relayed")),
      garbage(metrics.counter("driver.dropped_garbage")),
      oversize(metrics.counter("driver.dropped_oversize")),
      forged(metrics.counter("driver.dropped_forged")),
      undeliverable(metrics.counter("driver.undeliverable")),
      unsendable(metrics.counter("driver.unsendable")),
      handshakes_refused(metrics.counter("driver.handshakes_refused")),
      disconnects(metrics.counter("driver.disconnects")),
      links_lost(metrics.counter("driver.links_lost")) {}

Transport::Transport(const Context& context, TransportOptions options, const Clock& clock,
                     Metrics& metrics)
    : context_(context),
      options_(std::move(options)),
      clock_(clock),
      count_(metrics),
      authorized_(options_.authorized, clock) {}

Result<std::unique_ptr<Transport>> Transport::start(const Context& context,
                                                    TransportOptions options, const Clock& clock,
                                                    Metrics& metrics) {
    auto transport = std::make_unique<Transport>(context, std::move(options), clock, metrics);
    TRIBUTARY_CHECK(transport->listen(metrics));
    return transport;
}

Status Transport::listen(Metrics& metrics) {
    // Before the first connection, or it would be accepted unasked.
    TRIBUTARY_TRY(authenticator_,
                  Authenticator::start(
                      context_, [this](const std::string& key) { return accepts(key); }, metrics));
    TRIBUTARY_TRY(router_,
                  Socket::listen(context_, options_.listen, options_.keys, options_.sockets));
    TRIBUTARY_TRY(router_events_, Socket::monitor(context_, router_));
    endpoint_ = router_.bound_endpoint();
    if (!is_server()) TRIBUTARY_CHECK(dial(kServer, options_.server));
    return {};
}

bool Transport::accepts(const std::string& public_key) {
    return is_server() ? authorized_.name_of(public_key).has_value() : is_child_key(public_key);
}

/// For every message: a member whose file was removed falls silent within a second or two.
bool Transport::may_speak(const std::string& public_key) const {
    return is_server() ? authorized_.knew(public_key) : is_child_key(public_key);
}

bool Transport::is_child_key(const std::string& public_key) const {
    return std::any_of(links_.begin(), links_.end(), [&](const auto& entry) {
        return !entry.second.dial && entry.second.public_key == public_key;
    });
}

Status Transport::dial(ProcessId peer, const Connection::Target& target) {
    TRIBUTARY_TRY(const Bytes greeting, encode(Frame{options_.self, peer, 0, 0, 0, std::nullopt}));
    TRIBUTARY_TRY(Connection connection,
                  Connection::dial(context_, target, options_.keys, options_.sockets, greeting));
    dialled_.erase(peer);
    dialled_.emplace(peer, std::move(connection));
    return {};
}

void Transport::wait(int wake, Micros timeout, bool read_messages) {
    std::vector<zmq_pollitem_t> items{readable(nullptr, wake), readable(authenticator_->socket()),
                                      readable(router_events_.get())};
    if (read_messages) items.push_back(readable(router_.get()));
    for (const auto& [peer, connection] : dialled_) {
        items.push_back(readable(connection.events()));
        if (read_messages) items.push_back(readable(connection.socket()));
    }
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
    zmq_poll(items.data(), static_cast<int>(items.size()), std::max<long>(milliseconds, 0));
}

std::vector<Input> Transport::collect(bool read_messages) {
    authenticator_->serve();
    if (read_messages) {
        for (int taken = 0; taken < kMessagesPerTurn; ++taken) {
            const auto received = router_.receive();
            if (!received) break;
            on_peer_frame(*received);
        }
        for (auto& [peer, connection] : dialled_) {
            for (int taken = 0; taken < kMessagesPerTurn; ++taken) {
                const auto received = connection.receive();
                if (!received) break;
                on_dialled_frame(peer, *received);
            }
        }
    }
    // After the messages, so that the last words of a lost connection are heard.
    watch_connections();
    if (is_server()) {
        follow_members();
    } else {
        keep_session();
    }
    return std::exchange(inputs_, {});
}

void Transport::watch_connections() {
    for (int taken = 0; taken < kMessagesPerTurn; ++taken) {
        const std::vector<Bytes> frames = router_events_.receive_frames();
        if (frames.empty()) break;
        const ConnectionEvent event = connection_event(frames);
        if (event == ConnectionEvent::refused) count_.handshakes_refused.add();
        if (event == ConnectionEvent::lost) count_.disconnects.add();
    }
    std::vector<ProcessId> lost;
    for (auto& [peer, connection] : dialled_) {
        const Connection::State state = connection.refresh();
        if (state == Connection::State::up && peer == kServer) refusal_.clear();
        if (state == Connection::State::refused && peer == kServer) {
            refusal_ = "the server at " + options_.server.endpoint +
                       " refused the connection: it does not know this member's key, or its own "
                       "key is not the expected one. Enrol this member at the coordinator";
        }
        if (state == Connection::State::lost || state == Connection::State::refused) {
            lost.push_back(peer);
        }
    }
    for (const ProcessId peer : lost) {
        if (peer == kServer) {
            session_due_ =
                clock_.monotonic() + (refusal_.empty() ? options_.redial : kRedialRefused);
        }
        lose(peer);
        dialled_.erase(peer);
    }
}

void Transport::follow_members() {
    if (clock_.monotonic() < members_due_) return;
    members_due_ = clock_.monotonic() + kMembersInterval;
    authorized_.refresh();
}

void Transport::keep_session() {
    if (dialled_.contains(kServer) || clock_.monotonic() < session_due_) return;
    if (const Status status = dial(kServer, options_.server); !status) {
        refusal_ = status.error().message;
        session_due_ = clock_.monotonic() + kRedialRefused;
    }
}

void Transport::lose(ProcessId peer) {
    const auto link = links_.find(peer);
    if (link == links_.end()) return;
    count_.links_lost.add();
    inputs_.emplace_back(LinkDown{peer, link->second.epoch});
    links_.erase(link);
}

std::optional<Frame> Transport::unpack(const Received& received) {
    if (!received.well_formed) {
        count_.garbage.add();
        return std::nullopt;
    }
    auto frame = decode(received.payload, options_.codec);
    if (frame) {
        count_.received.add();
        count_.bytes_received.add(received.payload.size());
        return std::move(*frame);
    }
    (frame.error().code == Errc::limit_exceeded ? count_.oversize : count_.garbage).add();
    log::debug("driver", "a message was dropped", {{"cause", frame.error().message}});
    return std::nullopt;
}

void Transport::on_peer_frame(const Received& received) {
    auto frame = unpack(received);
    if (!frame) return;
    if (!may_speak(received.user_id) || frame->from != process_id_of_key(received.user_id)) {
        count_.forged.add();
        return;
    }
    if (!frame->message) {
        on_greeting(frame->from, received.route);
        return;
    }
    const bool direct = is_direct(*frame->message);
    if (frame->to != options_.self) {
        if (is_server() && direct) {
            relay(*frame, received.payload);
        } else {
            count_.forged.add();
        }
    } else if (direct && (!is_server() || !honest_join(*frame, received.user_id))) {
        count_.forged.add();
    } else {
        deliver(std::move(*frame));
    }
}

void Transport::on_greeting(ProcessId from, const Bytes& route) {
    const auto link = links_.find(from);
    const bool again = link != links_.end() && link->second.routed;
    if (!routes_.contains(from) && routes_.size() >= options_.max_peers) {
        count_.undeliverable.add();
        return;
    }
    routes_[from] = route;
    if (again) {
        lose(from);  // the edge lived on an earlier connection
        return;
    }
    if (link == links_.end()) return;
    link->second.routed = true;
    inputs_.emplace_back(LinkUp{from, link->second.epoch});
    for (Bytes& bytes : std::exchange(link->second.waiting, {})) transmit(from, std::move(bytes));
}

/// A card may name only the one who sends it, under the name of the authorized folder.
bool Transport::honest_join(const Frame& frame, const std::string& proven_key) {
    const auto* request = std::get_if<JoinRequest>(&*frame.message);
    if (request == nullptr) return false;
    const Card& card = request->joiner;
    return card.id == frame.from && card.public_key == proven_key &&
           authorized_.name_of(proven_key) == card.name;
}

void Transport::relay(const Frame& frame, ByteView bytes) {
    count_.relayed.add();
    if (send_to_route(frame.to, bytes) != SendOutcome::queued) count_.undeliverable.add();
}

void Transport::on_dialled_frame(ProcessId peer, const Received& received) {
    auto frame = unpack(received);
    if (!frame) return;
    // The server carries the words of others outside the tree, and has checked who says them.
    const bool carried = peer == kServer && frame->message && is_direct(*frame->message);
    if (!frame->message || frame->to != options_.self || (frame->from != peer && !carried)) {
        count_.forged.add();
        return;
    }
    deliver(std::move(*frame));
}

void Transport::deliver(Frame frame) {
    if (is_direct(*frame.message)) {
        inputs_.emplace_back(DirectReceived{frame.from, std::move(*frame.message)});
    } else {
        inputs_.emplace_back(MessageReceived{frame.from, frame.epoch, frame.sequence,
                                             frame.acknowledged, std::move(*frame.message)});
    }
}

void Transport::open(const OpenLink& link) {
    const ProcessId peer = link.peer.id;
    Link made{link.epoch, link.dial, link.peer.public_key, false, {}};
    const std::string& key = peer == kServer ? options_.server.public_key : link.peer.public_key;
    const bool honest = link.peer.public_key == key &&
                        (peer == kServer || (is_key_text(key) && process_id_of_key(key) == peer));
    made.routed = is_server() && routes_.contains(peer);
    if (!is_server() && !link.dial) routes_.erase(peer);
    links_.insert_or_assign(peer, std::move(made));
    if (!honest) {
        count_.forged.add();
        lose(peer);
    } else if (link.dial && peer != kServer) {
        if (const Status status = dial(peer, {link.peer.endpoint, key}); !status) {
            log::warning("driver", "the parent cannot be dialled",
                         {{"cause", status.error().message}});
            lose(peer);
        }
    }
}

void Transport::close(const CloseLink& link) {
    const auto found = links_.find(link.peer);
    if (found == links_.end() || found->second.epoch != link.epoch) return;
    if (found->second.dial && link.peer != kServer) dialled_.erase(link.peer);
    if (!found->second.dial && !is_server()) routes_.erase(link.peer);
    links_.erase(found);
}

void Transport::send(const Send& message) {
    const auto link = links_.find(message.to);
    if (link == links_.end() || link->second.epoch != message.epoch) return;
    auto bytes = encode(Frame{options_.self, message.to, message.epoch, message.sequence,
                              message.acknowledged, message.message},
                        options_.codec);
    if (bytes) {
        transmit(message.to, std::move(*bytes));
        return;
    }
    count_.unsendable.add();
    log::error("driver", "a message cannot be sent, its link is given up",
               {{"kind", message_name(message.message)}, {"cause", bytes.error().message}});
    lose(message.to);
}

void Transport::transmit(ProcessId to, Bytes bytes) {
    const auto found = links_.find(to);
    if (found == links_.end()) return;
    Link& link = found->second;
    const bool to_child = !link.dial;
    if (to_child && !link.routed && !is_server()) {
        link.waiting.push_back(std::move(bytes));
        if (link.waiting.size() > options_.max_waiting_messages) lose(to);
        return;
    }
    SendOutcome outcome = SendOutcome::unreachable;
    if (to_child) {
        outcome = send_to_route(to, bytes);
    } else if (const auto connection = dialled_.find(to); connection != dialled_.end()) {
        outcome = connection->second.send(bytes);
    }
    if (outcome == SendOutcome::queued) {
        count_.sent.add();
        count_.bytes_sent.add(bytes.size());
    } else {
        lose(to);
    }
}

SendOutcome Transport::send_to_route(ProcessId to, ByteView bytes) {
    const auto route = routes_.find(to);
    if (route == routes_.end()) return SendOutcome::unreachable;
    const SendOutcome outcome = router_.send(route->second, bytes);
    if (outcome == SendOutcome::unreachable) routes_.erase(route);
    return outcome;
}

void Transport::send_direct(const SendDirect& message) {
    const Frame frame{options_.self, message.to.id, 0, 0, 0, message.message};
    const auto bytes = encode(frame, options_.codec);
    SendOutcome outcome = SendOutcome::failed;
    if (bytes && is_server()) {
        outcome = send_to_route(message.to.id, *bytes);
    } else if (const auto session = dialled_.find(kServer); bytes && session != dialled_.end()) {
        outcome = session->second.send(*bytes);
    }
    (outcome == SendOutcome::queued ? count_.sent : count_.undeliverable).add();
}

}  // namespace tributary::netlayer
