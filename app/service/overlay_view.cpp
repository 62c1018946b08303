#include "app/service/overlay_view.hpp"

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;
using netlayer::MemberView;
using netlayer::OverlayView;
using netlayer::ProcessId;

constexpr double kAlphaOne = 256;  ///< alpha comes in 1/256 hop

using Members = std::map<ProcessId, const MemberView*>;

double mean_hops(const std::vector<std::uint64_t>& hops) {
    double sum = 0;
    for (std::size_t i = 0; i < hops.size(); ++i) {
        sum += static_cast<double>(i + 1) * static_cast<double>(hops[i]);
    }
    const std::uint64_t count = netlayer::hand_overs(hops);
    return count == 0 ? 0 : sum / static_cast<double>(count);
}

/// Edges to the server; nothing while the reports do not fit together.
Json depth_of(const Members& members, const MemberView& member) {
    std::uint64_t depth = 0;
    const MemberView* here = &member;
    while (here->report.id != netlayer::kServer) {
        const auto above = members.find(here->report.parent);
        if (above == members.end() || ++depth > members.size()) return nullptr;
        here = above->second;
    }
    return depth;
}

Json alpha_json(std::uint64_t alpha) {
    return alpha == 0 ? Json() : Json(static_cast<double>(alpha) / kAlphaOne);
}

Json member_json(const Members& members, const MemberView& member) {
    const netlayer::SelfReport& report = member.report;
    const bool server = report.id == netlayer::kServer;
    return {{"id", std::to_string(report.id)},
            {"name", report.name},
            {"key", report.key == netlayer::kNoKey ? Json() : Json(std::to_string(report.key))},
            {"parent", server ? Json() : Json(std::to_string(report.parent))},
            {"depth", depth_of(members, member)},
            {"age_ms", member.age.count() / 1000},
            {"objects", report.objects},
            {"hand_overs", netlayer::hand_overs(report.hops)},
            {"hops_mean", mean_hops(report.hops)},
            {"rotations", report.rotations},
            {"rotations_refused", report.rotations_refused},
            {"alpha", alpha_json(report.alpha)}};
}

Json member_called(const Members& members, ProcessId id) {
    const auto found = members.find(id);
    return found == members.end() ? Json() : Json(found->second->report.name);
}

Json place_json(const Members& members, const netlayer::ObjectPlace& place) {
    return {{"object", place.object},
            {"version", place.version},
            {"at", place.at ? Json(std::to_string(*place.at)) : Json()},
            {"at_name", place.at ? member_called(members, *place.at) : Json()},
            {"towards", std::to_string(place.towards)}};
}

}  // namespace

std::uint64_t hops_quantile(const std::vector<std::uint64_t>& hops, double share) {
    const auto count = static_cast<double>(netlayer::hand_overs(hops));
    const auto wanted = static_cast<std::uint64_t>(std::ceil(count * share));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < hops.size(); ++i) {
        seen += hops[i];
        if (seen > 0 && seen >= wanted) return i + 1;
    }
    return 0;
}

std::string overlay_json(const OverlayView& view) {
    Members members;
    for (const MemberView& member : view.members) members.emplace(member.report.id, &member);
    Json nodes = Json::array();
    for (const MemberView& member : view.members) nodes.push_back(member_json(members, member));
    Json objects = Json::array();
    for (const auto& place : view.objects) objects.push_back(place_json(members, place));
    const Json json{
        {"schema", 1},
        {"tree", view.search_tree ? "search" : "kary"},
        {"policy", view.search_tree ? Json(policy_name(view.policy)) : Json()},
        {"processes", view.members.size()},
        {"members", nodes},
        {"objects", objects},
        {"hand_overs", netlayer::hand_overs(view.hops)},
        {"hops",
         {{"mean", mean_hops(view.hops)},
          {"p50", hops_quantile(view.hops, 0.50)},
          {"p99", hops_quantile(view.hops, 0.99)}}},
        {"rotations", view.rotations},
        {"rotations_refused", view.rotations_refused},
        {"alpha", alpha_json(view.alpha.value_or(0))},
    };
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace tributary::app
