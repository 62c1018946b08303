#include "app/service/learner.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "classifier/object/codec.hpp"
#include "classifier/predict/predictor.hpp"

namespace tributary::app {
namespace {

using datasets::LabelledRecords;

constexpr std::uint8_t kHere = 40;
constexpr std::uint8_t kThere = 200;

/// Records around one value in every feature.
void add(LabelledRecords& records, std::uint8_t value, const std::string& label, Random& random) {
    for (int i = 0; i < 60; ++i) {
        std::vector<std::uint8_t> row(records.schema->width(), value);
        for (std::uint8_t& each : row) {
            each = static_cast<std::uint8_t>(each + random.below(9));
        }
        records.features.append(row);
        records.labels.push_back(label);
    }
}

const datasets::Schema& schema() {
    return **datasets::find_schema("flow/1");
}

Learner make_learner(const std::string& name) {
    return {schema(), *classifier::make_engine("smo"), name, 1};
}

/// Learns a plan from the objects and puts the results in their place.
void apply(Learner& learner, const LearningPlan& plan, ObjectBytes& objects) {
    for (const std::string& id : plan.objects()) objects[id];
    const auto learnt = learner.learn(plan, objects);
    ASSERT_TRUE(learnt) << learnt.error().message;
    for (const auto& [id, bytes] : *learnt) objects[id] = bytes;
    ASSERT_TRUE(learner.remember(plan, *learnt));
}

TEST(Rehearsal, IsRefusedWhereNothingIsRemembered) {
    Learner learner = make_learner("site-a");

    const auto plan = learner.plan_rehearsal(1);

    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().code, Errc::invalid_argument);
}

TEST(Rehearsal, TeachesAgainWhatAnotherSiteDisplacedAndCountsNoRecord) {
    Random random(7);
    Learner one = make_learner("site-one");
    Learner other = make_learner("site-other");
    ObjectBytes objects;
    LabelledRecords mine = LabelledRecords::empty(schema(), {"scan"});
    add(mine, kHere, "scan", random);
    add(mine, kThere, datasets::kNormalClass, random);
    LabelledRecords contrary = LabelledRecords::empty(schema(), {"scan"});
    for (int i = 0; i < 4; ++i) add(contrary, kHere, datasets::kNormalClass, random);
    add(contrary, kThere, datasets::kNormalClass, random);
    apply(one, *one.plan(mine, 1), objects);
    apply(other, *other.plan(contrary, 1), objects);
    const Bytes& bytes = objects.at("flow/1:scan");
    const auto displaced = *classifier::decode_object(bytes);

    apply(one, *one.plan_rehearsal(2), objects);

    const auto rehearsed = *classifier::decode_object(bytes);
    const auto mean_score = [&](const classifier::Model& model) {
        const classifier::Predictor predictor(model);
        double sum = 0;
        for (std::size_t i = 0; i < 60; ++i) sum += predictor.score(mine.features.row(i));
        return sum / 60;
    };
    EXPECT_GT(mean_score(rehearsed.model), mean_score(displaced.model) + 0.1);
    EXPECT_EQ(rehearsed.model.seen_positive, displaced.model.seen_positive);
    EXPECT_EQ(rehearsed.model.seen_negative, displaced.model.seen_negative);
    EXPECT_EQ(rehearsed.lineage.back().contributor, "site-one");
    EXPECT_EQ(rehearsed.lineage.back().records, 0U);
}

TEST(Rehearsal, IsContainedOnlyOnce) {
    Random random(3);
    Learner one = make_learner("site-one");
    ObjectBytes objects;
    LabelledRecords mine = LabelledRecords::empty(schema(), {"scan"});
    add(mine, kHere, "scan", random);
    add(mine, kThere, datasets::kNormalClass, random);
    apply(one, *one.plan(mine, 1), objects);
    const LearningPlan plan = *one.plan_rehearsal(2);
    apply(one, plan, objects);

    const auto again = one.learn(plan, objects);

    ASSERT_TRUE(again);
    EXPECT_TRUE(again->empty());
}

}  // namespace
}  // namespace tributary::app
