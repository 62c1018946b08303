#pragma once
// The paper's protocol in its own model: synchronous rounds, in which splays compete for clusters.
// Both ends of a request agree to splay (one request at a time per node), then each end asks, once
// a round, every node whose links its next rotation changes; a node grants one request a round, the
// first by priority, and refuses while it holds a request of its own that comes earlier. A message
// is held until its ends are neighbours and win a cluster of their own.
// Built to reproduce published results, not used by the migration layer.
// One thread per run. Source: splaynet ch.2 Def. 4-15, ch.3 §1-3, Algorithms 4-9.

#include <cstdint>
#include <vector>

#include "base/result.hpp"
#include "netlayer/overlay/fleet.hpp"
#include "netlayer/overlay/trace.hpp"
#include "netlayer/overlay/tree.hpp"

namespace tributary::netlayer::overlay {

/// In which order requests for clusters are granted.
enum class ClusterPriority {
    age,       ///< when the request came up, then its key
    counters,  ///< the paper's: super-round, round, level, id; starves (splaynet Def. 17)
};

struct DiSplayNetOptions {
    ClusterPriority priority = ClusterPriority::age;
    bool sequential = false;  ///< the next request comes up when the last is done
    /// Mean of the requests that come up in one round (Poisson); 0: all are there at the start.
    double arrivals_per_round = 0;
    std::uint64_t seed = 1;                 ///< of the arrivals
    std::uint64_t max_rounds = 50'000'000;  ///< gives up, with what is done by then
};

struct RoundResult {
    std::uint64_t requests = 0;  ///< completed
    std::uint64_t hops = 0;      ///< edges between the ends when issued
    RotationCount count;
    std::uint64_t makespan_rounds = 0;
    std::uint64_t clusters =
        0;  ///< granted or, for background rotations, under way, summed over rounds
    std::vector<std::uint32_t> latency_rounds;
    std::vector<std::uint32_t> request_hops;
    Tree tree;
    bool finished = true;  ///< every request completed within the bound

    [[nodiscard]] double clusters_mean() const;
    [[nodiscard]] double requests_per_round() const;
};

/// Runs the paper's rules until every request is done.
RoundResult run_displaynet(Tree start, const Trace& trace, const DiSplayNetOptions& options);

}  // namespace tributary::netlayer::overlay
