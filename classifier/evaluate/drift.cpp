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
    return known && share <= expected + kDriftAllowance;
}

double unsure_share(std::span<const double> scores) {
    return share_of(scores, [](double score) { return std::fabs(score) < 1; });
}

double strange_share(std::span<const double> scores) {
    return share_of(scores, [](double score) { return score < 0; });
}

std::optional<Drift> measure_drift(const ClassifierObject& object, std::span<const double> scores) {
    if (!object.model.trained()) return std::nullopt;
    const bool strange = object.model.kind == ModelKind::one_class;
    return Drift{.strange = strange,
                 .count = scores.size(),
                 .share = strange ? strange_share(scores) : unsure_share(scores),
                 // What the card calls an alarm on normal records is what the object finds strange.
                 .expected = strange ? object.card.fpr : object.card.unsure,
                 .known = object.card.count > 0};
}

}  // namespace tributary::classifier
