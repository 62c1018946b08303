#include "netlayer/overlay/displaynet.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <tuple>

#include "base/random.hpp"

namespace tributary::netlayer::overlay {

namespace {

constexpr std::uint32_t kNoRequest = std::numeric_limits<std::uint32_t>::max();

using Priority = std::array<std::uint64_t, 4>;

/// What one node is doing.
struct Member {
    std::vector<std::uint32_t> own;      ///< requests that start here, in order
    std::size_t next = 0;                ///< the first of them that is not done
    std::vector<std::uint32_t> invited;  ///< requests of others that wait for this node
    std::uint32_t engaged = kNoRequest;
    std::uint64_t super_round = 0;
    std::uint64_t round = 0;
};

struct Progress {
    std::uint64_t announced = 0;
    std::uint64_t started = 0;
    bool active = false;
};

/// A request for a cluster: the nodes whose links change, lowest first.
struct Claim {
    NodeId source;
    std::uint32_t request;
    std::array<NodeId, 4> nodes{kNone, kNone, kNone, kNone};
    std::size_t size = 0;
    bool communication = false;

    void add(NodeId node) {
        if (node != kNone) nodes[size++] = node;
    }
};

class Rounds {
 public:
    Rounds(Tree tree, const Trace& trace, const DiSplayNetOptions& options)
        : tree_(std::move(tree)),
          trace_(trace),
          options_(options),
          members_(tree_.size()),
          progress_(trace.requests.size()),
          best_(tree_.size()),
          random_(Random(options.seed).split("arrivals")) {
        if (options.sequential) {
            come_up();
        } else if (options.arrivals_per_round <= 0) {
            while (arrived_ < trace.requests.size()) come_up();
        }
    }

    RoundResult run() {
        while (result_.requests < trace_.requests.size() && round_ < options_.max_rounds) {
            begin_agreed();
            arrive();
            agree();
            const std::vector<Claim> claims = collect_claims();
            ++round_;  // what completes now is free, and announces its next request, in the next
                       // round
            grant(claims);
        }
        result_.makespan_rounds = round_;
        result_.finished = result_.requests == trace_.requests.size();
        result_.tree = std::move(tree_);
        return std::move(result_);
    }

 private:
    [[nodiscard]] const Request& ends(std::uint32_t request) const {
        return trace_.requests[request];
    }
    [[nodiscard]] NodeId other_end(std::uint32_t request, NodeId node) const {
        return ends(request).from == node ? ends(request).to : ends(request).from;
    }

    /// The next request of the trace joins the queue of its source.
    void come_up() {
        if (arrived_ == trace_.requests.size()) return;
        const NodeId source = ends(arrived_).from;
        members_[source].own.push_back(arrived_);
        ++arrived_;
        if (members_[source].next + 1 == members_[source].own.size()) announce_next(source);
    }

    /// Poisson arrivals: exponential gaps.
    void arrive() {
        if (options_.sequential || options_.arrivals_per_round <= 0) return;
        while (arrived_ < trace_.requests.size() && next_arrival_ <= static_cast<double>(round_)) {
            come_up();
            next_arrival_ -= std::log1p(-random_.unit()) / options_.arrivals_per_round;
        }
    }

    void announce(std::uint32_t request) {
        progress_[request].announced = round_;
        for (const NodeId node : {ends(request).from, ends(request).to}) {
            members_[node].invited.push_back(request);
            idle_.push_back(node);
        }
    }

    void announce_next(NodeId node) {
        Member& member = members_[node];
        if (member.next < member.own.size()) announce(member.own[member.next]);
    }

    /// The handshake (invitation, consent, start) takes the round in which both ends are free.
    void begin_agreed() {
        for (const std::uint32_t request : agreed_) start(request);
        agreed_.clear();
    }

    /// Free nodes engage with the oldest request that names them; when both have, they agree.
    void agree() {
        std::vector<NodeId> free;
        free.swap(idle_);
        for (const NodeId node : free) {
            Member& member = members_[node];
            if (member.engaged != kNoRequest || member.invited.empty()) continue;
            const auto oldest =
                std::min_element(member.invited.begin(), member.invited.end(),
                                 [this](std::uint32_t a, std::uint32_t b) { return older(a, b); });
            member.engaged = *oldest;
            member.invited.erase(oldest);
            if (members_[other_end(member.engaged, node)].engaged == member.engaged) {
                agreed_.push_back(member.engaged);
            }
        }
    }

    [[nodiscard]] bool older(std::uint32_t a, std::uint32_t b) const {
        return std::tuple(progress_[a].announced, ends(a).from) <
               std::tuple(progress_[b].announced, ends(b).from);
    }

    void start(std::uint32_t request) {
        progress_[request].active = true;
        progress_[request].started = round_;
        active_.push_back(request);
        const std::uint32_t hops = tree_.distance(ends(request).from, ends(request).to);
        result_.hops += hops;
        result_.request_hops.push_back(hops);
        for (const NodeId node : {ends(request).from, ends(request).to}) {
            ++members_[node].super_round;
            members_[node].round = 0;
        }
    }

    std::vector<Claim> collect_claims() {
        std::vector<Claim> claims;
        for (const std::uint32_t request : active_) {
            const auto [from, to] = ends(request);
            if (tree_[from].parent == to || tree_[to].parent == from) {
                Claim claim{from, request};
                claim.communication = true;
                claim.add(from);
                claim.add(to);
                claims.push_back(claim);
                continue;
            }
            for (const NodeId node : {from, to}) {
                const Key goal = tree_[node == from ? to : from].key;
                if (!tree_[node].covers(goal)) claims.push_back(rotation(node, request, goal));
            }
        }
        return claims;
    }

    /// @paper splaynet ch.3 §1: zig locks three nodes, zig-zig and zig-zag four
    [[nodiscard]] Claim rotation(NodeId x, std::uint32_t request, Key goal) const {
        Claim claim{x, request};
        const NodeId p = tree_[x].parent;
        const NodeId g = tree_[p].parent;
        claim.add(x);
        claim.add(p);
        claim.add(g);
        if (!single_step(p, g, goal)) claim.add(tree_[g].parent);
        return claim;
    }

    [[nodiscard]] bool single_step(NodeId p, NodeId g, Key goal) const {
        return tree_[p].covers(goal) || g == kNone || tree_[g].key == goal;
    }

    /// The order in which a node grants: the claim's age, or the paper's four counters.
    [[nodiscard]] Priority priority(const Claim& claim, std::size_t level) const {
        const Member& member = members_[claim.source];
        if (options_.priority == ClusterPriority::counters) {
            return {member.super_round, member.round, level, claim.source};
        }
        return {progress_[claim.request].announced, ends(claim.request).from, claim.source, 0};
    }

    void grant(const std::vector<Claim>& claims) {
        for (std::size_t i = 0; i < claims.size(); ++i) {
            for (std::size_t level = 0; level < claims[i].size; ++level) {
                offer(claims[i].nodes[level], priority(claims[i], level), i);
            }
        }
        std::vector<std::size_t> won;
        for (std::size_t i = 0; i < claims.size(); ++i) {
            if (has_won(claims[i], i)) won.push_back(i);
        }
        for (const NodeId node : offered_) best_[node] = {};
        offered_.clear();
        result_.clusters += won.size();
        for (const std::size_t i : won) execute(claims[i]);
    }

    void offer(NodeId node, const Priority& priority, std::size_t claim) {
        Offer& best = best_[node];
        if (!best.any) offered_.push_back(node);
        if (best.any && best.priority <= priority) return;
        best = {true, priority, claim};
    }

    [[nodiscard]] bool has_won(const Claim& claim, std::size_t index) const {
        for (std::size_t level = 0; level < claim.size; ++level) {
            const NodeId node = claim.nodes[level];
            if (best_[node].claim != index || refuses(node, claim, level)) return false;
        }
        return true;
    }

    /// A node that splays itself refuses later requests, except that of its own other end.
    [[nodiscard]] bool refuses(NodeId node, const Claim& claim, std::size_t level) const {
        const std::uint32_t own = members_[node].engaged;
        if (claim.communication || own == kNoRequest || own == claim.request) return false;
        if (!progress_[own].active) return false;
        const Claim mine{node, own};
        return priority(mine, 0) < priority(claim, level);
    }

    void execute(const Claim& claim) {
        if (claim.communication) {
            complete(claim.request);
            return;
        }
        const NodeId x = claim.source;
        const NodeId p = tree_[x].parent;
        const NodeId g = tree_[p].parent;
        const Key goal = tree_[other_end(claim.request, x)].key;
        if (single_step(p, g, goal)) {
            lift(x);
        } else {
            const bool zig_zig = (tree_[g].left == p) == (tree_[p].left == x);
            lift(zig_zig ? p : x);
            lift(x);
        }
        ++members_[x].round;
    }

    void lift(NodeId x) {
        const NodeId p = tree_[x].parent;
        const NodeId inner = tree_[p].left == x ? tree_[x].right : tree_[x].left;
        result_.count.new_links += inner == kNone ? 1 : 2;
        ++result_.count.rotations;
        tree_.lift(x);
    }

    void complete(std::uint32_t request) {
        ++result_.requests;
        result_.latency_rounds.push_back(
            static_cast<std::uint32_t>(round_ - progress_[request].started));
        progress_[request].active = false;
        active_.erase(std::find(active_.begin(), active_.end(), request));
        for (const NodeId node : {ends(request).from, ends(request).to}) {
            members_[node].engaged = kNoRequest;
            idle_.push_back(node);
        }
        Member& source = members_[ends(request).from];
        ++source.next;
        announce_next(ends(request).from);
        if (options_.sequential) come_up();
    }

    struct Offer {
        bool any = false;
        Priority priority{};
        std::size_t claim = 0;
    };

    Tree tree_;
    const Trace& trace_;
    const DiSplayNetOptions& options_;
    std::vector<Member> members_;
    std::vector<Progress> progress_;
    std::vector<Offer> best_;
    std::vector<NodeId> offered_;
    std::vector<NodeId> idle_;
    std::vector<std::uint32_t> agreed_;
    std::vector<std::uint32_t> active_;
    std::uint32_t arrived_ = 0;
    double next_arrival_ = 0;
    Random random_;
    std::uint64_t round_ = 0;
    RoundResult result_;
};

}  // namespace

double RoundResult::clusters_mean() const {
    return makespan_rounds == 0
               ? 0
               : static_cast<double>(clusters) / static_cast<double>(makespan_rounds);
}

double RoundResult::requests_per_round() const {
    return makespan_rounds == 0
               ? 0
               : static_cast<double>(requests) / static_cast<double>(makespan_rounds);
}

RoundResult run_displaynet(Tree start, const Trace& trace, const DiSplayNetOptions& options) {
    return Rounds(std::move(start), trace, options).run();
}

}  // namespace tributary::netlayer::overlay
