#include "netlayer/overlay/keys.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

namespace tributary::netlayer::overlay {

namespace {

constexpr int kMaxPasses = 8;

std::uint64_t reversed(std::uint64_t value, int bits) {
    std::uint64_t result = 0;
    for (int i = 0; i < bits; ++i) result |= (value >> i & 1) << (bits - 1 - i);
    return result;
}

Status check_fits(const char* what, std::uint32_t number, int bits) {
    if (number >> bits == 0) return {};
    return fail(Errc::limit_exceeded, std::string(what) + " " + std::to_string(number) +
                                          " does not fit into " + std::to_string(bits) +
                                          " bits of a key. Give it a smaller number");
}

Status check_origin(const Origin& origin) {
    TRIBUTARY_CHECK(check_fits("organization", origin.organization, kOrganizationBits));
    TRIBUTARY_CHECK(check_fits("site", origin.site, kSiteBits));
    return check_fits("sensor", origin.sensor, kSensorBits);
}

std::uint64_t packed(std::uint64_t organization, std::uint64_t site, std::uint64_t sensor) {
    return (organization << kSiteBits | site) << kSensorBits | sensor;
}

/// Requests between pairs of nodes, both ways together, as adjacency lists.
using Weighted = std::pair<NodeId, std::int64_t>;
using Demand = std::vector<std::vector<Weighted>>;

Demand demand_of(std::uint32_t nodes, std::span<const Request> requests) {
    std::vector<std::pair<NodeId, NodeId>> pairs;
    for (const Request& request : requests) {
        pairs.emplace_back(std::minmax(request.from, request.to));
    }
    std::sort(pairs.begin(), pairs.end());
    Demand demand(nodes);
    for (std::size_t i = 0; i < pairs.size();) {
        std::size_t end = i;
        while (end < pairs.size() && pairs[end] == pairs[i]) ++end;
        const auto weight = static_cast<std::int64_t>(end - i);
        demand[pairs[i].first].emplace_back(pairs[i].second, weight);
        demand[pairs[i].second].emplace_back(pairs[i].first, weight);
        i = end;
    }
    return demand;
}

/// One halving of part of the nodes.
class Halving {
 public:
    Halving(const Demand& demand, std::vector<std::int8_t>& side, std::span<NodeId> part)
        : demand_(demand), side_(side), part_(part) {}

    /// Reorders the part; its first half goes to the left.
    void run() {
        grow();
        for (int pass = 0; pass < kMaxPasses && exchange(); ++pass) {
        }
        std::stable_partition(part_.begin(), part_.end(),
                              [this](NodeId node) { return side_[node] == kLeft; });
        for (const NodeId node : part_) side_[node] = kOutside;
    }

 private:
    static constexpr std::int8_t kOutside = 0;
    static constexpr std::int8_t kLeft = 1;
    static constexpr std::int8_t kRight = 2;

    /// Fills the left half from a busy node outwards, always along the heaviest connection.
    void grow() {
        for (const NodeId node : part_) side_[node] = kRight;
        std::vector<std::int64_t> pull(part_.size(), 0);
        std::vector<std::size_t> place(demand_.size(), 0);
        for (std::size_t i = 0; i < part_.size(); ++i) place[part_[i]] = i;
        for (std::size_t taken = 0; taken < part_.size() / 2; ++taken) {
            std::size_t best = part_.size();
            for (std::size_t i = 0; i < part_.size(); ++i) {
                if (side_[part_[i]] != kRight) continue;
                if (best == part_.size() || pull[i] > pull[best]) best = i;
            }
            side_[part_[best]] = kLeft;
            for (const auto& [other, weight] : demand_[part_[best]]) {
                if (side_[other] == kRight) pull[place[other]] += weight;
            }
        }
    }

    /// How many fewer requests would cross if the node changed sides.
    [[nodiscard]] std::int64_t gain(NodeId node) const {
        std::int64_t sum = 0;
        for (const auto& [other, weight] : demand_[node]) {
            if (side_[other] == kOutside) continue;
            sum += side_[other] == side_[node] ? -weight : weight;
        }
        return sum;
    }

    [[nodiscard]] std::int64_t between(NodeId a, NodeId b) const {
        for (const auto& [other, weight] : demand_[a]) {
            if (other == b) return weight;
        }
        return 0;
    }

    /// Exchanges the most willing pairs; true when any exchange helped.
    bool exchange() {
        std::vector<std::pair<std::int64_t, NodeId>> left;
        std::vector<std::pair<std::int64_t, NodeId>> right;
        for (const NodeId node : part_) {
            (side_[node] == kLeft ? left : right).emplace_back(-gain(node), node);
        }
        std::sort(left.begin(), left.end());
        std::sort(right.begin(), right.end());
        bool helped = false;
        for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
            const NodeId a = left[i].second;
            const NodeId b = right[i].second;
            if (left[i].first + right[i].first >= 0) break;
            if (gain(a) + gain(b) - 2 * between(a, b) <= 0) continue;
            std::swap(side_[a], side_[b]);
            helped = true;
        }
        return helped;
    }

    const Demand& demand_;
    std::vector<std::int8_t>& side_;
    std::span<NodeId> part_;
};

}  // namespace

Result<Key> organization_key(const Origin& origin) {
    TRIBUTARY_CHECK(check_origin(origin));
    return 1 + packed(reversed(origin.organization, kOrganizationBits), origin.site,
                      reversed(origin.sensor, kSensorBits));
}

Result<Key> hashed_key(const Origin& origin) {
    TRIBUTARY_CHECK(check_origin(origin));
    // Rounds of multiplication and shifting that can be undone: distinct origins stay distinct.
    constexpr int kBits = kOrganizationBits + kSiteBits + kSensorBits;
    constexpr std::uint64_t kMask = (std::uint64_t{1} << kBits) - 1;
    std::uint64_t value = packed(origin.organization, origin.site, origin.sensor);
    for (const std::uint64_t factor : {0xbf58476d1ce4e5b9U, 0x94d049bb133111ebU}) {
        value ^= value >> (kBits / 2);
        value = value * factor & kMask;
    }
    return 1 + (value ^ value >> (kBits / 2));
}

std::vector<NodeId> bisection_order(std::uint32_t nodes, std::span<const Request> requests) {
    const Demand demand = demand_of(nodes, requests);
    std::vector<NodeId> order(nodes);
    std::iota(order.begin(), order.end(), NodeId{0});
    std::vector<std::int8_t> side(nodes, 0);
    std::vector<std::span<NodeId>> open{std::span<NodeId>(order)};
    while (!open.empty()) {
        const std::span<NodeId> part = open.back();
        open.pop_back();
        if (part.size() < 3) continue;
        Halving(demand, side, part).run();
        open.push_back(part.first(part.size() / 2));
        open.push_back(part.subspan(part.size() / 2));
    }
    return order;
}

}  // namespace tributary::netlayer::overlay
