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

TEST(Predictor, UntrainedModelScoresZero) {
    const Predictor predictor(Model::empty(4, HyperParameters{}));
    const std::uint8_t row[4] = {1, 2, 3, 4};

    EXPECT_EQ(predictor.score(row), 0);
}

}  // namespace
}  // namespace tributary::classifier
