#include "classifier/privacy/leak_report.hpp"

#include <gtest/gtest.h>

#include "classifier/svm/engine.hpp"

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

TEST(LeakReport, VectorsInQuarantineTravelAndAreShown) {
    const datasets::Schema schema = two_features();
    ClassifierObject object = object_of(schema);
    Parked parked;
    parked.contributor = "birch";
    parked.rows = FeatureMatrix(2);
    parked.rows.append(std::vector<std::uint8_t>{9, 9});
    parked.signs = {1};
    parked.weights = {1};
    object.parked = {parked};

    const auto report = leak_report(object, schema, parked.rows);

    ASSERT_TRUE(report);
    EXPECT_EQ(report->vectors, 4U);
    EXPECT_EQ(report->quarantined, 1U);
    EXPECT_EQ(report->unique, 1U);
    ASSERT_FALSE(report->shown.empty());
    EXPECT_EQ(report->shown[0].as, ShownAs::quarantined);
    EXPECT_EQ(report->shown[0].features.size(), 2U);
}

TEST(LeakReport, EveryKindSaysHowManyOfItsNumbersAreRecords) {
    const datasets::Schema schema = two_features();
    TrainingBatch batch{FeatureMatrix(2), {}, {}};
    for (std::uint8_t cell = 0; cell < 200; ++cell) {
        batch.append(std::vector<std::uint8_t>{cell, 255}, cell < 100 ? std::int8_t{1} : -1);
    }
    for (const ModelKind kind : {ModelKind::svm_rbf, ModelKind::rff_linear, ModelKind::one_class}) {
        ClassifierObject object = object_of(schema);
        HyperParameters parameters;
        if (kind == ModelKind::rff_linear) parameters.fourier = 64;
        parameters.nu = 0.1;
        const auto engine = *make_engine(kind, kDefaultEngine);
        object.model = *engine->learn(Model::empty(2, parameters, kind), batch);

        const auto report = leak_report(object, schema, batch.features, 1000);

        ASSERT_TRUE(report) << to_string(kind);
        const bool weights_only = kind == ModelKind::rff_linear;
        EXPECT_EQ(report->weights, weights_only ? 64U : 0U) << to_string(kind);
        EXPECT_EQ(report->vectors == 0, weights_only) << to_string(kind);
        EXPECT_EQ(report->unique, report->vectors) << to_string(kind);
        EXPECT_EQ(report->shown.size(), report->vectors) << to_string(kind);
    }
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
