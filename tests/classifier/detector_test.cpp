#include "classifier/detect/detector.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "classifier/svm/engine.hpp"
#include "tests/classifier/synthetic.hpp"

namespace tributary::classifier {
namespace {

using testing::kWidth;
using testing::Synthetic;

/// A member whose score at any record is about `score`: one vector far away, rho = -score.
Member constant(const std::string& name, double score, std::size_t width = 2) {
    HyperParameters parameters;
    parameters.gamma = 1000;
    Model model = Model::empty(width, parameters);
    model.vectors.append(std::vector<std::uint8_t>(width, 255));
    model.coefficients = {1};
    model.weights = {1};
    model.rho = -score;
    return {name, "object:" + name, 1, 0, Predictor(model)};
}

TEST(Threshold, LetsTheGivenShareOfNormalsThrough) {
    std::vector<double> scores;
    for (int i = 1; i <= 1000; ++i) scores.push_back(i);

    const double threshold = threshold_from_normals(scores);

    EXPECT_EQ(std::ranges::count_if(scores, [&](double s) { return s > threshold; }), 2);
}

TEST(Threshold, IsNeverNegative) {
    std::vector<double> low{-3, -2, -1};
    std::vector<double> none;

    EXPECT_EQ(threshold_from_normals(low), 0);
    EXPECT_EQ(threshold_from_normals(none), 0);
}

TEST(Threshold, OneOddNormalAmongHundredsDoesNotSetIt) {
    std::vector<double> scores(400, 0.25);
    scores.front() = 7;

    EXPECT_EQ(threshold_from_normals(scores), 0.25);
}

TEST(Threshold, FewNormalsMayNotExceedIt) {
    std::vector<double> scores{0.5, 2.5, 1};

    EXPECT_EQ(threshold_from_normals(scores), 2.5);
}

TEST(OneVsRest, LargestExcessWinsNotLargestScore) {
    OneVsRest ensemble(2);
    Member high = constant("high", 2);
    high.threshold = 1.9;
    Member low = constant("low", 0.5);
    ASSERT_TRUE(ensemble.add(high));
    ASSERT_TRUE(ensemble.add(low));

    const Decision decision = ensemble.decide(std::vector<double>{2, 0.5});
    const Decision nothing = ensemble.decide(std::vector<double>{1.9, 0});

    EXPECT_EQ(decision.member, 1);
    EXPECT_DOUBLE_EQ(decision.excess, 0.5);
    EXPECT_EQ(nothing.member, -1);
}

TEST(OneVsRest, RefusesAnotherWidthAndASecondOfOneClass) {
    OneVsRest ensemble(2);
    ASSERT_TRUE(ensemble.add(constant("scan", 1)));

    EXPECT_EQ(ensemble.add(constant("flood", 1, 3)).error().code, Errc::mismatch);
    EXPECT_EQ(ensemble.add(constant("scan", 1)).error().code, Errc::conflict);
}

TEST(Detector, FindsTheClassAndReportsAllScores) {
    Synthetic source(51);
    const TrainingBatch train = source.batch(1000);
    TrainingBatch mirrored = train;
    for (std::int8_t& sign : mirrored.signs) sign = static_cast<std::int8_t>(-sign);
    const auto engine = *make_engine("libsvm");
    const Model start = Model::empty(kWidth, HyperParameters{});
    OneVsRest ensemble(kWidth);
    ASSERT_TRUE(ensemble.add({"plus", "p", 1, 0, Predictor(*engine->learn(start, train))}));
    ASSERT_TRUE(ensemble.add({"minus", "m", 1, 0, Predictor(*engine->learn(start, mirrored))}));
    Detector detector(std::move(ensemble));
    const TrainingBatch test = source.batch(500);

    Detections found;
    ASSERT_TRUE(detector.detect(test.features, found));

    std::size_t right = 0;
    for (std::size_t i = 0; i < test.size(); ++i) {
        right += found.decisions[i].member == (test.signs[i] > 0 ? 0 : 1) ? 1U : 0U;
        EXPECT_NEAR(found.scores[0][i], -found.scores[1][i], 0.01);
    }
    EXPECT_GT(right, 420U);
}

TEST(Detector, CalibratesOnHeldOutNormals) {
    Synthetic source(52);
    const auto engine = *make_engine("libsvm");
    const Model start = Model::empty(kWidth, HyperParameters{});
    OneVsRest ensemble(kWidth);
    ASSERT_TRUE(
        ensemble.add({"plus", "p", 1, 0, Predictor(*engine->learn(start, source.batch(800)))}));
    const TrainingBatch normals = source.batch(2000, 0.0);
    ASSERT_TRUE(ensemble.calibrate(normals.features));
    Detector detector(std::move(ensemble));

    Detections found;
    ASSERT_TRUE(detector.detect(normals.features, found));

    const auto alarms = std::ranges::count_if(
        found.decisions, [](const Decision& decision) { return decision.member >= 0; });
    EXPECT_LE(alarms, 4);
    EXPECT_GE(detector.ensemble().members()[0].threshold, 0);
}

TEST(Detector, RefusesRecordsOfAnotherWidth) {
    OneVsRest ensemble(2);
    ASSERT_TRUE(ensemble.add(constant("scan", 1)));
    Detector detector(std::move(ensemble));
    FeatureMatrix rows(3);
    rows.append(std::vector<std::uint8_t>{1, 2, 3});

    Detections found;
    EXPECT_EQ(detector.detect(rows, found).error().code, Errc::mismatch);
}

}  // namespace
}  // namespace tributary::classifier
