// The answer to `overlay`. Issue: the overlay, live view data.
#include "app/service/overlay_view.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace tributary::app {
namespace {

TEST(OverlayView, QuantilesAreEdgesThatEnoughHandOversPassedAtMost) {
    const std::vector<std::uint64_t> hops{50, 0, 49, 1};

    EXPECT_EQ(hops_quantile(hops, 0.50), 1u);
    EXPECT_EQ(hops_quantile(hops, 0.51), 3u);
    EXPECT_EQ(hops_quantile(hops, 0.99), 3u);
    EXPECT_EQ(hops_quantile(hops, 1.0), 4u);
    EXPECT_EQ(hops_quantile({}, 0.5), 0u);
}

netlayer::MemberView member(netlayer::ProcessId id, netlayer::ProcessId parent, std::string name) {
    netlayer::MemberView view;
    view.report.id = id;
    view.report.parent = parent;
    view.report.name = std::move(name);
    return view;
}

TEST(OverlayView, TellsDepthsAndPlacesByName) {
    netlayer::OverlayView view;
    view.search_tree = true;
    view.policy = netlayer::RotationPolicy::regret;
    view.members = {member(0, 0, "coordinator"), member(7, 0, "clinic"), member(9, 7, "plant")};
    view.objects = {{"svm", 3, 9, 7}, {"moving", 1, std::nullopt, 7}};
    view.hops = {0, 4};
    view.alpha = 640;

    const auto json = nlohmann::json::parse(overlay_json(view));

    EXPECT_EQ(json["members"][2]["depth"], 2);
    EXPECT_EQ(json["objects"][0]["at_name"], "plant");
    EXPECT_TRUE(json["objects"][1]["at"].is_null());
    EXPECT_EQ(json["hops"]["p50"], 2);
    EXPECT_EQ(json["hand_overs"], 4);
    EXPECT_EQ(json["alpha"], 2.5);
    EXPECT_EQ(json["policy"], "regret");
}

// While a rotation is under way reports may name each other as parents.
TEST(OverlayView, ReportsThatFormACircleHaveNoDepth) {
    netlayer::OverlayView view;
    view.members = {member(0, 0, "coordinator"), member(7, 9, "clinic"), member(9, 7, "plant"),
                    member(11, 13, "lost")};

    const auto json = nlohmann::json::parse(overlay_json(view));

    EXPECT_TRUE(json["members"][1]["depth"].is_null());
    EXPECT_TRUE(json["members"][3]["depth"].is_null());
    EXPECT_TRUE(json["policy"].is_null());
}

TEST(OverlayView, AStrangersNameThatIsNoTextDoesNotEndTheAnswer) {
    netlayer::OverlayView view;
    view.members = {member(0, 0, "\xff\xfe")};

    EXPECT_FALSE(overlay_json(view).empty());
}

}  // namespace
}  // namespace tributary::app
