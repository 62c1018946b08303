#pragma once
// The clients of a simulation and the faults that befall them.
// Invariants: exactly `operations` updates are invoked; after the last one no fault is made, so
// that the run can come to rest. Every random choice comes from the seed. One thread.

#include <set>
#include <string>

#include "base/random.hpp"
#include "netlayer/simulation/contributions.hpp"
#include "netlayer/simulation/history.hpp"
#include "netlayer/simulation/simulator.hpp"
#include "netlayer/simulation/world.hpp"

namespace tributary::netlayer::simulation {

class Workload {
 public:
    Workload(const SimulationOptions& options, Random random, World& world, History& history,
             SimulationReport& report);

    /// Starts the server and plans the clients' joins and the faults.
    void begin();
    void woken(const Wake& wake);
    /// The run is over: at rest, or the time to come to rest has passed.
    [[nodiscard]] bool finished() const { return finished_; }
    /// What is pending at the processes that are connected.
    [[nodiscard]] std::vector<std::string> pending() const;
    [[nodiscard]] const Contributions& contributions() const { return contributions_; }

 private:
    void hear(ProcessId id, const Notice& notice);
    Observer::Computed compute(ProcessId id, const StartComputation& start);
    void think(ProcessId client);
    void invoke(ProcessId client);
    void invoke_next(ProcessId client);
    void invoke_update(ProcessId client, Kind kind);
    void invoke_read(ProcessId client, Kind kind);
    /// The client goes on with its journal.
    void contribute(ProcessId client);
    std::vector<ObjectId> some_objects();
    void fault();
    void cut_near(ProcessId first);
    void rotate();
    void choose_policy();
    /// Rather a client that takes part in a rotation just now.
    [[nodiscard]] ProcessId near_rotation(ProcessId first);
    void leave_from(ProcessId first);
    void crash(ProcessId client);
    void crash_server();
    /// Voids the card of a client, who never comes back, unless that would leave too few.
    void revoke(ProcessId client);
    void join(ProcessId client);
    void check_quiet();
    [[nodiscard]] bool at_rest() const;
    ObjectId some_object();
    [[nodiscard]] Micros within(Micros most);
    ProcessId some_client();
    /// Whether the client is connected as far as it knows.
    [[nodiscard]] bool works(ProcessId client) const;

    const SimulationOptions& options_;
    Random random_;
    World& world_;
    History& history_;
    SimulationReport& report_;
    Contributions contributions_;
    std::map<ProcessId, std::size_t> life_;  ///< the current life of each client
    Incarnation incarnations_ = 0;
    std::size_t updates_ = 0;
    Micros drained_at_{0};  ///< when the last update was invoked
    bool finished_ = false;
};

}  // namespace tributary::netlayer::simulation
