#pragma once
// The whole service under one seed: many processes, links, clients and faults in one thread and in
// virtual time, with the checks of section 8 of the protocol rules.
// Invariant: the same options give the same run on every platform; only cpu_seconds differs.
// One call at a time per thread; calls are independent.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "netlayer/options.hpp"
#include "netlayer/simulation/faults.hpp"
#include "netlayer/simulation/ranges.hpp"

namespace tributary::netlayer {

struct SimulationOptions {
    std::uint64_t seed = 1;
    std::size_t processes = 8;  ///< clients; the server is extra
    std::size_t objects = 3;
    std::size_t operations = 200;  ///< updates that are completed at least; reads are extra
    std::size_t degree = 0;        ///< of the tree; 0 chooses 2 to 4 by the seed

    bool cuts = false;    ///< links are lost, with what was in flight lost, delivered or late
    bool resets = false;  ///< links break and are resumed, within the grace time or too late
    bool server_crashes = false;  ///< the server ends and goes on from its disk; needs resets
    bool leaves = true;           ///< clients leave and come back, whether others are below or not
    bool many_leaves = false;     ///< they do so all the time, several at once
    bool crashes = false;         ///< clients end without a word and come back
    bool revocations = false;     ///< up to a quarter of the clients are thrown out for good
    bool rotations = false;       ///< a search tree, in which processes rotate all the time
    /// A search tree, in which processes rotate when their policy wishes it.
    RotationPolicy policy = RotationPolicy::none;
    std::uint32_t regret_floor = 20;  ///< of the policy; less: more rotations
    /// A search tree, in which the operator chooses another policy all the time.
    bool change_policy = false;
    bool balance_joins = false;  ///< in a search tree: rotate by size where somebody joins
    /// Half of the clients' updates are contributions: journalled, and asked for again under their
    /// numbers until they are durable or refused.
    bool contributions = false;
    bool fresh_keys = false;  ///< in a search tree: another key at each join
    bool late_joins = true;   ///< a third of the clients join while the others work

    /// Each client invokes the next operation as soon as the last one is complete: an update or a
    /// strict read, by equal chance; no program refuses. For comparisons of speed.
    bool back_to_back = false;
    std::size_t objects_per_update = 1;  ///< back to back; at most `objects`
    std::size_t objects_per_read = 1;    ///< likewise; several are fetched as an update's are
    Micros compute{0};  ///< mean time of an update's program, back to back for each of its
                        ///< objects; 0: up to 8 ms

    /// Stimuli to leave out, by their numbers in the run that leaves none out: that one is made
    /// first, up to its violation if there is one, and then followed without them
    /// (netlayer/simulation/stimulus.hpp).
    Ranges skip{};

    bool keep_history = false;  ///< report every operation, for checkers elsewhere
    /// Check the state after every n-th event; 0 checks only the end.
    std::size_t check_every = 1;
    Mutations mutations;
    /// Hears every line of the event log, if set (netlayer/simulation/replay.hpp).
    std::function<void(const std::string& line)> record{};

    [[nodiscard]] bool has_search_tree() const {
        return rotations || change_policy || policy != RotationPolicy::none;
    }
};

/// One operation as a client saw it; what an independent checker needs (protocol rules, section 8).
struct OperationRecord {
    std::uint64_t process = 0;
    std::int64_t invoke_us = 0;
    std::optional<std::int64_t> complete_us;  ///< nothing: pending, or cut short; it may have ran
    bool update = false;
    bool strict = true;  ///< false: a local read, which may be old
    std::map<std::string, std::vector<std::uint64_t>> read;  ///< the values that it saw
    std::map<std::string, std::uint64_t> append;             ///< the value that it added
    bool durable = false;  ///< false: lost with a process, refused, or saw what was lost
};

/// How fast operations of one kind went, in virtual time.
struct Pace {
    double per_second = 0;
    double p50_ms = 0;
    double p99_ms = 0;
};

struct SimulationReport {
    std::uint64_t seed = 0;
    std::uint64_t events = 0;      ///< calls of step() without heart-beats
    std::uint64_t heartbeats = 0;  ///< calls of step() for pings, pongs and their timers
    std::uint64_t operations = 0;  ///< updates completed
    std::uint64_t invoked = 0;     ///< updates asked for, contributions by their first attempt
    std::uint64_t reads = 0;       ///< reads completed, those of several objects included
    std::uint64_t stimuli = 0;     ///< of the workload, before any was left out
    std::uint64_t skipped = 0;     ///< of them left out
    std::uint64_t rotations = 0;   ///< committed, counted at the process that rose
    std::vector<std::string> violations;
    double cpu_seconds = 0;

    std::uint64_t joins = 0;
    std::uint64_t leaves = 0;
    std::uint64_t promotions = 0;  ///< leaves of inner processes, counted at their successors
    std::uint64_t cuts = 0;
    std::uint64_t resets = 0;
    std::uint64_t server_restarts = 0;
    std::uint64_t crashes = 0;
    std::uint64_t revocations = 0;
    std::uint64_t reconstitutions = 0;
    std::uint64_t durable = 0;        ///< updates contained in the final objects
    std::uint64_t lost = 0;           ///< updates applied at a process that disconnected, and lost
    std::uint64_t refused = 0;        ///< programs that returned an error
    std::uint64_t contributions = 0;  ///< journalled
    std::uint64_t contributions_refused = 0;   ///< whose refusal is in the objects
    std::uint64_t contributions_repeated = 0;  ///< attempts behind the first
    std::uint64_t retried_reads = 0;
    double virtual_seconds = 0;  ///< from the first invocation to the last update's
    Pace updates;
    Pace strict_reads;
    /// Every kind of fault that happened, by name: how a cut treated what was in flight, resumes
    /// within the grace time and too late, crashes before and after a write, slow processes, false
    /// suspicions, duplicates, delays.
    std::map<std::string, std::uint64_t> faults;
    std::map<std::string, std::uint64_t> counters;  ///< of all processes, summed
    std::vector<OperationRecord> history;           ///< with keep_history, by invocation
};

/// Runs one simulation to its end. Stops early at the first violation of an invariant.
SimulationReport simulate(const SimulationOptions& options);

}  // namespace tributary::netlayer
