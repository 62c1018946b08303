#include "netlayer/overlay/cbnet.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "netlayer/overlay/fleet.hpp"

namespace tributary::netlayer::overlay {

namespace {

struct Carried {
    std::uint32_t request;
    NodeId at;
    std::uint64_t issued;
};

/// The nodes of one step: up to two hops ahead, and the node above the topmost of them.
struct Cluster {
    std::array<NodeId, 4> nodes{kNone, kNone, kNone, kNone};
    NodeId top = kNone;     ///< decides about the rotation
    NodeId target = kNone;  ///< where the message is when nothing rotates
};

class Counting {
 public:
    Counting(Fleet fleet, const Trace& trace)
        : fleet_(std::move(fleet)), trace_(trace), queues_(trace.nodes), taken_(trace.nodes, 0) {
        for (std::uint32_t i = 0; i < trace.requests.size(); ++i) {
            queues_[trace.requests[i].from].push_back(i);
        }
        for (auto& queue : queues_) std::reverse(queue.begin(), queue.end());
    }

    RoundResult run() {
        for (NodeId node = 0; node < trace_.nodes; ++node) issue_next(node);
        while (!carried_.empty()) step();
        result_.makespan_rounds = round_;
        result_.count = fleet_.count();
        result_.tree = fleet_.tree();
        return std::move(result_);
    }

 private:
    void issue_next(NodeId node) {
        if (queues_[node].empty()) return;
        const std::uint32_t request = queues_[node].back();
        queues_[node].pop_back();
        const auto [from, to] = trace_.requests[request];
        result_.hops += fleet_.tree().distance(from, to);
        carried_.push_back({request, from, round_});
        fleet_.pass(from, message(request));
    }

    [[nodiscard]] Message message(std::uint32_t request) const {
        const auto [from, to] = trace_.requests[request];
        const auto era = result_.requests / (kEraRequestsPerNode * trace_.nodes);
        return {fleet_.tree()[from].key, fleet_.tree()[to].key, static_cast<std::uint32_t>(era),
                false};
    }

    /// One round: the oldest messages first, each with its cluster if no older one needs a node.
    void step() {
        ++round_;
        std::vector<Carried> order = carried_;
        std::sort(order.begin(), order.end(), [](const Carried& a, const Carried& b) {
            return std::pair(a.issued, a.request) < std::pair(b.issued, b.request);
        });
        carried_.clear();
        std::vector<NodeId> freed;
        for (Carried& each : order) {
            if (take(cluster(each))) {
                ++result_.clusters;
                move(each);
            }
            const auto [from, to] = trace_.requests[each.request];
            if (each.at != to) {
                carried_.push_back(each);
                continue;
            }
            ++result_.requests;
            result_.latency_rounds.push_back(static_cast<std::uint32_t>(round_ - each.issued));
            freed.push_back(from);
        }
        for (const NodeId node : freed) issue_next(node);
    }

    [[nodiscard]] Cluster cluster(const Carried& each) const {
        const Tree& tree = fleet_.tree();
        const NodeId to = trace_.requests[each.request].to;
        const Key goal = tree[to].key;
        const bool up = !tree[each.at].covers(goal);
        const NodeId next = tree.next_hop(each.at, goal);
        Cluster cluster;
        cluster.target = next;
        NodeId last = next;
        if (next != to && tree[next].covers(goal) != up) last = tree.next_hop(next, goal);
        cluster.target = last;
        cluster.top = up ? last : each.at;
        const NodeId above = tree[cluster.top].parent;
        cluster.nodes = {each.at, next, last == next ? kNone : last, above};
        return cluster;
    }

    /// A node is in one cluster a round; a younger message waits even if the older one could not
    /// go.
    bool take(const Cluster& cluster) {
        bool free = true;
        for (const NodeId node : cluster.nodes) {
            if (node == kNone) continue;
            free = free && taken_[node] < round_;
            taken_[node] = round_;
        }
        return free;
    }

    void move(Carried& each) {
        const Cluster here = cluster(each);
        const Message passing = message(each.request);
        const std::array<NodeId, 2> ahead{here.nodes[1], here.nodes[2]};
        NodeId at = each.at;
        for (const NodeId next : ahead) {
            if (next == kNone) continue;
            fleet_.cross(fleet_.tree()[at].parent == next ? at : next);
            fleet_.pass(next, passing);
            at = next;
        }
        each.at = here.target;
        fleet_.adjust(here.top, {});
    }

    Fleet fleet_;
    const Trace& trace_;
    std::vector<std::vector<std::uint32_t>> queues_;
    std::vector<std::uint64_t> taken_;
    std::vector<Carried> carried_;
    std::uint64_t round_ = 0;
    RoundResult result_;
};

}  // namespace

Result<RoundResult> run_cbnet(Tree start, const Trace& trace) {
    TRIBUTARY_TRY(Fleet fleet, Fleet::make(std::move(start), "counting", {}));
    return Counting(std::move(fleet), trace).run();
}

}  // namespace tributary::netlayer::overlay
