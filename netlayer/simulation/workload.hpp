#pragma once
// The clients of a simulation and the faults that befall them.
// Invariants: updates are invoked until `operations` of them are completed, and no more than that
// are waited for; those that are refused or cut short are made up for. No fault is made any more as
// soon as enough are under way, so that the run can come to rest. Every random choice comes from
// the seed. A workload that is given
// a script makes no choice: it follows the script. One thread.

#include <functional>
#include <map>
#include <string>

#include "base/random.hpp"
#include "netlayer/simulation/contributions.hpp"
#include "netlayer/simulation/history.hpp"
#include "netlayer/simulation/simulator.hpp"
#include "netlayer/simulation/stimulus.hpp"
#include "netlayer/simulation/world.hpp"

namespace tributary::netlayer::simulation {

class Workload {
 public:
    Workload(const SimulationOptions& options, Random random, World& world, History& history,
             SimulationReport& report);

    /// Starts the server and plans the clients' joins and the faults.
    void begin();
    /// The same with a script, which outlives this workload: what options.skip names is left out.
    void begin(const Script& given);
    /// What was done, until now.
    [[nodiscard]] const Script& script() const { return made_; }
    void woken(const Wake& wake);
    /// The run is over: at rest, or the time to come to rest has passed.
    [[nodiscard]] bool finished() const { return finished_; }
    /// What is pending at the processes that are connected.
    [[nodiscard]] std::vector<std::string> pending() const;
    [[nodiscard]] const Contributions& contributions() const { return contributions_; }

 private:
    void hear(ProcessId id, const Notice& notice);
    Observer::Computed compute(ProcessId id, const StartComputation& start);

    // What is done, and when: choices, which end as stimuli.
    void think(ProcessId client);
    void invoke(ProcessId client);
    void invoke_next(ProcessId client);
    void invoke_update(ProcessId client, Kind kind);
    void invoke_read(ProcessId client, Kind kind);
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
    ObjectId some_object();
    [[nodiscard]] Micros within(Micros most);
    ProcessId some_client();

    // Stimuli are done; `perform` tells whether that was possible.
    void make(Stimulus made);
    /// Plans a stimulus of the script, at the time at which the first run did.
    void foresee(std::size_t place);
    void follow(std::size_t place);
    void take(Script::Entry entry);
    bool perform(const stimulus::Operate& operate);
    bool perform(const stimulus::Submit& submit);
    bool perform(const stimulus::Join& join);
    bool perform(const stimulus::Leave& leave);
    bool perform(const stimulus::Cut& cut);
    bool perform(const stimulus::Reset& reset);
    bool perform(const stimulus::Crash& crash);
    bool perform(const stimulus::CrashServer& crash);
    bool perform(const stimulus::Revoke& revoke);
    bool perform(const stimulus::Rotate& rotate);
    bool perform(const stimulus::ChoosePolicy& choice);

    /// The client goes on with its journal.
    void contribute(ProcessId client);
    /// Between a report and the journal's write a program may end like anywhere else.
    /// @return  whether the client's did
    bool ends_before_trim(ProcessId client);
    void join(ProcessId client);
    void come_in(ProcessId client);
    void begin_server();
    /// How long a reaction takes: as the script says, or drawn.
    Micros reaction(ProcessId client, Reaction kind, const std::function<Micros()>& draw);
    /// How the program of an operation goes, likewise.
    Program program_of(OperationId id);
    void count_update();
    /// What the client waited for is not completed any more.
    void forget_updates(ProcessId client);
    /// Everything was asked for, and completed if this workload chooses.
    [[nodiscard]] bool is_over() const;
    /// With what is waited for there are enough updates, or too many failed.
    [[nodiscard]] bool is_enough() const;
    /// Whether no fault is made any more: since there were enough for the first time.
    bool is_calm();
    void check_quiet();
    [[nodiscard]] bool at_rest() const;
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
    const Script* given_ = nullptr;  ///< null: this workload chooses
    std::size_t next_ = 0;           ///< the place in it behind the last one that was followed
    std::size_t end_ = 0;            ///< the place behind the last one that is to be followed
    Script made_;
    Micros asked_{0};  ///< when the wake-up that is handled was asked for
    std::map<OperationId, std::size_t> entry_of_;  ///< in the script that is made
    std::map<OperationId, ProcessId> waited_for_;  ///< updates, without contributions
    bool calm_ = false;
    Micros last_at_{0};  ///< of the updates, or of the script
    bool finished_ = false;
};

}  // namespace tributary::netlayer::simulation
