#pragma once
// What a process keeps for the view of the tree: its own counts, reports on their way up, and at
// the server the newest report of each process. Invariants: everything is bounded; a report waits
// behind those that came before it, and a newer one of the same process takes its place, so that
// none starves. One thread. Part of State; Census acts on it.

#include <deque>
#include <map>
#include <optional>

#include "base/clock.hpp"
#include "netlayer/self_report.hpp"

namespace tributary::netlayer {

/// At the server: the newest report of a process.
struct HeardReport {
    SelfReport report;
    Micros at{0};
};

struct Tally {
    // Of this process, since its program started.
    std::vector<std::uint64_t> hops;
    std::map<Key, std::uint64_t> partners;
    std::optional<SelfReport> told;  ///< last
    std::uint64_t pings = 0;         ///< since then
    std::uint64_t reports = 0;       ///< numbered so far

    // On their way from below.
    std::deque<ProcessId> waiting;
    std::map<ProcessId, SelfReport> passing;

    // At the server.
    std::map<ProcessId, HeardReport> heard;
    std::vector<std::uint64_t> past_hops;  ///< of programs that ended
    std::uint64_t past_rotations = 0;
    std::uint64_t past_refused = 0;
};

}  // namespace tributary::netlayer
