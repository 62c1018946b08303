#pragma once
// The driver of a simulation: performs the effects of every process on the simulated network, in
// virtual time.
// Invariant: a process meets only events that a real driver could give it.
// One thread.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/random.hpp"
#include "netlayer/process.hpp"
#include "netlayer/simulation/event_log.hpp"
#include "netlayer/simulation/fresh_keys.hpp"
#include "netlayer/simulation/network.hpp"
#include "netlayer/simulation/revocations.hpp"
#include "netlayer/simulation/schedule.hpp"
#include "netlayer/simulation/server_store.hpp"

namespace tributary::netlayer::simulation {

struct Node {
    std::unique_ptr<Process> process;  ///< null while the program is not running
    std::uint64_t run = 0;             ///< counts starts of the program
    std::map<TimerId, Micros> timers;
    Micros slow_until{0};  ///< timers due before fire then
};

/// What the workload wants to hear of.
struct Observer {
    std::function<void(ProcessId, const Notice&)> notice;
    /// Runs a program; the answer arrives after the time given.
    struct Computed {
        ComputationDone done;
        Micros after{0};
    };
    std::function<Computed(ProcessId, const StartComputation&)> compute;
};

class World {
 public:
    World(Random random, ProcessOptions options, Mutations mutations, bool lossy_direct);

    void observe(Observer observer) { observer_ = std::move(observer); }
    /// From now on each join request comes with another key.
    void give_fresh_keys() { fresh_keys_.emplace(); }
    /// Writes down every step from now on; the log outlives this world.
    void record(EventLog& log) { log_ = &log; }
    /// Starts a program (again); the process itself decides nothing before its first event.
    void start(ProcessId id, Incarnation server_incarnation = 0);
    /// Ends the server, which starts again after `pause` from what its disk holds.
    void crash_server(Micros pause);
    void restart_server(Incarnation incarnation);
    /// Ends a program without a word; the transport notices at some of its neighbours.
    void crash(ProcessId id);
    /// Gives a process an event now.
    void give(ProcessId id, Input input);
    /// Loses the edge between a process and its parent in a way that the random source chooses.
    void cut_parent(ProcessId id);
    /// Breaks the edge between a process and its parent, which find each other again some time
    /// later, within the grace time or after it.
    void reset_parent(ProcessId id);
    /// For this long the process' timers fire late, while it goes on handling messages.
    void slow_timers(ProcessId id, Micros during) {
        nodes_.at(id).slow_until = now_ + during;
        count("slow process");
    }
    /// Voids a member's card: the server says so on the tree and on its sessions, and whoever hears
    /// of it ends its links with the member and believes nobody who introduces it.
    void revoke(ProcessId member);
    void count(const char* fault) { ++faults_[fault]; }
    void wake(Micros after, Wake wake) {
        wake.asked = now_;
        schedule_.add(now_ + after, wake);
    }
    /// Performs the next action.
    /// @return  the wake-up that is due, if it was one
    std::optional<Wake> advance();

    [[nodiscard]] const std::map<ProcessId, Node>& nodes() const { return nodes_; }
    [[nodiscard]] const Network& network() const { return network_; }
    [[nodiscard]] const Revocations& revocations() const { return revocations_; }
    [[nodiscard]] Micros now() const { return now_; }
    [[nodiscard]] const Process* process(ProcessId id) const;
    /// Whether an object is migrating from this process to its parent.
    [[nodiscard]] bool carries_up(ProcessId id) const;
    /// Whether everything that is for the other end was sent and processed; nothing is held.
    [[nodiscard]] bool quiet(const ChannelId& id) const;
    /// Whether an edge was cut, or its ends do not agree on it, noticed or not.
    [[nodiscard]] bool edge_lost(ProcessId child, ProcessId parent, Epoch epoch) const;
    /// The last process that handled an event, and whether it was more than a heart-beat.
    [[nodiscard]] bool last_was_event() const { return last_was_event_; }
    [[nodiscard]] std::uint64_t events() const { return events_; }
    [[nodiscard]] std::uint64_t heartbeats() const { return heartbeats_; }
    [[nodiscard]] const ProcessOptions& options() const { return options_; }
    /// How often each kind of fault befell somebody.
    [[nodiscard]] std::map<std::string, std::uint64_t> faults() const;

 private:
    void handle(ProcessId id, Node& node, Input input);
    /// What the driver makes of an input before the process sees it.
    /// @return  false: nothing
    bool vouched(ProcessId id, Node& node, Input& input);
    void learn_revocation(ProcessId id, Node& node, std::uint64_t number);
    void publish_revocation();
    void make_process(Node& node, Process::Setup setup);
    /// Hands the server's effects to its store; those that do not wait come back.
    std::vector<Effect> store_effects(std::vector<Effect> effects);
    void perform_stored();
    void perform(ProcessId id, Node& node, Effect effect);
    void arrive(Transit transit);
    void deliver(Deliver deliver);
    /// Nobody answers at the server's while it does not run: such an edge is broken from the start.
    void dial(ProcessId from, const OpenLink& link);
    void break_edge(const ChannelId& up, Micros pause);
    void reconnect(const Reconnect& edge);
    void transmit(ProcessId from, Send send);
    void answer_greeting(ProcessId from, const Welcome& welcome);
    void transmit_direct(ProcessId from, SendDirect send);
    void tell_link_down(ProcessId to, ProcessId peer, Epoch epoch, Micros at);

    Random random_;
    ProcessOptions options_;
    Mutations mutations_;
    bool lossy_direct_;
    std::optional<FreshKeys> fresh_keys_;
    Network network_;
    Schedule schedule_;
    Observer observer_;
    EventLog* log_ = nullptr;
    std::map<ProcessId, Node> nodes_;
    Micros now_{0};
    ServerStore store_;
    Micros server_back_at_{0};  ///< after its last crash
    Revocations revocations_;
    std::set<ChannelId> resetting_;  ///< channels that are broken and not found again yet
    bool last_was_event_ = false;
    std::uint64_t events_ = 0;
    std::uint64_t heartbeats_ = 0;
    std::map<std::string, std::uint64_t> faults_;
};

}  // namespace tributary::netlayer::simulation
