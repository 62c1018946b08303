#pragma once
// Scores -> probabilities by Platt's sigmoid, P(class | f) = 1 / (1 + exp(A f + B)). They hold for
// traffic like that of the fit only: show them while drift is low, the margin always. Any thread.
// Source: Lin, Lin, Weng, "A note on Platt's probabilistic outputs for support vector machines",
// Machine Learning 68, 2007; design of the classifier, section 6.

#include <span>

#include "base/result.hpp"
#include "classifier/object/classifier_object.hpp"

namespace tributary::classifier {

/// Fewest records of each class for a fit.
inline constexpr std::size_t kLeastCalibrated = 5;

/// Fits A and B to held-out scores; `version` and `fitted_at` are the caller's to set.
/// @param truth  +1 or -1 per score
/// @error invalid_argument (lengths differ, a score is not finite, too few of a class)
Result<Calibration> fit_platt(std::span<const double> scores, std::span<const std::int8_t> truth);

double probability(const Calibration& calibration, double score);

}  // namespace tributary::classifier
