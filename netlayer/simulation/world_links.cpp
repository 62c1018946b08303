// Links that break: how their ends lose each other, and find each other again.
#include <algorithm>
#include <utility>

#include "netlayer/simulation/world.hpp"
#include "netlayer/state.hpp"

namespace tributary::netlayer::simulation {
namespace {

constexpr Micros kRedial{20'000};

}  // namespace

void World::break_edge(const ChannelId& up, Micros pause) {
    const ChannelId down = up.reversed();
    resetting_.insert({up, down});
    network_.reset(up);
    network_.reset(down);
    const Micros below = now_ + network_.delay();
    const Micros above = now_ + network_.delay();
    tell_link_down(up.from, up.to, up.epoch, below);
    tell_link_down(up.to, up.from, up.epoch, above);
    // Nobody dials before the loss was noticed, and nothing old arrives after a greeting.
    const Micros empty = std::max(network_.drained_at(up, now_), network_.drained_at(down, now_));
    const Micros found = std::max({now_ + pause, empty, below, above}) + Micros{1};
    schedule_.add(found, Reconnect{up.from, up.to, up.epoch});
}

void World::dial(ProcessId from, const OpenLink& link) {
    const bool answers = link.peer.id != kServer || process(kServer) != nullptr;
    if (!link.dial || answers) return;
    break_edge({from, kServer, link.epoch}, server_back_at_ - now_);
}

void World::reconnect(const Reconnect& edge) {
    const ChannelId up{edge.child, edge.parent, edge.epoch};
    const Process* below = process(edge.child);
    const Process* above = process(edge.parent);
    auto received = below != nullptr ? below->received(edge.parent, edge.epoch) : std::nullopt;
    if (!received || network_.is_cut(up) || network_.is_cut(up.reversed())) return;
    if (above == nullptr) {  // nobody listens there yet
        schedule_.add(now_ + kRedial, edge);
        return;
    }
    const auto& links = above->state().links;
    const bool known =
        links.received(edge.child, edge.epoch).has_value() || links.is_dead(edge.child, edge.epoch);
    if (!known) schedule_.add(now_ + kRedial, edge);
    if (links.is_current(edge.child, edge.epoch)) {
        // What was not acknowledged yet may be asked for twice.
        const Sequence least = links.all().at(edge.child).acknowledged;
        if (*received > least && random_.below(2) == 0) {
            --*received;
            count("duplicate after resume");
        }
    }
    schedule_.add(now_ + network_.delay(),
                  Deliver{edge.parent, 0, LinkGreeted{edge.child, edge.epoch, *received}});
}

void World::answer_greeting(ProcessId from, const Welcome& welcome) {
    const ChannelId down{from, welcome.to, welcome.epoch};
    network_.restore(down);
    resetting_.erase(down);
    count(welcome.closed ? "resume too late" : "resume in time");
    const auto delivery = network_.send_again(down, now_);
    if (delivery.lost) return;
    Input news = LinkResumed{from, welcome.epoch, welcome.received};
    if (welcome.closed) news = LinkDown{from, welcome.epoch, true};
    schedule_.add(delivery.at, Transit{down, delivery.number, std::move(news)});
}

}  // namespace tributary::netlayer::simulation
