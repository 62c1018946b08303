#include "classifier/evaluate/metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.hpp"

namespace tributary::classifier {
namespace {

using Scores = std::vector<double>;
using Truth = std::vector<std::int8_t>;

TEST(Confusion, RatiosAreThoseOfTheTextbook) {
    // 90 of 100 positives found, 30 of 900 negatives alarmed.
    const Confusion counts{90, 30, 870, 10};

    EXPECT_DOUBLE_EQ(counts.accuracy(), 0.96);
    EXPECT_DOUBLE_EQ(counts.precision(), 0.75);
    EXPECT_DOUBLE_EQ(counts.recall(), 0.9);
    EXPECT_DOUBLE_EQ(counts.fpr(), 1.0 / 30);
    EXPECT_DOUBLE_EQ(counts.f1(), 180.0 / 220.0);
    // (90*870 - 30*10) / sqrt(120 * 100 * 900 * 880) = 78000 / 97488.46...
    EXPECT_NEAR(counts.mcc(), 78000 / std::sqrt(120.0 * 100 * 900 * 880), 1e-12);
}

TEST(Confusion, EmptyClassesGiveZeroInsteadOfNothing) {
    const Confusion nothing;
    const Confusion only_normal{0, 0, 10, 0};

    EXPECT_EQ(nothing.accuracy(), 0);
    EXPECT_EQ(only_normal.f1(), 0);
    EXPECT_EQ(only_normal.mcc(), 0);
    EXPECT_EQ(only_normal.fpr(), 0);
}

TEST(Confusion, AScoreAtTheThresholdIsNoAlarm) {
    const Scores scores{0.5, 0.5, 0.6};
    const Truth truth{1, -1, 1};

    const Confusion counts = confusion(scores, truth, 0.5);

    EXPECT_EQ(counts.true_positive, 1U);
    EXPECT_EQ(counts.false_negative, 1U);
    EXPECT_EQ(counts.true_negative, 1U);
}

TEST(Auc, HandComputedWithTies) {
    // Pairs (3,2) right, (3,1) right, (2,2) tie, (2,1) right: 3.5 of 4.
    const Scores scores{3, 2, 2, 1};
    const Truth truth{1, 1, -1, -1};

    EXPECT_DOUBLE_EQ(auc(scores, truth), 3.5 / 4);
    EXPECT_DOUBLE_EQ(auc(Scores{1, 1, 1}, Truth{1, -1, -1}), 0.5);
    EXPECT_DOUBLE_EQ(auc(Scores{1, 2}, Truth{1, 1}), 0.5);
}

TEST(Auc, EqualsCountingEveryPair) {
    Random random(41);
    for (int round = 0; round < 20; ++round) {
        Scores scores;
        Truth truth;
        for (int i = 0; i < 200; ++i) {
            truth.push_back(random.chance(0.3) ? 1 : -1);
            scores.push_back(static_cast<double>(random.below(30)) + truth.back());
        }
        double right = 0;
        double pairs = 0;
        for (std::size_t i = 0; i < 200; ++i) {
            for (std::size_t j = 0; j < 200; ++j) {
                if (truth[i] < 0 || truth[j] > 0) continue;
                pairs += 1;
                right += scores[i] > scores[j] ? 1 : (scores[i] == scores[j] ? 0.5 : 0);
            }
        }

        EXPECT_NEAR(auc(scores, truth), right / pairs, 1e-12);
    }
}

TEST(TprAtFpr, EqualsTryingEveryThreshold) {
    Random random(42);
    Scores scores;
    Truth truth;
    for (int i = 0; i < 1000; ++i) {
        truth.push_back(random.chance(0.4) ? 1 : -1);
        scores.push_back(static_cast<double>(random.below(200)) + 60 * truth.back());
    }
    double best = 0;
    for (double threshold = -100; threshold < 300; threshold += 0.5) {
        const Confusion counts = confusion(scores, truth, threshold);
        if (counts.fpr() <= 0.01) best = std::max(best, counts.recall());
    }

    EXPECT_DOUBLE_EQ(tpr_at_fpr(scores, truth), best);
}

TEST(TprAtFpr, IsZeroWhenTheTopScoresAreFalseAlarms) {
    Scores scores(100);
    Truth truth(100, -1);
    for (std::size_t i = 0; i < 100; ++i) scores[i] = static_cast<double>(i);
    truth[50] = 1;

    EXPECT_EQ(tpr_at_fpr(scores, truth), 0);
}

TEST(RecallByStratum, CountsWhatIsJudgedRight) {
    const Scores scores{1, -1, 1, -1, -1};
    const Truth truth{1, 1, 1, -1, -1};
    const std::vector<std::string> strata{"scan", "scan", "flood", "normal", "normal"};

    const auto recall = recall_by_stratum(scores, truth, strata);

    EXPECT_EQ(recall.size(), 3U);
    EXPECT_DOUBLE_EQ(recall.at("scan"), 0.5);
    EXPECT_DOUBLE_EQ(recall.at("flood"), 1);
    EXPECT_DOUBLE_EQ(recall.at("normal"), 1);
}

TEST(Evaluate, RefusesWhatCannotBeJudged) {
    EXPECT_FALSE(evaluate(Scores{1}, Truth{1, -1}, {}));
    EXPECT_FALSE(evaluate(Scores{1, 2}, Truth{1, 0}, {}));
    EXPECT_FALSE(evaluate(Scores{1, std::nan("")}, Truth{1, -1}, {}));
    EXPECT_FALSE(evaluate(Scores{1}, Truth{1}, std::vector<std::string>(2)));
}

TEST(Evaluate, FillsTheCard) {
    const Scores scores{3, 2, 2, 1};
    const Truth truth{1, 1, -1, -1};

    const auto card = evaluate(scores, truth, {}, 2.5);

    ASSERT_TRUE(card);
    EXPECT_EQ(card->count, 4U);
    EXPECT_DOUBLE_EQ(card->accuracy, 0.75);
    EXPECT_DOUBLE_EQ(card->fpr, 0);
    EXPECT_DOUBLE_EQ(card->tpr_at_1pct_fpr, 0.5);
    EXPECT_DOUBLE_EQ(card->auc, 3.5 / 4);
}

}  // namespace
}  // namespace tributary::classifier
