#pragma once
// How good scores are against the truth. A score above the threshold means "of the class".
// A ratio whose denominator is zero is 0, except AUC, which is 0.5 when a class is missing.
// Any thread. Source: design of the classifier, section 3 (card).

#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "classifier/object/classifier_object.hpp"

namespace tributary::classifier {

struct Confusion {
    std::uint64_t true_positive = 0;
    std::uint64_t false_positive = 0;
    std::uint64_t true_negative = 0;
    std::uint64_t false_negative = 0;

    [[nodiscard]] std::uint64_t count() const;
    [[nodiscard]] double accuracy() const;
    [[nodiscard]] double precision() const;
    [[nodiscard]] double recall() const;
    [[nodiscard]] double fpr() const;
    [[nodiscard]] double f1() const;
    /// Matthews correlation coefficient.
    [[nodiscard]] double mcc() const;
};

/// @param truth  +1 or -1 per score
Confusion confusion(std::span<const double> scores, std::span<const std::int8_t> truth,
                    double threshold = 0);

/// Area under the ROC curve as Mann-Whitney U: ties count one half.
double auc(std::span<const double> scores, std::span<const std::int8_t> truth);

/// Highest recall at any threshold whose false-positive rate is at most `fpr`.
double tpr_at_fpr(std::span<const double> scores, std::span<const std::int8_t> truth,
                  double fpr = 0.01);

/// Share of the rows of each stratum that are judged right at the threshold.
/// @param strata  a name per row, for example the attack type
std::map<std::string, double> recall_by_stratum(std::span<const double> scores,
                                                std::span<const std::int8_t> truth,
                                                std::span<const std::string> strata,
                                                double threshold = 0);

/// All of it as the card of an object.
/// @param strata  empty, or a name per row
/// @error invalid_argument (lengths differ, truth is not +-1, a score is not finite)
Result<Card> evaluate(std::span<const double> scores, std::span<const std::int8_t> truth,
                      std::span<const std::string> strata, double threshold = 0);

}  // namespace tributary::classifier
