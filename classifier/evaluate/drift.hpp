#pragma once
// Does a site's traffic still look like what an object was measured on? Two signs: how many records
// lie within the margin, and how many a one-class object of normal traffic finds strange.
// Any thread. Source: design of the classifier, section 6.

#include <span>

#include "classifier/object/classifier_object.hpp"

namespace tributary::classifier {

/// What one site sees with one object.
struct Drift {
    std::uint64_t count = 0;  ///< records scored
    double unsure = 0;        ///< share with |f| < 1
    double expected = 0;      ///< the same share on the card
    bool known = false;       ///< the card has such a share
    double alarm_rate = 0;    ///< share that the one-class object finds strange
    bool has_one_class = false;

    /// Probabilities may be shown: the share of unsure records is about that of the card.
    [[nodiscard]] bool is_low() const;
};

/// Points of share above the card from which on there is drift.
inline constexpr double kDriftAllowance = 0.05;

/// Share of scores with |f| < 1.
double unsure_share(std::span<const double> scores);

/// Share of scores of a one-class object below zero.
double strange_share(std::span<const double> scores);

Drift measure_drift(std::span<const double> scores, const Card& card);

}  // namespace tributary::classifier
