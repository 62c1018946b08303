#include "classifier/evaluate/calibration.hpp"

#include <algorithm>
#include <cmath>

namespace tributary::classifier {

namespace {

constexpr int kMostSteps = 100;
constexpr double kLeastStep = 1e-10;
constexpr double kRidge = 1e-12;  ///< keeps the Hessian positive definite
constexpr double kFlat = 1e-7;    ///< gradient at which the fit is done

/// The cross entropy of one fit, with targets that shrink towards the middle (Platt's prior).
class Entropy {
 public:
    Entropy(std::span<const double> scores, std::span<const std::int8_t> truth) : scores_(scores) {
        const auto positives = static_cast<double>(std::ranges::count(truth, std::int8_t{1}));
        const double negatives = static_cast<double>(truth.size()) - positives;
        const double high = (positives + 1) / (positives + 2);
        const double low = 1 / (negatives + 2);
        for (const std::int8_t sign : truth) targets_.push_back(sign > 0 ? high : low);
    }

    struct Slope {
        double a = 0, b = 0;                      // gradient
        double aa = kRidge, ab = 0, bb = kRidge;  // Hessian
    };

    /// Written so that exp never overflows.
    [[nodiscard]] double value(double a, double b) const {
        double sum = 0;
        for (std::size_t i = 0; i < scores_.size(); ++i) {
            const double x = a * scores_[i] + b;
            sum += x >= 0 ? targets_[i] * x + std::log1p(std::exp(-x))
                          : (targets_[i] - 1) * x + std::log1p(std::exp(x));
        }
        return sum;
    }

    [[nodiscard]] Slope slope(double a, double b) const {
        Slope slope;
        for (std::size_t i = 0; i < scores_.size(); ++i) {
            const double p = probability({a, b, 0, 0, 0}, scores_[i]);
            const double bend = p * (1 - p);
            const double off = targets_[i] - p;
            slope.a += scores_[i] * off;
            slope.b += off;
            slope.aa += scores_[i] * scores_[i] * bend;
            slope.ab += scores_[i] * bend;
            slope.bb += bend;
        }
        return slope;
    }

 private:
    std::span<const double> scores_;
    std::vector<double> targets_;
};

Status check_scores(std::span<const double> scores, std::span<const std::int8_t> truth) {
    if (scores.size() != truth.size()) {
        return fail(Errc::invalid_argument, "scores and labels differ in number");
    }
    if (!std::ranges::all_of(scores, [](double score) { return std::isfinite(score); })) {
        return fail(Errc::invalid_argument, "a score is not a finite number");
    }
    for (const std::int8_t sign : {std::int8_t{1}, std::int8_t{-1}}) {
        if (static_cast<std::size_t>(std::ranges::count(truth, sign)) < kLeastCalibrated) {
            return fail(Errc::invalid_argument, "probabilities need at least " +
                                                    std::to_string(kLeastCalibrated) +
                                                    " held-out records of each class");
        }
    }
    return {};
}

/// Newton's method with backtracking; the function is convex.
Calibration minimize(const Entropy& entropy, double start_b) {
    Calibration fit{0, start_b, 0, 0, 0};
    double value = entropy.value(fit.a, fit.b);
    for (int step = 0; step < kMostSteps; ++step) {
        const Entropy::Slope slope = entropy.slope(fit.a, fit.b);
        if (std::fabs(slope.a) < kFlat && std::fabs(slope.b) < kFlat) break;
        const double det = slope.aa * slope.bb - slope.ab * slope.ab;
        const double da = -(slope.bb * slope.a - slope.ab * slope.b) / det;
        const double db = -(-slope.ab * slope.a + slope.aa * slope.b) / det;
        const double descent = slope.a * da + slope.b * db;
        double length = 1;
        for (; length >= kLeastStep; length /= 2) {
            const double next = entropy.value(fit.a + length * da, fit.b + length * db);
            if (next < value + 1e-4 * length * descent) {
                fit.a += length * da;
                fit.b += length * db;
                value = next;
                break;
            }
        }
        if (length < kLeastStep) break;
    }
    return fit;
}

}  // namespace

Result<Calibration> fit_platt(std::span<const double> scores, std::span<const std::int8_t> truth) {
    TRIBUTARY_CHECK(check_scores(scores, truth));
    const auto positives = static_cast<double>(std::ranges::count(truth, std::int8_t{1}));
    const double negatives = static_cast<double>(truth.size()) - positives;
    Calibration fit = minimize(Entropy(scores, truth), std::log((negatives + 1) / (positives + 1)));
    fit.count = scores.size();
    return fit;
}

double probability(const Calibration& calibration, double score) {
    const double x = calibration.a * score + calibration.b;
    return x >= 0 ? std::exp(-x) / (1 + std::exp(-x)) : 1 / (1 + std::exp(x));
}

}  // namespace tributary::classifier
