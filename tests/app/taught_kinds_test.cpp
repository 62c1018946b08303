// What a site teaches, remembers between runs, and tells of drift; without a tree.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "app/service/learner.hpp"
#include "app/service/record_files.hpp"
#include "app/service/site_drift.hpp"
#include "classifier/object/codec.hpp"
#include "datasets/corpus/synthetic.hpp"

namespace tributary::app {
namespace {

using classifier::ModelKind;
using datasets::LabelledRecords;

constexpr const char* kAttack = "kdd41/1:attack";
constexpr const char* kNormal = "kdd41/1:normal";

class TaughtKindsTest : public testing::Test {
 protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "tributary-kinds-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    static LabelledRecords records(std::size_t rows, std::uint64_t seed) {
        LabelledRecords made = *datasets::synthetic_kdd(rows, seed);
        EXPECT_TRUE(merge_labels(made, kAttackClass));
        return made;
    }

    static Learner site(const TaughtKinds& kinds = {}) {
        const datasets::Schema& schema = **find_schema_by_short_name("kdd41");
        Learner learner(schema, *classifier::make_engine("smo"), "alder", 7);
        EXPECT_TRUE(learner.teach(kinds));
        return learner;
    }

    /// Learns a batch and remembers it; the objects become the next versions.
    static Status contribute(Learner& learner, const LabelledRecords& batch, std::uint64_t number,
                             ObjectBytes& objects) {
        TRIBUTARY_TRY(const LearningPlan plan, learner.plan(batch, number));
        for (const std::string& id : plan.objects()) objects.try_emplace(id);
        TRIBUTARY_TRY(const ObjectBytes learnt, learner.learn(plan, objects));
        TRIBUTARY_CHECK(learner.remember(plan, learnt));
        for (const auto& [id, bytes] : learnt) objects[id] = bytes;
        return {};
    }

    std::filesystem::path folder_;
};

TEST_F(TaughtKindsTest, ARestartForgetsNothingOfTheSitesMemory) {
    ObjectBytes through;
    ObjectBytes restarted;
    Learner whole = site();
    Learner before = site();
    before.keep_memory_in(folder_);
    for (std::uint64_t number = 1; number <= 3; ++number) {
        ASSERT_TRUE(contribute(whole, records(500, number), number, through));
        ASSERT_TRUE(contribute(before, records(500, number), number, restarted));
    }
    Learner after = site();
    after.keep_memory_in(folder_);
    Learner forgetful = site();
    ObjectBytes forgotten = restarted;

    const auto rehearsal = after.plan_rehearsal(9);
    ASSERT_TRUE(contribute(whole, records(500, 4), 4, through));
    ASSERT_TRUE(contribute(after, records(500, 4), 4, restarted));
    ASSERT_TRUE(contribute(forgetful, records(500, 4), 4, forgotten));

    const auto model = [](const ObjectBytes& objects) {
        return classifier::decode_object(objects.at(kAttack))->model;
    };
    EXPECT_EQ(model(restarted), model(through));
    EXPECT_NE(model(forgotten), model(through));
    ASSERT_TRUE(rehearsal) << rehearsal.error().message;
    EXPECT_EQ(rehearsal->objects(), (std::vector<std::string>{kAttack}));
}

TEST_F(TaughtKindsTest, ADamagedMemoryBeginsAfresh) {
    ObjectBytes objects;
    Learner first = site();
    first.keep_memory_in(folder_);
    ASSERT_TRUE(contribute(first, records(500, 1), 1, objects));
    for (const auto& file : std::filesystem::directory_iterator(folder_)) {
        EXPECT_EQ(file.status().permissions(),
                  std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
        std::filesystem::resize_file(file.path(), 100);
    }
    Learner second = site();
    second.keep_memory_in(folder_);

    EXPECT_TRUE(contribute(second, records(500, 2), 2, objects));
}

TEST_F(TaughtKindsTest, ASiteThatSendsNoRecordSendsWeightsOnly) {
    ObjectBytes objects;
    Learner learner = site({ModelKind::rff_linear, false});

    ASSERT_TRUE(contribute(learner, records(500, 1), 1, objects));

    const auto object = classifier::decode_object(objects.at(kAttack));
    ASSERT_TRUE(object);
    EXPECT_EQ(object->model.kind, ModelKind::rff_linear);
    EXPECT_EQ(object->model.vectors.rows() + object->model.pending.features.rows(), 0U);
    EXPECT_EQ(object->model.linear.size(), 1024U);
}

TEST_F(TaughtKindsTest, ASiteThatSendsNoRecordRefusesAnObjectOfRecords) {
    ObjectBytes objects;
    Learner open = site();
    Learner closed = site({ModelKind::rff_linear, false});
    ASSERT_TRUE(contribute(open, records(500, 1), 1, objects));
    const ObjectBytes before = objects;

    const Status refused = contribute(closed, records(500, 2), 2, objects);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::permission);
    EXPECT_NE(refused.error().message.find("svm-rbf"), std::string::npos);
    EXPECT_EQ(objects, before);
}

TEST_F(TaughtKindsTest, WhatOthersBeganAsWeightsIsTaughtAsWeights) {
    ObjectBytes objects;
    Learner closed = site({ModelKind::rff_linear, false});
    Learner open = site();
    ASSERT_TRUE(contribute(closed, records(500, 1), 1, objects));

    ASSERT_TRUE(contribute(open, records(500, 2), 2, objects));

    const auto object = classifier::decode_object(objects.at(kAttack));
    EXPECT_EQ(object->model.kind, ModelKind::rff_linear);
    EXPECT_EQ(object->version, 2U);
}

TEST_F(TaughtKindsTest, AOneClassObjectIsTaughtBesideAndShowsDrift) {
    ObjectBytes objects;
    Learner learner = site({ModelKind::svm_rbf, true});
    const LabelledRecords held_out = records(1000, 50);
    learner.gate_on([&] { return held_out; });
    for (std::uint64_t number = 1; number <= 3; ++number) {
        ASSERT_TRUE(contribute(learner, records(500, number), number, objects));
    }
    const LabelledRecords strange = records(600, 60);
    classifier::FeatureMatrix attacks(strange.features.width());
    for (std::size_t i = 0; i < strange.labels.size(); ++i) {
        if (strange.labels[i] == kAttackClass) attacks.append(strange.features.row(i));
    }

    const auto home = measure_site_drift(objects, held_out.features);
    const auto away = measure_site_drift(objects, attacks);

    ASSERT_TRUE(home && away);
    ASSERT_TRUE(home->contains(kNormal) && home->contains(kAttack));
    EXPECT_TRUE(home->at(kNormal).drift.strange);
    EXPECT_GT(away->at(kNormal).drift.share, home->at(kNormal).drift.share + 0.2);
    EXPECT_TRUE(home->at(kAttack).drift.is_low());
    const auto sure = home->at(kAttack).probability(2);
    ASSERT_TRUE(sure);
    EXPECT_GT(*sure, 0.9);
    EXPECT_FALSE(home->at(kNormal).probability(2)) << "one-class scores are no probabilities";
}

TEST_F(TaughtKindsTest, OneClassObjectsAndSendingNoRecordExcludeEachOther) {
    Learner learner = site();

    const Status both = learner.teach({ModelKind::rff_linear, true});

    ASSERT_FALSE(both);
    EXPECT_EQ(both.error().code, Errc::invalid_argument);
}

TEST(ObjectDrift, ProbabilitiesAreToldOnlyWhileDriftIsLow) {
    ObjectDrift drift;
    drift.drift.known = true;
    drift.drift.expected = 0.02;
    drift.drift.share = 0.02;
    drift.calibration = {-2, 0, 5, 400, 0};

    const auto at_home = drift.probability(1);
    drift.drift.share = 0.2;
    const auto away = drift.probability(1);

    ASSERT_TRUE(at_home);
    EXPECT_NEAR(*at_home, 1 / (1 + std::exp(-2.0)), 1e-12);
    EXPECT_FALSE(away);
}

}  // namespace
}  // namespace tributary::app
