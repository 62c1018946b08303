#include "classifier/privacy/leak_report.hpp"

#include <gtest/gtest.h>

namespace tributary::classifier {
namespace {

datasets::Schema two_features() {
    datasets::Feature duration;
    duration.name = "duration";
    duration.unit = "ms";
    datasets::Feature one_way;
    one_way.name = "one_way";
    return {"tiny/1", {duration, one_way}};
}

ClassifierObject object_of(const datasets::Schema& schema) {
    ClassifierObject object;
    object.id = "tiny/1:scan";
    object.schema = schema.name();
    object.schema_hash = schema.hash();
    object.model = Model::empty(2, HyperParameters{});
    for (const std::vector<std::uint8_t>& row :
         {std::vector<std::uint8_t>{0, 255}, {51, 0}, {102, 0}}) {
        object.model.vectors.append(row);
        object.model.weights.push_back(1);
    }
    object.model.coefficients = {1, -0.5F, -0.5F};
    return object;
}

TEST(LeakReport, CountsRecordsAndUniqueOnes) {
    const datasets::Schema schema = two_features();
    FeatureMatrix own(2);
    for (const std::vector<std::uint8_t>& row :
         {std::vector<std::uint8_t>{51, 0}, {51, 0}, {102, 0}, {9, 9}}) {
        own.append(row);
    }

    const auto report = leak_report(object_of(schema), schema, own);

    ASSERT_TRUE(report);
    EXPECT_EQ(report->vectors, 3U);
    EXPECT_EQ(report->records, 2U);
    EXPECT_EQ(report->unique, 1U);
    ASSERT_EQ(report->shown.size(), 3U);
    EXPECT_EQ(report->shown[0].matching_records, 1U);
    ASSERT_EQ(report->shown[0].features.size(), 1U);
    EXPECT_EQ(report->shown[0].features[0].name, "duration");
    EXPECT_DOUBLE_EQ(report->shown[0].features[0].value, 0.4);
    EXPECT_EQ(report->shown[2].features[0].name, "one_way");
}

TEST(LeakReport, PendingRecordsAreShownToo) {
    const datasets::Schema schema = two_features();
    ClassifierObject object = object_of(schema);
    object.model = Model::empty(2, HyperParameters{});
    object.model.pending.sign = -1;
    object.model.pending.features.append(std::vector<std::uint8_t>{1, 2});

    const auto report = leak_report(object, schema, object.model.pending.features, 0);

    ASSERT_TRUE(report);
    EXPECT_EQ(report->vectors, 1U);
    EXPECT_EQ(report->unique, 1U);
    EXPECT_TRUE(report->shown.empty());
}

TEST(LeakReport, AnotherSchemaIsRefusedByName) {
    const datasets::Schema schema = two_features();
    const datasets::Schema other("other/1", schema.features());

    const auto report = leak_report(object_of(schema), other, FeatureMatrix(2));

    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, Errc::mismatch);
    EXPECT_NE(report.error().message.find("other/1"), std::string::npos);
}

}  // namespace
}  // namespace tributary::classifier
