#include "classifier/evaluate/drift.hpp"

#include <algorithm>
#include <cmath>

namespace tributary::classifier {

namespace {

template <typename Condition>
double share_of(std::span<const double> scores, Condition holds) {
    if (scores.empty()) return 0;
    return static_cast<double>(std::ranges::count_if(scores, holds)) /
           static_cast<double>(scores.size());
}

}  // namespace

bool Drift::is_low() const {
    return known && unsure <= expected + kDriftAllowance;
}

double unsure_share(std::span<const double> scores) {
    return share_of(scores, [](double score) { return std::fabs(score) < 1; });
}

double strange_share(std::span<const double> scores) {
    return share_of(scores, [](double score) { return score < 0; });
}

Drift measure_drift(std::span<const double> scores, const Card& card) {
    Drift drift;
    drift.count = scores.size();
    drift.unsure = unsure_share(scores);
    drift.expected = card.unsure;
    drift.known = card.count > 0;
    return drift;
}

}  // namespace tributary::classifier
