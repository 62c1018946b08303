#include "netlayer/overlay/simulate.hpp"

#include <algorithm>
#include <utility>

#include "netlayer/overlay/cbnet.hpp"
#include "netlayer/overlay/displaynet.hpp"
#include "netlayer/overlay/optimum.hpp"
#include "netlayer/overlay/rounds.hpp"
#include "netlayer/overlay/sequential.hpp"
#include "netlayer/overlay/shapes.hpp"

namespace tributary::netlayer::overlay {

namespace {

double ratio(std::uint64_t amount, std::uint64_t of) {
    return of == 0 ? 0 : static_cast<double>(amount) / static_cast<double>(of);
}

void fill_latency(Outcome& outcome, std::vector<std::uint32_t> rounds) {
    if (rounds.empty()) return;
    const auto quantile = [&rounds](std::size_t percent) {
        const std::size_t rank = std::min(rounds.size() * percent / 100, rounds.size() - 1);
        const auto at = rounds.begin() + static_cast<std::ptrdiff_t>(rank);
        std::nth_element(rounds.begin(), at, rounds.end());
        return *at;
    };
    outcome.latency_p50 = quantile(50);
    outcome.latency_p99 = quantile(99);
}

Outcome from_sequential(SequentialResult result) {
    Outcome outcome;
    outcome.requests = result.requests;
    outcome.hops = result.hops;
    outcome.server_hops = result.server_hops;
    outcome.rotations = result.count.rotations;
    outcome.new_links = result.count.new_links;
    outcome.makespan_rounds = result.hops;
    outcome.clusters_mean = ratio(outcome.rotations, outcome.makespan_rounds);
    outcome.after = std::move(result.tree);
    fill_latency(outcome, std::move(result.request_hops));
    return outcome;
}

Outcome from_rounds(RoundResult result) {
    Outcome outcome;
    outcome.requests = result.requests;
    outcome.hops = result.hops;
    outcome.rotations = result.count.rotations;
    outcome.new_links = result.count.new_links;
    outcome.makespan_rounds = result.makespan_rounds;
    outcome.clusters_mean = result.clusters_mean();
    outcome.finished = result.finished;
    outcome.after = std::move(result.tree);
    fill_latency(outcome, std::move(result.latency_rounds));
    return outcome;
}

Result<Outcome> simulate_sequential(Tree start, const Trace& trace, const std::string& policy,
                                    const SimulateOptions& options) {
    SequentialOptions run;
    run.policy = policy;
    run.tuning = options.tuning;
    run.price = options.price;
    run.server_trips = options.server_trips;
    std::uint64_t rotations = 0;
    if (options.observer) {
        run.observer = [&](std::uint64_t request, std::uint32_t hops, std::uint64_t added) {
            rotations += added;
            options.observer({request, hops, rotations});
        };
    }
    TRIBUTARY_TRY(SequentialResult result, run_sequential(std::move(start), trace, run));
    return from_sequential(std::move(result));
}

Result<Outcome> simulate_rounds(Tree start, const Trace& trace, const std::string& policy,
                                const SimulateOptions& options) {
    if (policy == "rebuild" || policy == "rebuild-exact") {
        return fail(Errc::invalid_argument,
                    "policy " + policy + " has no round model. Take --model sequential");
    }
    RoundsOptions run;
    run.policy = policy;
    run.tuning = options.tuning;
    run.price = options.price;
    run.server_trips = options.server_trips;
    run.freeze = options.freeze;
    if (options.observer) {
        run.observer = [&](std::uint64_t request, std::uint32_t rounds, std::uint64_t rotations) {
            options.observer({request, rounds, rotations});
        };
    }
    TRIBUTARY_TRY(RoundResult result, run_rounds(std::move(start), trace, run));
    return from_rounds(std::move(result));
}

}  // namespace

double Outcome::hops_mean() const {
    return ratio(hops, requests);
}

double Outcome::rotations_per_request() const {
    return ratio(rotations, requests);
}

double Outcome::work(Price price) const {
    const double alpha = static_cast<double>(price.alpha) / static_cast<double>(kHop);
    return ratio(hops + server_hops, requests) + alpha * rotations_per_request();
}

double Outcome::requests_per_round() const {
    return ratio(requests, makespan_rounds);
}

double Outcome::new_links_per_rotation() const {
    return ratio(new_links, rotations);
}

Result<Outcome> simulate_overlay(const Trace& trace, const SimulateOptions& options) {
    Tree start = balanced_tree(trace.nodes);
    std::string policy = options.policy;
    if (policy == "optimum") {
        TRIBUTARY_TRY(Optimum best, optimal_tree(trace.nodes, trace.requests));
        start = std::move(best.tree);
        policy = "static";
    }
    Result<Outcome> outcome = Outcome{};
    if (policy == "displaynet") {
        DiSplayNetOptions run;
        run.sequential = options.model == Model::sequential;
        run.arrivals_per_round = options.arrivals_per_round;
        run.seed = options.seed;
        outcome = from_rounds(run_displaynet(start, trace, run));
    } else if (policy == "cbnet") {
        TRIBUTARY_TRY(RoundResult result, run_cbnet(start, trace));
        outcome = from_rounds(std::move(result));
    } else if (options.model == Model::sequential) {
        outcome = simulate_sequential(start, trace, policy, options);
    } else {
        outcome = simulate_rounds(start, trace, policy, options);
    }
    if (outcome) outcome->before = std::move(start);
    return outcome;
}

}  // namespace tributary::netlayer::overlay
