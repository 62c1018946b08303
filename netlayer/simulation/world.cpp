#include "netlayer/simulation/world.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "netlayer/simulation/event_text.hpp"
#include "netlayer/state.hpp"

namespace tributary::netlayer::simulation {
namespace {

bool is_heartbeat_input(const Input& input) {
    if (std::holds_alternative<TimerFired>(input)) return true;
    const auto* received = std::get_if<MessageReceived>(&input);
    return received != nullptr && is_heartbeat(received->message);
}

}  // namespace

World::World(Random random, ProcessOptions options, Mutations mutations, bool lossy_direct)
    : random_(random.split("world")),
      options_(options),
      mutations_(mutations),
      lossy_direct_(lossy_direct),
      network_(random.split("network")) {}

void World::start(ProcessId id, Incarnation server_incarnation) {
    Node& node = nodes_[id];
    Process::Setup setup;
    setup.self.id = id;
    setup.self.incarnation = server_incarnation;
    setup.self.name = "p" + std::to_string(id);
    setup.options = options_;
    setup.mutations = mutations_;
    make_process(node, std::move(setup));
    node.timers.clear();
    node.slow_until = Micros{0};
    ++node.run;
    revocations_.forget(id);
    if (id != kServer) learn_revocation(id, node, revocations_.newest());  // as its session begins
}

void World::make_process(Node& node, Process::Setup setup) {
    if (log_ != nullptr) log_->start(setup);
    node.process = std::make_unique<Process>(std::move(setup));
}

void World::crash_server(Micros pause) {
    Node& server = nodes_.at(kServer);
    server_back_at_ = now_ + pause;
    const std::size_t waiting = store_.waiting();
    const std::size_t written = waiting == 0 ? 0 : random_.below(waiting + 1);
    store_.crash(written);
    count(waiting == 0        ? "server crash at rest"
          : written < waiting ? "server crash before a write"
                              : "server crash after a write, before its effects");
    std::vector<ChannelId> edges;  // named by their upward channel
    for (const auto& [id, node] : nodes_) {
        const bool below = node.process && node.process->state().parent &&
                           node.process->state().parent_id() == kServer;
        if (below) edges.push_back({id, kServer, node.process->state().parent->epoch});
    }
    const auto add = [&](const ChannelId& up) {
        if (std::find(edges.begin(), edges.end(), up) == edges.end()) edges.push_back(up);
    };
    for (const auto& [id, link] : server.process->state().links.all()) {
        add({id, kServer, link.epoch});
    }
    for (const auto& [id, node] : nodes_) {  // last words that the server may forget
        if (!node.process) continue;
        for (const auto& [edge, link] : node.process->state().links.closing()) {
            if (edge.first == kServer) add({id, kServer, edge.second});
        }
    }
    server.process.reset();
    server.timers.clear();
    ++server.run;
    for (const ChannelId& up : edges) break_edge(up, pause);
}

void World::restart_server(Incarnation incarnation) {
    Node& server = nodes_.at(kServer);
    Process::Setup setup;
    setup.self.incarnation = incarnation;
    setup.self.name = "server";
    setup.options = options_;
    setup.mutations = mutations_;
    setup.restored = store_.objects();
    setup.image = store_.image();
    make_process(server, std::move(setup));
    ++server.run;
    revocations_.forget(kServer);
    give(kServer, Started{});
    publish_revocation();
}

void World::crash(ProcessId id) {
    Node& node = nodes_.at(id);
    for (const auto& [peer, link] : node.process->state().links.all()) {
        network_.cut({id, peer, link.epoch}, Micros{0});
        network_.cut({peer, id, link.epoch}, Micros{0});
        if (random_.below(4) != 0) {  // otherwise only the silence is noticed
            tell_link_down(peer, id, link.epoch, now_ + network_.delay());
        } else {
            count("crash noticed by silence only");
        }
    }
    node.process.reset();
    node.timers.clear();
    ++node.run;
}

void World::give(ProcessId id, Input input) {
    Node& node = nodes_.at(id);
    if (node.process) handle(id, node, std::move(input));
}

void World::cut_parent(ProcessId id) {
    const auto& parent = nodes_.at(id).process->state().parent;
    if (!parent) return;
    const ProcessId above = parent->card.id;
    const Epoch epoch = parent->epoch;
    const bool late = random_.below(3) == 0;
    const auto longest = static_cast<std::uint64_t>(2 * options_.silence.count());
    const auto lateness = [&] {
        return late ? Micros{1 + static_cast<std::int64_t>(random_.below(longest))} : Micros{0};
    };
    count(late ? "cut, in flight delivered late" : "cut, in flight lost");
    const bool up_only = random_.below(6) == 0;
    const bool down_only = !up_only && random_.below(5) == 0;
    if (!down_only) network_.cut({id, above, epoch}, lateness());
    if (!up_only) network_.cut({above, id, epoch}, lateness());
    if (random_.below(2) == 0) tell_link_down(id, above, epoch, now_ + network_.delay());
    if (random_.below(2) == 0) tell_link_down(above, id, epoch, now_ + network_.delay());
}

std::optional<Wake> World::advance() {
    last_was_event_ = false;
    auto due = schedule_.next();
    if (!due) return std::nullopt;
    now_ = due->at;
    if (auto* wake = std::get_if<Wake>(&due->action)) return *wake;
    if (auto* transit = std::get_if<Transit>(&due->action)) {
        arrive(std::move(*transit));
        return std::nullopt;
    }
    if (std::holds_alternative<StoreDone>(due->action)) {
        perform_stored();
    } else if (const auto* edge = std::get_if<Reconnect>(&due->action)) {
        reconnect(*edge);
    } else if (const auto* tells = std::get_if<SessionTells>(&due->action)) {
        Node& node = nodes_.at(tells->member);
        if (node.run == tells->run) learn_revocation(tells->member, node, tells->revocation);
    } else {
        deliver(std::move(std::get<Deliver>(due->action)));
    }
    return std::nullopt;
}

void World::deliver(Deliver deliver) {
    Node& node = nodes_[deliver.to];
    if (!node.process || (deliver.run != 0 && deliver.run != node.run)) return;
    if (const auto* timer = std::get_if<TimerFired>(&deliver.input)) {
        const auto set = node.timers.find(timer->timer);
        if (set == node.timers.end() || set->second != now_) return;
        node.timers.erase(set);
    }
    handle(deliver.to, node, std::move(deliver.input));
}

void World::reset_parent(ProcessId id) {
    const auto& parent = nodes_.at(id).process->state().parent;
    if (!parent) return;
    const ChannelId up{id, parent->card.id, parent->epoch};
    if (resetting_.contains(up) || resetting_.contains(up.reversed())) return;
    const auto longest = static_cast<std::uint64_t>(options_.grace.count()) * 5 / 4;
    const bool brief = random_.below(3) != 0;
    const Micros pause{static_cast<std::int64_t>(random_.below(brief ? longest / 10 : longest))};
    break_edge(up, pause);
}

std::map<std::string, std::uint64_t> World::faults() const {
    auto all = faults_;
    all["delay"] = network_.slow_deliveries();
    return all;
}

bool World::quiet(const ChannelId& id) const {
    const Process* from = process(id.from);
    const Process* to = process(id.to);
    if (from == nullptr || to == nullptr) return false;
    const State& sender = from->state();
    if (sender.holding && sender.holding->leaver == id.to && !sender.holding->held.empty()) {
        return false;
    }
    for (const Input& input : to->state().backlog) {
        const auto* kept = std::get_if<MessageReceived>(&input);
        if (kept != nullptr && kept->from == id.from) return false;
    }
    const auto& sent = sender.links.all();
    const auto link = sent.find(id.to);
    return link != sent.end() && link->second.epoch == id.epoch &&
           to->received(id.from, id.epoch) == link->second.sent;
}

const Process* World::process(ProcessId id) const {
    const auto found = nodes_.find(id);
    return found == nodes_.end() ? nullptr : found->second.process.get();
}

bool World::carries_up(ProcessId id) const {
    const Process* child = process(id);
    if (child == nullptr || !child->state().parent) return false;
    const Parent& parent = *child->state().parent;
    const Channel* channel = network_.find({id, parent.card.id, parent.epoch});
    return channel != nullptr && !channel->moving.empty();
}

bool World::edge_lost(ProcessId child, ProcessId parent, Epoch epoch) const {
    const Process* below = process(child);
    const Process* above = process(parent);
    const bool agreed = below != nullptr && above != nullptr &&
                        below->state().links.is_current(parent, epoch) &&
                        above->state().links.is_current(child, epoch);
    return !agreed || network_.is_cut({child, parent, epoch}) ||
           network_.is_cut({parent, child, epoch});
}

void World::handle(ProcessId id, Node& node, Input input) {
    if (revocations_.newest() > 0 && !vouched(id, node, input)) return;
    last_was_event_ = !is_heartbeat_input(input);
    ++(last_was_event_ ? events_ : heartbeats_);
    const std::string event = log_ != nullptr ? text_of(input) : std::string();
    auto effects = node.process->step({now_, std::move(input)});
    const bool stores = id == kServer && options_.persist_state;
    if (auto* persist = effects.empty() ? nullptr : std::get_if<Persist>(&effects.front());
        persist != nullptr && stores) {
        persist->image = node.process->image();
    }
    if (log_ != nullptr) log_->step(id, now_, event, effects);
    if (stores) effects = store_effects(std::move(effects));
    const std::uint64_t run = node.run;
    for (Effect& effect : effects) {
        if (node.run != run) break;
        perform(id, node, std::move(effect));
    }
}

std::vector<Effect> World::store_effects(std::vector<Effect> effects) {
    std::vector<Effect> at_once = store_.take_overtaking(effects);
    if (mutations_.send_before_store) {
        const auto rest = std::stable_partition(
            effects.begin(), effects.end(),
            [](const Effect& effect) { return std::holds_alternative<Persist>(effect); });
        std::move(rest, effects.end(), std::back_inserter(at_once));
        effects.erase(rest, effects.end());
    }
    Micros write{100 + static_cast<std::int64_t>(random_.below(1'500))};
    if (random_.below(2'000) == 0) {
        count("slow disk");
        write += 2 * options_.silence;
    }
    schedule_.add(store_.submit(std::move(effects), now_, write), StoreDone{});
    return at_once;
}

void World::perform_stored() {
    Node& server = nodes_.at(kServer);
    if (!server.process) return;
    for (Effect& effect : store_.take_due(now_)) perform(kServer, server, std::move(effect));
}

void World::perform(ProcessId id, Node& node, Effect effect) {
    if (auto* send = std::get_if<Send>(&effect)) {
        transmit(id, std::move(*send));
    } else if (auto* direct = std::get_if<SendDirect>(&effect)) {
        transmit_direct(id, std::move(*direct));
    } else if (const auto* open = std::get_if<OpenLink>(&effect)) {
        dial(id, *open);
    } else if (const auto* close = std::get_if<CloseLink>(&effect)) {
        if (network_.is_cut({id, close->peer, close->epoch})) return;
        const Micros drained = network_.drained_at({id, close->peer, close->epoch}, now_);
        tell_link_down(close->peer, id, close->epoch, drained);
    } else if (const auto* timer = std::get_if<SetTimer>(&effect)) {
        const Micros at = std::max({timer->at, node.slow_until, now_});
        node.timers[timer->timer] = at;
        schedule_.add(at, Deliver{id, node.run, TimerFired{timer->timer}});
    } else if (const auto* start = std::get_if<StartComputation>(&effect)) {
        Observer::Computed computed = observer_.compute(id, *start);
        schedule_.add(now_ + computed.after, Deliver{id, node.run, std::move(computed.done)});
    } else if (const auto* welcome = std::get_if<Welcome>(&effect)) {
        answer_greeting(id, *welcome);
    } else if (const auto* notify = std::get_if<Notify>(&effect)) {
        observer_.notice(id, notify->notice);
    }
}

void World::arrive(Transit transit) {
    static const Message kAnswer = Pong{};  // what an answer to a greeting counts as
    const auto* received = std::get_if<MessageReceived>(&transit.input);
    const auto fate = network_.arrive(transit.channel, transit.number,
                                      received != nullptr ? received->message : kAnswer, now_);
    if (fate.again > Micros{0}) {
        schedule_.add(fate.again, std::move(transit));
        return;
    }
    const auto node = nodes_.find(transit.channel.to);
    if (fate.lost || node == nodes_.end() || !node->second.process) return;
    if (std::holds_alternative<LinkResumed>(transit.input)) {
        const ChannelId up = transit.channel.reversed();
        network_.restore(up);  // nothing sent before this goes over the new connection
        resetting_.erase(up);
    }
    handle(transit.channel.to, node->second, std::move(transit.input));
}

void World::transmit(ProcessId from, Send send) {
    const ChannelId channel{from, send.to, send.epoch};
    const Process* to = process(send.to);
    const Sequence seen = to != nullptr ? to->received(from, send.epoch).value_or(0) : 0;
    const bool again = send.sequence != 0 && send.sequence <= seen;
    const auto delivery =
        again ? network_.send_again(channel, now_) : network_.send(channel, send.message, now_);
    if (delivery.lost) return;
    schedule_.add(delivery.at,
                  Transit{channel, delivery.number,
                          MessageReceived{from, send.epoch, send.sequence, send.acknowledged,
                                          std::move(send.message)}});
}

void World::transmit_direct(ProcessId from, SendDirect send) {
    if (lossy_direct_ && random_.below(50) == 0) return;
    auto* request = std::get_if<JoinRequest>(&send.message);
    if (fresh_keys_ && request != nullptr) {
        request->joiner.key = fresh_keys_->of(request->joiner, random_);
    }
    schedule_.add(now_ + network_.delay(),
                  Deliver{send.to.id, 0, DirectReceived{from, std::move(send.message)}});
}

void World::tell_link_down(ProcessId to, ProcessId peer, Epoch epoch, Micros at) {
    schedule_.add(at, Deliver{to, 0, LinkDown{peer, epoch}});
}

}  // namespace tributary::netlayer::simulation
