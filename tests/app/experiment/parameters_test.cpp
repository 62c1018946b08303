#include "app/experiment/parameters.hpp"

#include <gtest/gtest.h>

#include "tests/support/paths.hpp"

namespace tributary::app {
namespace {

ParameterOptions quick_options() {
    ParameterOptions options;
    auto organizations =
        find_organizations(tributary::testing::source_root() / "datasets" / "samples");
    if (organizations) options.organizations = *organizations;
    options.costs = {100};
    options.gammas = {0.1, 200};
    options.assignments = 1;
    return options;
}

TEST(CrossValidation, PrefersASensibleWidthToOneThatLearnsByHeart) {
    const auto rows = cross_validate(quick_options());

    ASSERT_TRUE(rows.has_value()) << rows.error().message;
    ASSERT_EQ(rows->size(), 2U);
    EXPECT_EQ((*rows)[0].recall_by_class.size(), 9U);
    EXPECT_GT((*rows)[0].recall, (*rows)[1].recall + 0.1);
    EXPECT_LT((*rows)[0].fpr, 0.02);
}

// Only campus labels slow scans. The other sites have normal traffic that resembles them to a wide
// kernel, and therefore higher thresholds.
TEST(CrossValidation, JudgesWhatOneOrganizationLabelsAtAllOfThem) {
    ParameterOptions options = quick_options();
    options.costs = {1};
    options.gammas = {0.02};

    const auto everybody = cross_validate(options);
    std::erase_if(options.organizations,
                  [](const Organization& one) { return one.name != "campus"; });
    const auto alone = cross_validate(options);

    ASSERT_TRUE(everybody.has_value()) << everybody.error().message;
    ASSERT_TRUE(alone.has_value()) << alone.error().message;
    EXPECT_LT((*everybody)[0].recall_by_class.at("slow-scan"),
              (*alone)[0].recall_by_class.at("slow-scan") - 0.1);
}

TEST(BestParameters, AreTheHighestRecallWithinTheLimitOfAlerts) {
    const std::vector<ParameterRow> rows{
        {1, 0.1, 0.9, 0.02, {}}, {2, 0.1, 0.7, 0.007, {}}, {3, 0.1, 0.8, kAlertLimit, {}}};

    EXPECT_EQ(best_parameters(rows).cost, 3);
}

TEST(BestParameters, AreTheFewestAlertsWhenNothingIsWithinTheLimit) {
    const std::vector<ParameterRow> rows{{1, 0.1, 0.9, 0.03, {}}, {2, 0.1, 0.7, 0.02, {}}};

    EXPECT_EQ(best_parameters(rows).cost, 2);
}

TEST(CrossValidation, RefusesOneFold) {
    ParameterOptions options = quick_options();
    options.folds = 1;

    const auto rows = cross_validate(options);

    ASSERT_FALSE(rows.has_value());
    EXPECT_EQ(rows.error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace tributary::app
