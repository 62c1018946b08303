#include "netlayer/overlay/rounds.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tributary::netlayer::overlay {

namespace {

// LOCK, LOCK_OK; then p is frozen: LOCKX, LOCKB, LOCKB_OK, LOCKX_OK; then COMMIT and SWITCH.
constexpr std::uint64_t kRoundsToFreeze = 2;
constexpr std::uint64_t kRoundsToCommit = 6;
/// A process that was refused asks again for so many rounds, then gives up.
constexpr std::uint32_t kTries = 32;

struct Travel {
    std::uint32_t request;
    NodeId at;
    std::uint64_t issued;
};

/// A rotation under way.
struct Rotation {
    NodeId x;
    NodeId then;  ///< to be lifted next, for a double step; or kNone
    std::uint64_t begun;
    std::array<NodeId, 4> nodes;  ///< g, p, x, b; kNone where there is none
};

struct Waiting {
    NodeId node;
    std::uint32_t tries;
};

class Background {
 public:
    Background(Fleet fleet, const Trace& trace, const RoundsOptions& options)
        : fleet_(std::move(fleet)),
          trace_(trace),
          options_(options),
          queues_(trace.nodes),
          busy_(trace.nodes, false),
          frozen_(trace.nodes, false),
          splay_(trace.nodes, false) {
        for (std::uint32_t i = 0; i < trace.requests.size(); ++i) {
            queues_[trace.requests[i].from].push_back(i);
        }
        for (auto& queue : queues_) std::reverse(queue.begin(), queue.end());
    }

    RoundResult run() {
        for (NodeId node = 0; node < trace_.nodes; ++node) issue_next(node);
        while (!travels_.empty()) {
            ++round_;
            rotate();
            ask_again();
            move();
        }
        result_.makespan_rounds = round_;
        result_.count = fleet_.count();
        result_.tree = fleet_.tree();
        return std::move(result_);
    }

 private:
    [[nodiscard]] std::uint32_t era() const {
        return static_cast<std::uint32_t>(result_.requests / (kEraRequestsPerNode * trace_.nodes));
    }
    [[nodiscard]] Message message(std::uint32_t request) const {
        const auto [from, to] = trace_.requests[request];
        return {fleet_.tree()[from].key, fleet_.tree()[to].key, era(), splay_[from]};
    }
    [[nodiscard]] Message message_to_server(NodeId owner) const {
        return {fleet_.tree()[owner].key, kServerKey, era(), false};
    }

    void issue_next(NodeId node) {
        if (queues_[node].empty()) return;
        const std::uint32_t request = queues_[node].back();
        queues_[node].pop_back();
        splay_[node] = fleet_.invite(node, message(request), options_.price);
        const auto [from, to] = trace_.requests[request];
        const std::uint32_t hops = fleet_.tree().distance(from, to);
        result_.hops += hops;
        result_.request_hops.push_back(hops);
        travels_.push_back({request, from, round_});
        visit(from, request);
    }

    void visit(NodeId node, std::uint32_t request) {
        fleet_.pass(node, message(request));
        ask(node, 0);
    }

    /// Every message goes one hop, except at frozen nodes.
    void move() {
        std::vector<NodeId> freed;
        std::size_t kept = 0;
        for (Travel& travel : travels_) {
            if (!frozen_[travel.at]) hop(travel);
            if (travel.at == trace_.requests[travel.request].to) {
                arrive(travel);
                freed.push_back(trace_.requests[travel.request].from);
            } else {
                travels_[kept++] = travel;
            }
        }
        travels_.resize(kept);
        for (const NodeId node : freed) issue_next(node);
    }

    void hop(Travel& travel) {
        const Tree& tree = fleet_.tree();
        const Key goal = tree[trace_.requests[travel.request].to].key;
        const NodeId next = tree.next_hop(travel.at, goal);
        fleet_.cross(tree[travel.at].parent == next ? travel.at : next);
        travel.at = next;
        visit(next, travel.request);
    }

    /// Trips to the server delay nobody; the policies on the way count them.
    void report_to_server(NodeId owner) {
        Message trip = message_to_server(owner);
        for (NodeId at = owner; at != kNone; at = fleet_.tree()[at].parent) {
            fleet_.pass(at, trip);
            fleet_.cross(at);
        }
    }

    void arrive(const Travel& travel) {
        ++result_.requests;
        if (options_.server_trips) report_to_server(travel.at);
        result_.latency_rounds.push_back(static_cast<std::uint32_t>(round_ - travel.issued));
        if (options_.observer) {
            options_.observer(travel.request, result_.latency_rounds.back(),
                              fleet_.count().rotations);
        }
    }

    void ask(NodeId node, std::uint32_t tries) {
        const Lift wanted = fleet_.propose(node, options_.price);
        if (wanted == Lift::none) return;
        const Fleet::Steps steps = fleet_.steps(node, wanted);
        if (begin(node, wanted, steps)) return;
        if (tries < kTries) waiting_.push_back({node, tries + 1});
    }

    bool begin(NodeId asker, Lift wanted, const Fleet::Steps& steps) {
        const std::array<NodeId, 4> nodes = involved(steps.first);
        for (const NodeId node : nodes) {
            if (node != kNone && busy_[node]) return false;
        }
        if (!fleet_.policy(asker).confirm(view_of(fleet_.tree(), asker), wanted, options_.price)) {
            return true;  // refused for its price, not for want of a lock
        }
        start(steps.first, steps.second);
        return true;
    }

    [[nodiscard]] std::array<NodeId, 4> involved(NodeId x) const {
        const Tree& tree = fleet_.tree();
        const NodeId p = tree[x].parent;
        return {tree[p].parent, p, x, tree[p].left == x ? tree[x].right : tree[x].left};
    }

    void start(NodeId x, NodeId then) {
        Rotation rotation{x, then, round_, involved(x)};
        for (const NodeId node : rotation.nodes) {
            if (node != kNone) busy_[node] = true;
        }
        rotations_.push_back(rotation);
    }

    void ask_again() {
        std::vector<Waiting> waiting;
        waiting.swap(waiting_);
        for (const Waiting& each : waiting) ask(each.node, each.tries);
    }

    void rotate() {
        result_.clusters += rotations_.size();
        std::vector<Rotation> done;
        for (const Rotation& rotation : rotations_) {
            const std::uint64_t age = round_ - rotation.begun;
            if (options_.freeze && age == kRoundsToFreeze) freeze(rotation, true);
            if (age == kRoundsToCommit) done.push_back(rotation);
        }
        std::erase_if(rotations_, [this](const Rotation& rotation) {
            return round_ - rotation.begun >= kRoundsToCommit;
        });
        for (const Rotation& rotation : done) commit(rotation);
    }

    void freeze(const Rotation& rotation, bool on) {
        frozen_[rotation.nodes[1]] = on;
        frozen_[rotation.nodes[2]] = on;
    }

    void commit(const Rotation& rotation) {
        freeze(rotation, false);
        for (const NodeId node : rotation.nodes) {
            if (node != kNone) busy_[node] = false;
        }
        fleet_.lift(rotation.x);
        if (rotation.then != kNone) {
            const std::array<NodeId, 4> next = involved(rotation.then);
            const bool free = std::none_of(next.begin(), next.end(), [this](NodeId node) {
                return node != kNone && busy_[node];
            });
            if (free) start(rotation.then, kNone);  // otherwise the first step stands alone
        }
        for (const NodeId node : rotation.nodes) {
            if (node != kNone) ask(node, 0);
        }
    }

    Fleet fleet_;
    const Trace& trace_;
    const RoundsOptions& options_;
    std::vector<std::vector<std::uint32_t>> queues_;
    std::vector<bool> busy_;
    std::vector<bool> frozen_;
    std::vector<bool> splay_;  ///< of the request under way from each source
    std::vector<Travel> travels_;
    std::vector<Rotation> rotations_;
    std::vector<Waiting> waiting_;
    std::uint64_t round_ = 0;
    RoundResult result_;
};

}  // namespace

Result<RoundResult> run_rounds(Tree start, const Trace& trace, const RoundsOptions& options) {
    TRIBUTARY_TRY(Fleet fleet, Fleet::make(std::move(start), options.policy, options.tuning));
    return Background(std::move(fleet), trace, options).run();
}

}  // namespace tributary::netlayer::overlay
