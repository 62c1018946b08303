#include "classifier/svm/retention.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "classifier/predict/predictor.hpp"
#include "classifier/svm/libsvm_handle.hpp"
#include "tests/classifier/synthetic.hpp"

namespace tributary::classifier {
namespace {

using testing::kWidth;
using testing::Synthetic;

HyperParameters parameters(std::uint32_t budget = 2000) {
    HyperParameters made;
    made.budget = budget;
    return made;
}

/// Every engine has to pass every test of this file.
class Retention : public ::testing::TestWithParam<const char*> {
 protected:
    void SetUp() override {
        auto made = make_engine(GetParam());
        ASSERT_TRUE(made);
        engine_ = std::move(*made);
    }
    Model start(std::uint32_t budget = 2000) const {
        return Model::empty(kWidth, parameters(budget));
    }

    std::unique_ptr<Engine> engine_;
};

double accuracy(const Model& model, const TrainingBatch& batch) {
    const Predictor predictor(model);
    std::size_t right = 0;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        right += predictor.score(batch.features.row(i)) * batch.signs[i] > 0 ? 1 : 0;
    }
    return static_cast<double>(right) / static_cast<double>(batch.size());
}

TrainingBatch of_one_sign(Synthetic& source, std::size_t rows, std::int8_t sign) {
    return source.batch(rows, sign > 0 ? 1.0 : 0.0);
}

/// Plain LIBSVM on a batch of distinct rows, without anything of this layer but the node format.
std::vector<double> libsvm_scores(const TrainingBatch& train, const TrainingBatch& test,
                                  const Costs& costs) {
    auto problem = std::make_unique<LibsvmProblem>();
    for (std::size_t i = 0; i < train.size(); ++i) {
        problem->add(train.features.row(i), train.signs[i]);
    }
    const auto model = LibsvmModel::train(std::move(problem), costs, parameters());
    std::vector<double> scores;
    for (std::size_t i = 0; i < test.size(); ++i) {
        scores.push_back(model->decision(libsvm_nodes(test.features.row(i))));
    }
    return scores;
}

TEST_P(Retention, FirstUpdateEqualsLibsvmOnTheBatch) {
    Synthetic source(1);
    const TrainingBatch train = source.batch(400, 0.3);
    const TrainingBatch test = source.batch(500);
    std::uint64_t positives = 0;
    for (const std::int8_t sign : train.signs) positives += sign > 0 ? 1U : 0U;

    const auto model = engine_->learn(start(), train);

    ASSERT_TRUE(model);
    const double weight =
        std::sqrt(static_cast<double>(400 - positives) / static_cast<double>(positives));
    const auto expected = libsvm_scores(train, test, {10 * weight, 10});
    for (std::size_t i = 0; i < test.size(); ++i) {
        EXPECT_NEAR(Predictor(*model).score(test.features.row(i)), expected[i], 0.005) << i;
    }
}

TEST_P(Retention, SignDoesNotDependOnWhichLabelComesFirst) {
    for (const std::int8_t first : {std::int8_t{1}, std::int8_t{-1}}) {
        Synthetic source(2);
        TrainingBatch train = of_one_sign(source, 1, first);
        const TrainingBatch rest = source.batch(300);
        for (std::size_t i = 0; i < rest.size(); ++i) {
            train.append(rest.features.row(i), rest.signs[i]);
        }

        const auto model = engine_->learn(start(), train);

        ASSERT_TRUE(model);
        EXPECT_GT(accuracy(*model, source.batch(500)), 0.9);
    }
}

TEST_P(Retention, LearnsOverManyUpdatesAndKeepsAFewRecords) {
    Synthetic source(3);
    const TrainingBatch test = source.batch(2000);
    Model model = start();

    const auto first = engine_->learn(model, source.batch(500));
    ASSERT_TRUE(first);
    model = *first;
    for (int i = 0; i < 9; ++i) {
        auto next = engine_->learn(model, source.batch(500));
        ASSERT_TRUE(next) << next.error().message;
        model = *next;
    }

    EXPECT_GT(accuracy(model, test), accuracy(*first, test));
    EXPECT_GT(accuracy(model, test), 0.95);
    EXPECT_LT(model.coefficients.size(), 2000U);
    EXPECT_EQ(model.seen_positive + model.seen_negative, 5000U);
    EXPECT_TRUE(check_model(model));
}

TEST_P(Retention, OneClassIsKeptUntilTheSecondAppears) {
    Synthetic source(4);
    Model model = start();
    for (int i = 0; i < 3; ++i) {
        auto next = engine_->learn(model, of_one_sign(source, 200, -1));
        ASSERT_TRUE(next);
        model = *next;
    }
    const Model one_class = model;

    const auto both = engine_->learn(model, of_one_sign(source, 200, 1));

    EXPECT_FALSE(one_class.trained());
    EXPECT_EQ(one_class.pending.features.rows(), kPendingLimit);
    EXPECT_EQ(one_class.pending.sign, -1);
    EXPECT_EQ(one_class.seen_negative, 600U);
    EXPECT_EQ(Predictor(one_class).score(source.record(1)), 0);
    ASSERT_TRUE(both);
    EXPECT_EQ(both->pending.features.rows(), 0U);
    EXPECT_GT(accuracy(*both, source.batch(500)), 0.85);
}

TEST_P(Retention, PendingKeepsTheNewest) {
    TrainingBatch batch;
    batch.features = FeatureMatrix(2);
    for (int i = 0; i < 600; ++i) {
        const std::uint8_t cells[2] = {static_cast<std::uint8_t>(i / 250),
                                       static_cast<std::uint8_t>(i % 250)};
        batch.append(cells, 1);
    }

    const auto model = engine_->learn(Model::empty(2, parameters()), batch);

    ASSERT_TRUE(model);
    EXPECT_EQ(model->pending.features.row(0)[1], 100);
    EXPECT_EQ(model->pending.features.row(499)[0], 2);
    EXPECT_EQ(model->pending.features.row(499)[1], 99);
}

TEST_P(Retention, EmptyBatchChangesNothing) {
    Synthetic source(5);
    const Model model = *engine_->learn(start(), source.batch(200));

    const auto same = engine_->learn(model, TrainingBatch{});

    ASSERT_TRUE(same);
    EXPECT_EQ(*same, model);
}

TEST_P(Retention, FiveHundredEqualRecordsAreOneVector) {
    Synthetic source(6);
    const Model model = *engine_->learn(start(), source.batch(300));
    const auto row = source.record(1);
    TrainingBatch batch;
    batch.features = FeatureMatrix(kWidth);
    for (int i = 0; i < 500; ++i) batch.append(row, 1);

    const auto next = engine_->learn(model, batch);

    ASSERT_TRUE(next);
    EXPECT_LE(next->coefficients.size(), model.coefficients.size() + 1);
    EXPECT_GT(Predictor(*next).score(row), 0.99);
    EXPECT_TRUE(check_model(*next));
}

TEST_P(Retention, ContradictoryLabelsOfOneRecordCancel) {
    Synthetic source(7);
    const Model model = *engine_->learn(start(), source.batch(300));
    const auto row = source.record(1);
    TrainingBatch batch;
    batch.features = FeatureMatrix(kWidth);
    for (int i = 0; i < 250; ++i) {
        batch.append(row, 1);
        batch.append(row, -1);
    }

    const auto next = engine_->learn(model, batch);

    ASSERT_TRUE(next);
    EXPECT_TRUE(check_model(*next));
    EXPECT_NEAR(Predictor(*next).score(row), Predictor(model).score(row), 0.05);
    EXPECT_GT(accuracy(*next, source.batch(500)), 0.85);
}

TEST_P(Retention, ABatchOfNothingButContradictionsIsLearnt) {
    TrainingBatch batch;
    batch.features = FeatureMatrix(3);
    const std::uint8_t row[3] = {1, 2, 3};
    batch.append(row, 1);
    batch.append(row, -1);

    const auto model = engine_->learn(Model::empty(3, parameters()), batch);

    ASSERT_TRUE(model);
    EXPECT_TRUE(check_model(*model));
    EXPECT_NEAR(Predictor(*model).score(row), 0, 1e-6);
}

TEST_P(Retention, RepeatedRecordsWeighLikeTheirCopies) {
    Synthetic source(8, 0.1);
    const TrainingBatch once = source.batch(150);
    TrainingBatch copies;
    copies.features = FeatureMatrix(kWidth);
    TrainingBatch weighted = once;
    for (std::size_t i = 0; i < once.size(); ++i) {
        weighted.weights.push_back(static_cast<std::uint8_t>(1 + i % 4));
        for (std::size_t n = 0; n <= i % 4; ++n) copies.append(once.features.row(i), once.signs[i]);
    }
    double positives = 0;
    for (const std::int8_t sign : copies.signs) positives += sign > 0 ? 1 : 0;
    const double ratio = (static_cast<double>(copies.size()) - positives) / positives;

    const auto model = engine_->learn(start(), weighted);
    const auto from_copies = engine_->learn(start(), copies);

    ASSERT_TRUE(model && from_copies);
    EXPECT_EQ(*from_copies, *model);
    const Costs costs{10 * std::max(1.0, std::sqrt(ratio)),
                      10 * std::max(1.0, std::sqrt(1 / ratio))};
    const TrainingBatch test = source.batch(200);
    const auto expected = libsvm_scores(copies, test, costs);
    for (std::size_t i = 0; i < test.size(); ++i) {
        EXPECT_NEAR(Predictor(*model).score(test.features.row(i)), expected[i], 0.02) << i;
    }
}

TEST_P(Retention, BudgetIsKept) {
    Synthetic source(9, 0.1);
    Model model = start(150);

    for (int i = 0; i < 3; ++i) {
        auto next = engine_->learn(model, source.batch(400));
        ASSERT_TRUE(next);
        model = *next;
        EXPECT_LE(model.coefficients.size(), 150U);
    }

    EXPECT_GT(accuracy(model, Synthetic(10).batch(1000)), 0.8);
}

TEST_P(Retention, BudgetOfOneStillHoldsBothClasses) {
    Synthetic source(11);

    const auto model = engine_->learn(start(1), source.batch(200));

    ASSERT_TRUE(model);
    EXPECT_EQ(model->coefficients.size(), 2U);
}

TEST_P(Retention, NoiseIsDroppedInsteadOfPilingUp) {
    Synthetic noisy(12, 0.05);
    Model model = start();

    for (int i = 0; i < 10; ++i) model = *engine_->learn(model, noisy.batch(500));

    EXPECT_LT(model.coefficients.size(), 1500U);
    EXPECT_GT(accuracy(model, Synthetic(13).batch(1000)), 0.93);
}

/// Rows of a batch that a model contradicts by more than the ramp allows.
std::size_t deep(const Model& model, const FeatureMatrix& rows, std::span<const float> labels) {
    std::vector<double> scores(rows.rows());
    Predictor(model).score(rows, scores);
    std::size_t count = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        count += (labels[i] > 0 ? scores[i] : -scores[i]) < kRampMargin - 0.05 ? 1 : 0;
    }
    return count;
}

TEST_P(Retention, WhatTheRestContradictsDoesNotStay) {
    const TrainingBatch batch = Synthetic(18, 0.08).batch(3000);
    const std::vector<float> labels(batch.signs.begin(), batch.signs.end());
    HyperParameters stiff;
    stiff.cost = 3;

    const auto model = engine_->learn(Model::empty(kWidth, stiff), batch);

    ASSERT_TRUE(model);
    EXPECT_GT(deep(*model, batch.features, labels), 8U);
    EXPECT_LE(deep(*model, model->vectors, model->coefficients), 2U);
}

TEST_P(Retention, RareClassIsNotDrowned) {
    Synthetic source(14, 0.02);
    Model model = start();

    for (int i = 0; i < 6; ++i) model = *engine_->learn(model, source.batch(500, 0.05));

    EXPECT_GT(model.cost_positive, 3 * model.cost_negative);
    Synthetic clean(15);
    EXPECT_GT(accuracy(model, of_one_sign(clean, 500, 1)), 0.8);
}

TEST_P(Retention, ClassWeightIsBounded) {
    const Costs rare = class_costs(10, 1, 1000000);
    const Costs even = class_costs(10, 500, 500);
    const Costs nine = class_costs(10, 100, 900);

    EXPECT_DOUBLE_EQ(rare.positive, 200);
    EXPECT_DOUBLE_EQ(rare.negative, 10);
    EXPECT_DOUBLE_EQ(even.positive, 10);
    EXPECT_DOUBLE_EQ(nine.positive, 30);
}

TEST_P(Retention, WrongInputIsRefusedAndNamed) {
    Synthetic source(16);
    const Model model = *engine_->learn(start(), source.batch(100));
    TrainingBatch narrow;
    narrow.features = FeatureMatrix(3);
    const std::uint8_t row[3] = {1, 2, 3};
    narrow.append(row, 1);
    TrainingBatch zero_label = source.batch(10);
    zero_label.signs[7] = 0;
    TrainingBatch short_labels = source.batch(10);
    short_labels.signs.pop_back();
    Model broken = model;
    broken.coefficients[0] = std::nanf("");

    const Model before = model;
    EXPECT_EQ(engine_->learn(model, narrow).error().code, Errc::mismatch);
    const auto labels = engine_->learn(model, zero_label);
    EXPECT_EQ(labels.error().code, Errc::invalid_argument);
    EXPECT_NE(labels.error().message.find("record 7"), std::string::npos);
    EXPECT_EQ(engine_->learn(model, short_labels).error().code, Errc::invalid_argument);
    EXPECT_EQ(engine_->learn(broken, source.batch(10)).error().code, Errc::corrupt);
    EXPECT_EQ(model, before);
}

TEST_P(Retention, MemoryTakesPartButRepeatsNothing) {
    Synthetic source(17);
    const TrainingBatch batch = source.batch(200);
    const Model model = *engine_->learn(start(), batch);

    const auto with_itself = engine_->learn(start(), batch, batch);
    const auto with_more = engine_->learn(start(), batch, source.batch(1000));

    EXPECT_EQ(*with_itself, model);
    const TrainingBatch test = source.batch(1000);
    EXPECT_GT(accuracy(*with_more, test), accuracy(model, test));
    EXPECT_EQ(with_more->seen_positive + with_more->seen_negative, 200U);
}

INSTANTIATE_TEST_SUITE_P(Engines, Retention, ::testing::Values("libsvm", "smo"),
                         [](const auto& about) { return std::string(about.param); });

TEST(MakeEngine, NamesTheKnownOnes) {
    const auto made = make_engine("magic");

    ASSERT_FALSE(made);
    EXPECT_NE(made.error().message.find("libsvm"), std::string::npos);
}

}  // namespace
}  // namespace tributary::classifier
