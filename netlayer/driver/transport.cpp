#include "netlayer/driver/transport.hpp"

#include <zmq.h>

#include <algorithm>

#include "base/log.hpp"

namespace tributary::netlayer {

namespace {

// Taken from one socket before the others have their turn.
constexpr int kMessagesPerTurn = 256;
constexpr Micros kRedialRefused = std::chrono::seconds(1);

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
      links_lost(metrics.counter("driver.links_lost")),
      stale(metrics.counter("driver.dropped_stale")),
      deposed(metrics.counter("driver.deposed_servers")),
      unvouched(metrics.counter("driver.dropped_unvouched")),
      cards_issued(metrics.counter("driver.cards_issued")),
      cards_ended(metrics.counter("driver.links_of_void_cards")),
      uninvited(metrics.counter("driver.enrolments_refused")) {}

Transport::Transport(const Context& context, TransportOptions options, const Clock& clock,
                     Metrics& metrics)
    : context_(context),
      options_(std::move(options)),
      clock_(clock),
      count_(metrics),
      judge_(clock,
             options_.self == kServer ? options_.keys.public_key : options_.server.public_key,
             options_.card_tolerance) {
    if (!is_server()) return;
    office_.emplace(options_.state, options_.signing, options_.card_lifetime, clock);
    office_->give_keys(options_.member_keys);
    judge_.trust(office_->public_key());
}

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
    TRIBUTARY_CHECK(router_.watch(context_));
    endpoint_ = router_.bound_endpoint();
    if (!is_server()) TRIBUTARY_CHECK(dial(kServer, options_.server));
    return {};
}

bool Transport::accepts(const std::string& public_key) {
    if (!is_server()) return is_child_key(public_key);
    return office_->organization_of(public_key).has_value() || office_->is_invited(public_key);
}

/// For every message: a member that was revoked falls silent within a second or two.
bool Transport::may_speak(const std::string& public_key) const {
    return is_server() ? office_->knew(public_key) : is_child_key(public_key);
}

bool Transport::is_child_key(const std::string& public_key) const {
    return std::any_of(links_.begin(), links_.end(), [&](const auto& entry) {
        return !entry.second.dial && entry.second.target.public_key == public_key;
    });
}

void Transport::wait(int wake, Micros timeout, bool read_messages) {
    std::vector<zmq_pollitem_t> items{readable(nullptr, wake), readable(authenticator_->socket()),
                                      readable(router_.events().get())};
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
    keep_members();
    if (!is_server()) {
        keep_session();
        keep_links();
    }
    return std::exchange(inputs_, {});
}

void Transport::watch_connections() {
    for (int taken = 0; taken < kMessagesPerTurn; ++taken) {
        const std::vector<Bytes> frames = router_.events().receive_frames();
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
        break_connection(peer);
    }
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
    if (frame->from != process_id_of_key(received.user_id)) {
        count_.forged.add();
        return;
    }
    if (!may_speak(received.user_id)) {
        on_invited(*frame, received);
        return;
    }
    if (!frame->message) {
        on_greeting(*frame, received);
        return;
    }
    const bool direct = is_direct(*frame->message);
    const auto route = routes_.find(frame->from);
    const bool present = route != routes_.end() && route->second.address == received.route;
    if (!direct && !present) {
        count_.stale.add();  // of a connection that was given up, or that never greeted
        return;
    }
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

/// A card may name only the one who sends it, under the name that it is admitted for.
bool Transport::honest_join(const Frame& frame, const std::string& proven_key) {
    const auto* request = std::get_if<JoinRequest>(&*frame.message);
    if (request == nullptr) return false;
    const Card& card = request->joiner;
    return card.id == frame.from && card.public_key == proven_key &&
           office_->organization_of(proven_key) == card.name;
}

void Transport::relay(const Frame& frame, ByteView bytes) {
    count_.relayed.add();
    if (send_to_route(frame.to, Bytes(bytes.begin(), bytes.end())) != SendOutcome::queued)
        count_.undeliverable.add();
}

void Transport::on_dialled_frame(ProcessId peer, const Received& received) {
    auto frame = unpack(received);
    if (!frame) return;
    // The server carries the words of others outside the tree, and has checked who says them.
    const bool carried = peer == kServer && frame->message && is_direct(*frame->message);
    if (frame->to != options_.self || (frame->from != peer && !carried)) {
        count_.forged.add();
        return;
    }
    if (const auto link = links_.find(peer); link != links_.end() && link->second.dial) {
        link->second.heard = clock_.monotonic();
    }
    if (frame->message) {
        deliver(std::move(*frame));
    } else {
        on_answer(peer, *frame);
    }
}

void Transport::deliver(Frame frame) {
    if (!vouched(frame)) return;
    if (is_direct(*frame.message)) {
        inputs_.emplace_back(DirectReceived{frame.from, std::move(*frame.message)});
    } else {
        inputs_.emplace_back(MessageReceived{frame.from, frame.epoch, frame.sequence,
                                             frame.acknowledged, std::move(*frame.message)});
    }
}

}  // namespace tributary::netlayer
