#include "netlayer/overlay/sequential.hpp"

#include <utility>

#include "base/assert.hpp"
#include "netlayer/overlay/demand.hpp"
#include "netlayer/overlay/optimum.hpp"
#include "netlayer/overlay/shapes.hpp"

namespace tributary::netlayer::overlay {

namespace {

class Run {
 public:
    Run(Fleet fleet, const Trace& trace, const SequentialOptions& options)
        : fleet_(std::move(fleet)), trace_(trace), options_(options) {}

    Status serve_all() {
        result_.request_hops.reserve(trace_.requests.size());
        for (const Request& request : trace_.requests) {
            const std::uint64_t before = fleet_.count().rotations;
            const std::uint32_t hops = serve(request);
            TRIBUTARY_CHECK(rebuild_when_due());
            if (options_.observer) {
                options_.observer(result_.requests, hops, fleet_.count().rotations - before);
            }
            ++result_.requests;
        }
        return {};
    }

    SequentialResult finish() {
        result_.count = fleet_.count();
        result_.tree = fleet_.tree();
        return std::move(result_);
    }

 private:
    std::uint32_t serve(const Request& request) {
        Message message;
        message.from = fleet_.tree()[request.from].key;
        message.to = fleet_.tree()[request.to].key;
        message.era =
            static_cast<std::uint32_t>(result_.requests / (kEraRequestsPerNode * trace_.nodes));
        message.splay = fleet_.invite(request.from, message, options_.price);
        path_.clear();
        const std::uint32_t hops =
            fleet_.only_ends() ? show_to_ends(request, message) : carry(request, message);
        if (options_.server_trips) report_to_server(request.to, message.era);
        adjust(request);
        result_.hops += hops;
        result_.request_hops.push_back(hops);
        return hops;
    }

    std::uint32_t show_to_ends(const Request& request, const Message& message) {
        fleet_.pass(request.from, message);
        fleet_.pass(request.to, message);
        return fleet_.tree().distance(request.from, request.to);
    }

    /// Passes the message along its way. Both branches are walked upwards, so that a report always
    /// reaches a node before the message that carries it.
    std::uint32_t carry(const Request& request, const Message& message) {
        const Tree& tree = fleet_.tree();
        std::uint32_t hops = 0;
        const auto climb = [&](NodeId at, Key goal) {
            for (; !tree[at].covers(goal); at = tree[at].parent, ++hops) {
                fleet_.pass(at, message);
                fleet_.cross(at);
                path_.push_back(at);
            }
            return at;
        };
        const NodeId common = climb(request.from, message.to);
        // Going up from the destination, the first node that covers the source is the same one.
        climb(request.to, message.from);
        fleet_.pass(common, message);
        path_.push_back(common);
        return hops;
    }

    void report_to_server(NodeId from, std::uint32_t era) {
        if (fleet_.only_ends()) {
            result_.server_hops += fleet_.tree().depth(from) + 1;
            return;
        }
        Message trip;
        trip.from = fleet_.tree()[from].key;
        trip.to = kServerKey;
        trip.era = era;
        for (NodeId at = from; at != kNone; at = fleet_.tree()[at].parent) {
            fleet_.pass(at, trip);
            fleet_.cross(at);
            path_.push_back(at);
            ++result_.server_hops;
        }
    }

    void adjust(const Request& request) {
        // Every step of a splay brings an end one level up: more steps than levels are a bug.
        std::size_t steps = 0;
        const auto rise = [&](NodeId end) {
            const std::size_t before = steps;
            while (fleet_.adjust(end, options_.price) > 0) {
                TRIBUTARY_ASSERT(++steps <= 2 * fleet_.tree().size());
            }
            return steps > before;
        };
        for (bool moved = true; moved;) {
            moved = rise(request.from);
            moved = rise(request.to) || moved;
        }
        for (const NodeId node : path_) fleet_.adjust(node, options_.price);
    }

    Status rebuild_when_due() {
        const bool exact = options_.policy == "rebuild-exact";
        if (!exact && options_.policy != "rebuild") return {};
        const std::uint64_t seen = result_.requests + 1;
        if (seen % (std::uint64_t{options_.rebuild_every} * trace_.nodes) != 0) return {};
        const std::vector<Request> past(
            trace_.requests.begin(), trace_.requests.begin() + static_cast<std::ptrdiff_t>(seen));
        Tree target;
        if (exact) {
            TRIBUTARY_TRY(Optimum best, optimal_tree(trace_.nodes, past));
            target = std::move(best.tree);
        } else {
            target = weight_balanced_tree(node_counts(trace_.nodes, past));
        }
        fleet_.reshape(target);
        return {};
    }

    Fleet fleet_;
    const Trace& trace_;
    const SequentialOptions& options_;
    SequentialResult result_;
    std::vector<NodeId> path_;
};

double per_request(std::uint64_t amount, std::uint64_t requests) {
    return requests == 0 ? 0 : static_cast<double>(amount) / static_cast<double>(requests);
}

}  // namespace

double SequentialResult::hops_mean() const {
    return per_request(hops, requests);
}

double SequentialResult::rotations_per_request() const {
    return per_request(count.rotations, requests);
}

double SequentialResult::work(double alpha) const {
    return per_request(hops + server_hops, requests) + alpha * rotations_per_request();
}

Result<SequentialResult> run_sequential(Tree start, const Trace& trace,
                                        const SequentialOptions& options) {
    const bool rebuilds = options.policy == "rebuild" || options.policy == "rebuild-exact";
    TRIBUTARY_TRY(Fleet fleet, Fleet::make(std::move(start), rebuilds ? "static" : options.policy,
                                           options.tuning));
    Run run(std::move(fleet), trace, options);
    TRIBUTARY_CHECK(run.serve_all());
    return run.finish();
}

}  // namespace tributary::netlayer::overlay
