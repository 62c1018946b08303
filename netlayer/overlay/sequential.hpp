#pragma once
// The sequential model: one request after another, each routed at once through the tree as it is,
// then the policies adjust. One thread per run. Source: splaynet ch.2; overlay design, section 3.

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.hpp"
#include "netlayer/overlay/fleet.hpp"
#include "netlayer/overlay/trace.hpp"

namespace tributary::netlayer::overlay {

struct SequentialOptions {
    std::string policy = "regret";
    PolicyOptions tuning;
    Price price;
    bool server_trips = false;  ///< the new owner reports every hand-over to the server
    /// rebuild: after so many requests per node the tree is built anew from what was counted
    std::uint32_t rebuild_every = 10;
    /// Told of every request: hops when issued, single rotations after it.
    std::function<void(std::uint64_t request, std::uint32_t hops, std::uint64_t rotations)>
        observer;
};

struct SequentialResult {
    std::uint64_t requests = 0;
    std::uint64_t hops = 0;
    std::uint64_t server_hops = 0;
    RotationCount count;
    std::vector<std::uint32_t> request_hops;
    Tree tree;

    [[nodiscard]] double hops_mean() const;
    [[nodiscard]] double rotations_per_request() const;
    /// Hops, trips to the server and alpha times rotations, per request.
    [[nodiscard]] double work(double alpha) const;
};

/// The policies of this model: those of `make_policy`, rebuild and rebuild-exact.
/// @error invalid_argument (unknown policy), limit_exceeded (rebuild-exact)
Result<SequentialResult> run_sequential(Tree start, const Trace& trace,
                                        const SequentialOptions& options);

}  // namespace tributary::netlayer::overlay
