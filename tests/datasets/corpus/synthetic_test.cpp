#include "datasets/corpus/synthetic.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "datasets/corpus/kdd.hpp"
#include "datasets/feature/kdd_schema.hpp"

namespace tributary::datasets {
namespace {

TEST(SyntheticKdd, OneSeedGivesOneSequence) {
    const auto once = synthetic_kdd(500, 7);
    const auto again = synthetic_kdd(800, 7);
    const auto other = synthetic_kdd(500, 8);

    ASSERT_TRUE(once && again && other);
    for (std::size_t i = 0; i < 500; ++i) {
        EXPECT_TRUE(std::ranges::equal(once->features.row(i), again->features.row(i)));
    }
    EXPECT_NE(once->features, other->features);
}

TEST(SyntheticKdd, TypesOccurAboutAsOftenAsInTheTrainingFile) {
    const auto records = synthetic_kdd(20000, 1);

    ASSERT_TRUE(records);
    std::map<ClassName, int> counts;
    for (const ClassName& label : records->labels) ++counts[label];
    // README of the data: normal 67,343, neptune 41,214, satan 3,633 of 125,973.
    EXPECT_NEAR(counts["normal"] / 20000.0, 0.535, 0.015);
    EXPECT_NEAR(counts["neptune"] / 20000.0, 0.327, 0.015);
    EXPECT_NEAR(counts["satan"] / 20000.0, 0.029, 0.006);
    for (const auto& [type, count] : counts) EXPECT_TRUE(kdd_category(type)) << type;
}

TEST(SyntheticKdd, EveryRecordHasOneProtocolOneServiceAndOneFlag) {
    const auto records = synthetic_kdd(2000, 3);

    ASSERT_TRUE(records);
    for (std::size_t i = 0; i < records->features.rows(); ++i) {
        const FeatureRow row = records->features.row(i);
        const auto marks = [&](std::size_t first, std::size_t count) {
            return std::ranges::count(row.subspan(first, count), 255);
        };
        EXPECT_EQ(marks(kKddNumbers, kKddProtocols), 1) << i;
        EXPECT_EQ(marks(kKddNumbers + kKddProtocols, kKddServices), 1) << i;
        EXPECT_EQ(marks(kKddNumbers + kKddProtocols + kKddServices, kKddFlags), 1) << i;
    }
}

TEST(SyntheticKdd, MoreThanTheLimitIsRefused) {
    const auto records = synthetic_kdd(kSyntheticLimit + 1, 1);

    ASSERT_FALSE(records);
    EXPECT_EQ(records.error().code, Errc::limit_exceeded);
}

}  // namespace
}  // namespace tributary::datasets
