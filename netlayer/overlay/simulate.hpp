#pragma once
// One run of a trace under one policy, whatever the model: what `tributary overlay simulate` and
// scripts/overlay_table.py call. One thread per run.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "netlayer/overlay/policy.hpp"
#include "netlayer/overlay/trace.hpp"
#include "netlayer/overlay/tree.hpp"

namespace tributary::netlayer::overlay {

enum class Model {
    sequential,  ///< one request after another
    rounds,      ///< all sources at once, one hop a round
};

/// One request as it was served, for a series over time.
struct Served {
    std::uint64_t request = 0;
    std::uint32_t hops = 0;       ///< in the rounds model: rounds until it arrived
    std::uint64_t rotations = 0;  ///< all so far
};

struct SimulateOptions {
    /// static, splay, lazy, counting, regret, gate, rebuild, rebuild-exact, optimum (the exact
    /// optimum in hindsight, which then stays), displaynet (the paper's protocol),
    /// cbnet (rounds only)
    std::string policy = "regret";
    Model model = Model::sequential;
    PolicyOptions tuning;
    Price price;
    bool server_trips = false;
    bool freeze = false;            ///< rounds: messages wait at frozen nodes
    double arrivals_per_round = 0;  ///< displaynet: Poisson arrivals; 0: all at the start
    std::uint64_t seed = 1;         ///< of the arrivals
    std::function<void(const Served&)> observer;
};

struct Outcome {
    std::uint64_t requests = 0;
    std::uint64_t hops = 0;
    std::uint64_t server_hops = 0;
    std::uint64_t rotations = 0;
    std::uint64_t new_links = 0;
    std::uint64_t makespan_rounds = 0;  ///< sequential: every hop takes one round
    double clusters_mean = 0;           ///< clusters, or rotations, under way in one round
    std::uint32_t latency_p50 = 0;
    std::uint32_t latency_p99 = 0;
    Tree before;
    Tree after;
    bool finished = true;

    [[nodiscard]] double hops_mean() const;
    [[nodiscard]] double rotations_per_request() const;
    /// Hops, trips to the server and alpha times rotations, per request.
    [[nodiscard]] double work(Price price) const;
    [[nodiscard]] double requests_per_round() const;
    [[nodiscard]] double new_links_per_rotation() const;
};

/// @error invalid_argument (unknown policy, or one that the model does not have), limit_exceeded
Result<Outcome> simulate_overlay(const Trace& trace, const SimulateOptions& options);

}  // namespace tributary::netlayer::overlay
