#include "netlayer/splay/planning.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "netlayer/overlay/fleet.hpp"
#include "netlayer/overlay/shapes.hpp"
#include "netlayer/tree/census.hpp"
#include "netlayer/tree/search_tree.hpp"

namespace tributary::netlayer {
namespace {

constexpr std::uint64_t kBeatsBetweenLooks = 4;
constexpr std::uint64_t kBeatsBetweenSendings = 20;

/// What the members hand over, by their keys: as sources and as destinations.
std::map<Key, std::uint64_t> demand_of(const OverlayView& view) {
    std::map<Key, std::uint64_t> demand;
    for (const MemberView& member : view.members) {
        if (member.report.id == kServer || member.report.key == kNoKey) continue;
        demand[member.report.key] += hand_overs(member.report.hops);
    }
    for (const MemberView& member : view.members) {
        for (const Partner& partner : member.report.partners) {
            const auto source = demand.find(partner.key);
            if (source != demand.end()) source->second += partner.hand_overs;
        }
    }
    return demand;
}

}  // namespace

void Planning::tick() {
    const RotationPolicy policy = state_.options.policy;
    const bool counts = policy == RotationPolicy::counting || policy == RotationPolicy::rebuild;
    if (!state_.is_server() || !state_.options.search_tree || !counts) return;
    Adjustment& mine = state_.adjustment;
    ++mine.beats;
    if (mine.beats % kBeatsBetweenLooks == 0) {
        const OverlayView view = Census(state_).view();
        count_era(hand_overs(view.hops), view.members.size());
        if (policy == RotationPolicy::rebuild) plan();
    }
    const bool again = mine.plan.number != 0 && mine.beats % kBeatsBetweenSendings == 0;
    if (again && policy == RotationPolicy::rebuild) send_on(mine.plan);
}

void Planning::count_era(std::uint64_t hand_overs, std::uint64_t processes) {
    const std::uint64_t era = hand_overs / (overlay::kEraRequestsPerNode * processes);
    state_.adjustment.era =
        std::max(state_.adjustment.era,
                 static_cast<std::uint32_t>(std::min<std::uint64_t>(era, std::uint64_t{1} << 30U)));
}

void Planning::plan() {
    Adjustment& mine = state_.adjustment;
    const OverlayView view = Census(state_).view();
    const std::uint64_t seen = hand_overs(view.hops);
    const std::map<Key, std::uint64_t> demand = demand_of(view);
    if (demand.empty() || seen < mine.planned_at + state_.options.rebuild_every * demand.size()) {
        return;
    }
    mine.planned_at = seen;
    if (demand.size() > kMostPlanned) {
        ++state_.counters.bound_plan;
        return;
    }
    std::vector<std::uint64_t> weights;
    for (const auto& [key, weight] : demand) weights.push_back(weight);
    const overlay::Tree target = overlay::weight_balanced_tree(weights);
    // Two lives of the server do not give one number to two plans, or hardly ever.
    const auto number = static_cast<std::uint32_t>((state_.self.incarnation << 12U) + ++mine.plans);
    mine.plan = {std::max(number, 1U), {}};
    overlay::NodeId node = 0;
    for (const auto& [key, weight] : demand) {
        mine.plan.ranks.push_back({key, static_cast<std::uint32_t>(target.depth(node))});
        ++node;
    }
    send_on(mine.plan);
}

bool Planning::on_plan(const Plan& message) {
    if (!state_.options.search_tree || message.ranks.size() > kMostPlanned) return false;
    if (state_.options.policy != RotationPolicy::rebuild) return true;
    for (const PlannedRank& each : message.ranks) {
        if (each.key != state_.self.key || !state_.adjustment.policy) continue;
        state_.adjustment.policy->on_plan(message.number, each.rank);
        state_.adjustment.look = true;
    }
    send_on(message);
    return true;
}

void Planning::send_on(const Plan& plan) {
    for (const auto& [id, child] : state_.children) {
        if (child.fenced) continue;
        const Interval slot = SearchTree(state_).slot(child.card.key);
        Plan part{plan.number, {}};
        std::copy_if(plan.ranks.begin(), plan.ranks.end(), std::back_inserter(part.ranks),
                     [&](const PlannedRank& each) { return slot.covers(each.key); });
        if (!part.ranks.empty()) state_.send(id, std::move(part));
    }
}

}  // namespace tributary::netlayer
