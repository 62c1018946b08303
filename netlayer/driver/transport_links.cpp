// The edges of a process on their connections: opening, greeting, losing, finding again, sending.
#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "netlayer/driver/transport.hpp"

namespace tributary::netlayer {

namespace {

constexpr Micros kRefusedPause = std::chrono::seconds(1);

}  // namespace

void Transport::open(const OpenLink& link) {
    const ProcessId peer = link.peer.id;
    const std::string& key = peer == kServer ? options_.server.public_key : link.peer.public_key;
    const bool honest = link.peer.public_key == key &&
                        (peer == kServer || (is_key_text(key) && process_id_of_key(key) == peer));
    Link made{link.epoch, link.dial, {link.peer.endpoint, key}};
    made.heard = clock_.monotonic();
    if (link.dial && peer != kServer) dialled_.erase(peer);
    // A server that starts again finds children in its store, perhaps of a program without cards.
    const auto card = judge_.judge(link.peer);
    if (card) made.card = *card;
    const bool kept = is_server() && link.peer.membership.empty() && office_->knew(key);
    Link& placed = links_.insert_or_assign(peer, std::move(made)).first->second;
    if (!honest || (!card && !kept)) {
        count_.forged.add();
        log::warning("driver", "an edge is not opened: its other end is not who it says",
                     {{"peer", link.peer.name}, {"cause", card ? "key" : card.error().message}});
        inputs_.emplace_back(LinkDown{peer, link.epoch, true});
        links_.erase(peer);
    } else if (!link.dial) {
        const auto route = routes_.find(peer);
        if (route != routes_.end() && route->second.epoch == link.epoch) {
            inputs_.emplace_back(LinkGreeted{peer, link.epoch, route->second.received});
        }
    } else if (peer == kServer) {
        greet_server();
    } else if (const Status status = dial(peer, placed.target); !status) {
        log::warning("driver", "the parent cannot be dialled", {{"cause", status.error().message}});
        inputs_.emplace_back(LinkDown{peer, link.epoch, true});
    }
}

void Transport::close(const CloseLink& link) {
    const auto found = links_.find(link.peer);
    if (found == links_.end() || found->second.epoch != link.epoch) return;
    if (found->second.dial && link.peer != kServer) dialled_.erase(link.peer);
    links_.erase(found);
}

void Transport::welcome(const Welcome& answer) {
    const auto link = links_.find(answer.to);
    const bool ours = link != links_.end() && link->second.epoch == answer.epoch;
    if (!answer.closed && !ours) return;
    Frame frame{options_.self, answer.to, answer.epoch, 0, answer.received};
    frame.greeting = {is_server() ? server_incarnation_ : 0, answer.closed};
    auto bytes = encode(frame, options_.codec);
    if (!bytes || send_to_route(answer.to, std::move(*bytes)) != SendOutcome::queued ||
        answer.closed) {
        return;
    }
    link->second.up = true;
    link->second.told = false;
}

void Transport::resumed(const LinkResumed& news) {
    const auto link = links_.find(news.peer);
    if (link == links_.end() || link->second.epoch != news.epoch) return;
    link->second.up = link->second.answered;
}

Status Transport::dial(ProcessId peer, const Connection::Target& target) {
    TRIBUTARY_TRY(Bytes greeting, encode(greeting_for(peer), options_.codec));
    TRIBUTARY_TRY(Connection connection, Connection::dial(context_, target, options_.keys,
                                                          options_.sockets, std::move(greeting)));
    dialled_.erase(peer);
    dialled_.emplace(peer, std::move(connection));
    return {};
}

Frame Transport::greeting_for(ProcessId peer) const {
    Frame frame{options_.self, peer};
    if (peer == kServer) {
        const SigningPublic& key = options_.signing.public_key;
        frame.greeting.signing_key.assign(key.begin(), key.end());
    }
    const auto link = links_.find(peer);
    if (link == links_.end() || !link->second.dial) return frame;
    const auto processed = options_.processed(peer, link->second.epoch);
    if (!processed) return frame;
    frame.epoch = link->second.epoch;
    frame.acknowledged = *processed;
    return frame;
}

/// Asks for the edge to the server on the session that is there, or on the next one.
void Transport::greet_server() {
    const auto session = dialled_.find(kServer);
    auto bytes = encode(greeting_for(kServer), options_.codec);
    if (session == dialled_.end() || !bytes) return;
    if (session->second.send(std::move(*bytes)) != SendOutcome::queued) break_connection(kServer);
}

void Transport::on_greeting(const Frame& frame, const Received& received) {
    const ProcessId from = frame.from;
    if (!routes_.contains(from) && routes_.size() >= options_.max_peers) {
        count_.undeliverable.add();
        return;
    }
    // A new session begins with a card; one that goes on has one, and gets the next in time.
    const bool fresh = frame.epoch == 0;
    const auto before = routes_.find(from);
    const Micros card_due = fresh || before == routes_.end() ? Micros{0} : before->second.card_due;
    routes_[from] = {received.route,
                     frame.epoch,
                     frame.acknowledged,
                     received.user_id,
                     frame.greeting.signing_key,
                     card_due};
    if (is_server()) answer_session(from, fresh);
    const auto link = links_.find(from);
    if (link != links_.end() && link->second.epoch != frame.epoch) {
        down(from, link->second);  // the edge lived on an earlier connection
    } else if (link != links_.end()) {
        link->second.up = false;
    }
    if (frame.epoch != 0) inputs_.emplace_back(LinkGreeted{from, frame.epoch, frame.acknowledged});
}

void Transport::on_answer(ProcessId peer, const Frame& frame) {
    if (peer == kServer) {
        if (frame.greeting.server_incarnation < server_incarnation_) {
            count_.deposed.add();
            log::error("driver", "a server answers that was replaced by another one",
                       {{"endpoint", options_.server.endpoint}});
            return;
        }
        server_incarnation_ = frame.greeting.server_incarnation;
        on_session(frame.greeting);
    }
    const auto found = links_.find(peer);
    if (found == links_.end() || !found->second.dial || found->second.epoch != frame.epoch) return;
    Link& link = found->second;
    if (frame.greeting.closed) {
        log::info("driver", "the peer says that the edge is over", {{"peer", peer}});
        inputs_.emplace_back(LinkDown{peer, link.epoch, true});
        return;
    }
    link.answered = true;
    link.told = false;
    inputs_.emplace_back(LinkResumed{peer, link.epoch, frame.acknowledged});
}

void Transport::keep_session() {
    if (dialled_.contains(kServer) || clock_.monotonic() < session_due_) return;
    if (const Status status = dial(kServer, options_.server); !status) {
        refusal_ = status.error().message;
        session_due_ = clock_.monotonic() + kRefusedPause;
    }
}

void Transport::keep_links() {
    const Micros now = clock_.monotonic();
    for (auto& [peer, link] : links_) {
        if (!link.dial) continue;
        if (now - link.heard >= options_.stale) {
            link.heard = now;
            break_connection(peer);
        }
        if (peer == kServer || dialled_.contains(peer) || now < link.dial_due) continue;
        link.dial_due = now + options_.redial;
        if (const Status status = dial(peer, link.target); !status) down(peer, link);
    }
}

/// What the peer still says on this connection is not heard; it is dialled again soon.
void Transport::break_connection(ProcessId peer) {
    dialled_.erase(peer);
    const auto link = links_.find(peer);
    if (link == links_.end()) return;
    link->second.dial_due = clock_.monotonic() + options_.redial;
    down(peer, link->second);
}

void Transport::down(ProcessId peer, Link& link) {
    link.up = link.answered = false;
    if (std::exchange(link.told, true)) return;
    count_.links_lost.add();
    inputs_.emplace_back(LinkDown{peer, link.epoch});
}

void Transport::send(const Send& message) {
    const auto found = links_.find(message.to);
    if (found == links_.end() || found->second.epoch != message.epoch) return;
    Link& link = found->second;
    if (!link.up) return;
    auto bytes = encode(Frame{options_.self, message.to, message.epoch, message.sequence,
                              message.acknowledged, message.message},
                        options_.codec);
    if (!bytes) {
        count_.unsendable.add();
        log::error("driver", "a message cannot be sent, its link is given up",
                   {{"kind", message_name(message.message)}, {"cause", bytes.error().message}});
        inputs_.emplace_back(LinkDown{message.to, link.epoch, true});
        return;
    }
    const std::size_t size = bytes->size();
    if (transmit(message.to, link, std::move(*bytes)) == SendOutcome::queued) {
        count_.sent.add();
        count_.bytes_sent.add(size);
    } else if (link.dial) {
        break_connection(message.to);
    } else {
        down(message.to, link);
    }
}

SendOutcome Transport::transmit(ProcessId to, const Link& link, Bytes bytes) {
    if (!link.dial) return send_to_route(to, std::move(bytes));
    const auto connection = dialled_.find(to);
    return connection == dialled_.end() ? SendOutcome::unreachable
                                        : connection->second.send(std::move(bytes));
}

SendOutcome Transport::send_to_route(ProcessId to, Bytes bytes) {
    const auto route = routes_.find(to);
    if (route == routes_.end()) return SendOutcome::unreachable;
    const SendOutcome outcome = router_.send(route->second.address, std::move(bytes));
    if (outcome == SendOutcome::unreachable) routes_.erase(route);
    return outcome;
}

void Transport::send_direct(const SendDirect& message) {
    const Frame frame{options_.self, message.to.id, 0, 0, 0, message.message};
    auto bytes = encode(frame, options_.codec);
    SendOutcome outcome = SendOutcome::failed;
    if (bytes && is_server()) {
        outcome = send_to_route(message.to.id, std::move(*bytes));
    } else if (const auto session = dialled_.find(kServer); bytes && session != dialled_.end()) {
        outcome = session->second.send(std::move(*bytes));
    }
    (outcome == SendOutcome::queued ? count_.sent : count_.undeliverable).add();
}

}  // namespace tributary::netlayer
