#include "classifier/predict/predictor.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "classifier/svm/engine.hpp"
#include "classifier/svm/libsvm_handle.hpp"
#include "tests/classifier/synthetic.hpp"

namespace tributary::classifier {
namespace {

using testing::kWidth;
using testing::Synthetic;

TEST(Predictor, EqualsTheFormulaByHand) {
    HyperParameters parameters;
    parameters.gamma = 2.0;
    Model model = Model::empty(2, parameters);
    const std::uint8_t first[2] = {0, 255};
    const std::uint8_t second[2] = {51, 0};
    model.vectors.append(first);
    model.vectors.append(second);
    model.coefficients = {1.5F, -2.0F};
    model.weights = {1, 1};
    model.rho = 0.25;
    const std::uint8_t query[2] = {102, 255};

    const double score = Predictor(model).score(query);

    // Distances: 0.4^2 = 0.16 and 0.2^2 + 1 = 1.04.
    EXPECT_NEAR(score, 1.5 * std::exp(-0.32) - 2.0 * std::exp(-2.08) - 0.25, 1e-6);
}

TEST(Predictor, EqualsLibsvmPredictValues) {
    Synthetic source(21);
    const TrainingBatch train = source.batch(600);
    auto problem = std::make_unique<LibsvmProblem>();
    for (std::size_t i = 0; i < train.size(); ++i) {
        problem->add(train.features.row(i), train.signs[i]);
    }
    const HyperParameters parameters;
    const auto oracle = LibsvmModel::train(std::move(problem), {10, 10}, parameters);
    Model model = Model::empty(kWidth, parameters);
    const std::vector<double> coefficients = oracle->coefficients();
    for (std::size_t i = 0; i < train.size(); ++i) {
        if (coefficients[i] == 0) continue;
        model.vectors.append(train.features.row(i));
        model.coefficients.push_back(static_cast<float>(coefficients[i]));
        model.weights.push_back(1);
    }
    model.rho = oracle->rho();
    const Predictor predictor(model);
    const TrainingBatch test = source.batch(500);

    std::vector<double> scores(test.size());
    predictor.score(test.features, scores);

    for (std::size_t i = 0; i < test.size(); ++i) {
        const double expected = oracle->decision(libsvm_nodes(test.features.row(i)));
        EXPECT_NEAR(scores[i], expected, 1e-4);
        EXPECT_EQ(scores[i], predictor.score(test.features.row(i)));
    }
}

/// Removes the restriction when a test ends.
class InstructionSet : public ::testing::TestWithParam<const char*> {
 protected:
    void TearDown() override { restrict_instruction_set("best"); }
};

TEST_P(InstructionSet, EqualsTheFormulaOnEveryNumberOfVectors) {
    if (!restrict_instruction_set(GetParam())) GTEST_SKIP() << "not on this processor";
    Synthetic source(22);
    HyperParameters parameters;
    for (const std::size_t count : {1U, 15U, 16U, 17U, 63U, 64U, 65U, 200U}) {
        Model model = Model::empty(kWidth, parameters);
        for (std::size_t i = 0; i < count; ++i) {
            model.vectors.append(source.record(1));
            model.coefficients.push_back(i % 2 == 0 ? 1.5F : -0.75F);
            model.weights.push_back(1);
        }
        const auto query = source.record(-1);
        double expected = 0;
        for (std::size_t i = 0; i < count; ++i) {
            double distance = 0;
            for (std::size_t j = 0; j < kWidth; ++j) {
                const double gap = (model.vectors.row(i)[j] - query[j]) / 255.0;
                distance += gap * gap;
            }
            expected += static_cast<double>(model.coefficients[i]) * std::exp(-0.5 * distance);
        }

        EXPECT_NEAR(Predictor(model).score(query), expected, 1e-6 * static_cast<double>(count));
    }
}

TEST_P(InstructionSet, FarRowsVanishAndEqualRowsAreOne) {
    if (!restrict_instruction_set(GetParam())) GTEST_SKIP() << "not on this processor";
    FeatureMatrix rows(301);
    rows.append(std::vector<std::uint8_t>(301, 255));
    rows.append(std::vector<std::uint8_t>(301, 0));
    const RbfRows far(rows);
    std::vector<FloatBlock> values(padded(2) / 16);

    far.kernels(rows.row(0), 100.0, values.front().values);

    EXPECT_EQ(values.front().values[0], 1.0F);
    EXPECT_LT(values.front().values[1], 1e-37F);
}

INSTANTIATE_TEST_SUITE_P(All, InstructionSet,
                         ::testing::Values("avx512", "avx2", "ssse3", "sse2", "best"),
                         [](const auto& about) { return std::string(about.param); });

TEST(Predictor, UntrainedModelScoresZero) {
    const Predictor predictor(Model::empty(4, HyperParameters{}));
    const std::uint8_t row[4] = {1, 2, 3, 4};

    EXPECT_EQ(predictor.score(row), 0);
}

}  // namespace
}  // namespace tributary::classifier
