// What the quickstart promises, on the sample captures: every class is found at every site after
// everybody contributed, with few false alarms, nearly as well as one central model would; and
// what only one organization labels is not found without it.

#include "app/experiment/detection.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/paths.hpp"

namespace tributary::app {
namespace {

using Stages = std::vector<const StageResult*>;

Stages stages(const DetectionResult& result, const std::string& name) {
    Stages found;
    for (const StageResult& stage : result.stages) {
        if (stage.stage == name) found.push_back(&stage);
    }
    return found;
}

void expect_nothing_is_found_before_any_contribution(const DetectionResult& result) {
    for (const StageResult* site : stages(result, "before")) {
        EXPECT_EQ(site->mean_macro_recall(), 0) << site->organization;
        EXPECT_EQ(site->mean_union_fpr(), 0) << site->organization;
    }
}

void expect_every_class_is_found(const Stages& everybody) {
    for (const StageResult* site : everybody) {
        EXPECT_EQ(site->runs.size(), 3U);
        EXPECT_EQ(site->runs.front().classes.size(), 9U);
        EXPECT_GE(site->mean_macro_recall(), 0.90) << site->organization;
        for (const ClassEvaluation& row : site->runs.front().classes) {
            EXPECT_GE(site->mean_recall(row.class_name), 0.75)
                << row.class_name << " at " << site->organization;
        }
    }
}

void expect_few_false_alarms(const Stages& everybody) {
    for (const StageResult* site : everybody) {
        EXPECT_GE(site->runs.front().normals, 3000U) << site->organization;
        EXPECT_LE(site->mean_union_fpr(), 0.01) << site->organization;
    }
}

void expect_near_to_central(const Stages& everybody, const Stages& central) {
    ASSERT_EQ(everybody.size(), central.size());
    for (std::size_t i = 0; i < central.size(); ++i) {
        ASSERT_EQ(everybody[i]->organization, central[i]->organization);
        EXPECT_GE(everybody[i]->mean_macro_recall(), central[i]->mean_macro_recall() - 0.05)
            << central[i]->organization;
    }
}

void expect_unknown_without_its_only_labeller(const DetectionResult& result) {
    ASSERT_FALSE(result.sole.empty());
    for (const auto& [class_name, absent] : result.sole) {
        for (const StageResult* site : stages(result, "without " + absent)) {
            EXPECT_LT(site->mean_recall(class_name), 0.3)
                << class_name << " at " << site->organization << " without " << absent;
        }
    }
}

TEST(DetectionExperiment, KeepsWhatTheQuickstartPromises) {
    DetectionOptions options;
    auto organizations =
        find_organizations(tributary::testing::source_root() / "datasets" / "samples");
    ASSERT_TRUE(organizations.has_value()) << organizations.error().message;
    options.organizations = *organizations;

    const auto result = run_detection_experiment(options);

    ASSERT_TRUE(result.has_value()) << result.error().message;
    const Stages everybody = stages(*result, "everybody");
    ASSERT_EQ(everybody.size(), 3U);
    expect_nothing_is_found_before_any_contribution(*result);
    expect_every_class_is_found(everybody);
    expect_few_false_alarms(everybody);
    expect_near_to_central(everybody, stages(*result, "central"));
    expect_unknown_without_its_only_labeller(*result);
}

}  // namespace
}  // namespace tributary::app
