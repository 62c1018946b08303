#include "classifier/evaluate/calibration.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.hpp"
#include "classifier/evaluate/drift.hpp"

namespace tributary::classifier {
namespace {

struct Scored {
    std::vector<double> scores;
    std::vector<std::int8_t> truth;
};

/// Labels drawn with P(+1) = 1 / (1 + exp(a f + b)).
Scored drawn(double a, double b, std::size_t count) {
    Random random(5);
    Scored made;
    for (std::size_t i = 0; i < count; ++i) {
        const double score = 6 * random.unit() - 3;
        made.scores.push_back(score);
        made.truth.push_back(random.chance(1 / (1 + std::exp(a * score + b))) ? 1 : -1);
    }
    return made;
}

/// Platt's entropy, term by term from its definition.
double entropy(const Scored& scored, double a, double b) {
    double positives = 0;
    for (const std::int8_t sign : scored.truth) positives += sign > 0 ? 1 : 0;
    const double negatives = static_cast<double>(scored.truth.size()) - positives;
    double sum = 0;
    for (std::size_t i = 0; i < scored.scores.size(); ++i) {
        const double target =
            scored.truth[i] > 0 ? (positives + 1) / (positives + 2) : 1 / (negatives + 2);
        const double p = 1 / (1 + std::exp(a * scored.scores[i] + b));
        sum -= target * std::log(p) + (1 - target) * std::log(1 - p);
    }
    return sum;
}

TEST(Calibration, FindsTheSigmoidThatDrewTheLabels) {
    const Scored scored = drawn(-1.7, 0.6, 40000);

    const auto fit = fit_platt(scored.scores, scored.truth);

    ASSERT_TRUE(fit);
    EXPECT_NEAR(fit->a, -1.7, 0.05);
    EXPECT_NEAR(fit->b, 0.6, 0.05);
    EXPECT_EQ(fit->count, 40000U);
}

TEST(Calibration, NoNeighbourHasLessEntropy) {
    const Scored scored = drawn(-0.8, -1.0, 500);

    const auto fit = fit_platt(scored.scores, scored.truth);

    ASSERT_TRUE(fit);
    const double best = entropy(scored, fit->a, fit->b);
    for (const double step : {0.001, 0.1, 1.0}) {
        EXPECT_LE(best, entropy(scored, fit->a + step, fit->b));
        EXPECT_LE(best, entropy(scored, fit->a - step, fit->b));
        EXPECT_LE(best, entropy(scored, fit->a, fit->b + step));
        EXPECT_LE(best, entropy(scored, fit->a, fit->b - step));
    }
}

TEST(Calibration, SeparableScoresStayFinite) {
    const std::vector<double> scores{-900, -800, -700, -600, -500, 500, 600, 700, 800, 900};
    const std::vector<std::int8_t> truth{-1, -1, -1, -1, -1, 1, 1, 1, 1, 1};

    const auto fit = fit_platt(scores, truth);

    ASSERT_TRUE(fit);
    EXPECT_GT(probability(*fit, 900), 0.8);
    EXPECT_LT(probability(*fit, -900), 0.2);
    EXPECT_TRUE(std::isfinite(probability(*fit, 1e9)));
}

TEST(Calibration, WhatCannotBeFittedIsRefused) {
    const std::vector<std::int8_t> one_class(20, 1);
    const std::vector<double> fine(20, 0.5);
    std::vector<double> with_nan = fine;
    with_nan[3] = std::nan("");

    EXPECT_FALSE(fit_platt(fine, one_class));
    EXPECT_FALSE(fit_platt(with_nan, one_class));
    EXPECT_FALSE(fit_platt({}, {}));
    EXPECT_FALSE(fit_platt(fine, std::span(one_class).first(19)));
}

TEST(Drift, CountsTheRecordsWithinTheMargin) {
    const std::vector<double> scores{-2, -0.99, 0, 0.5, 1.0, 3};
    ClassifierObject object;
    object.model.coefficients = {1};
    object.card.count = 100;
    object.card.unsure = 0.47;

    const auto drift = measure_drift(object, scores);

    ASSERT_TRUE(drift);
    EXPECT_DOUBLE_EQ(drift->share, 0.5);
    EXPECT_FALSE(drift->strange);
    EXPECT_TRUE(drift->is_low());
    object.card.unsure = 0.1;
    EXPECT_FALSE(measure_drift(object, scores)->is_low());
    object.card = Card{};
    EXPECT_FALSE(measure_drift(object, scores)->is_low());
}

TEST(Drift, OfAOneClassObjectIsWhatItFindsStrange) {
    const std::vector<double> scores{-0.1, 0, 0.1, -5};
    ClassifierObject object;
    object.model.kind = ModelKind::one_class;
    object.model.coefficients = {1};
    object.card.count = 100;
    object.card.fpr = 0.01;
    object.card.unsure = 1;

    const auto drift = measure_drift(object, scores);

    ASSERT_TRUE(drift);
    EXPECT_TRUE(drift->strange);
    EXPECT_DOUBLE_EQ(drift->share, 0.5);
    EXPECT_FALSE(drift->is_low());
    object.card.fpr = 0.46;
    EXPECT_TRUE(measure_drift(object, scores)->is_low());
}

TEST(Drift, AnUntrainedObjectHasNone) {
    const std::vector<double> scores(10, 0);

    EXPECT_FALSE(measure_drift(ClassifierObject{}, scores));
}

}  // namespace
}  // namespace tributary::classifier
