#pragma once
// Does a site's traffic still look like what an object was measured on? Two signs: how many records
// lie within the margin, and how many a one-class object of normal traffic finds strange.
// Any thread. Source: design of the classifier, section 6.

#include <optional>
#include <span>

#include "classifier/object/classifier_object.hpp"

namespace tributary::classifier {

/// What one site sees with one object: the share of its records that speak for drift, beside the
/// same share on the object's card.
struct Drift {
    bool strange = false;     ///< the share is of records that a one-class object finds strange,
                              ///< not of those within the margin
    std::uint64_t count = 0;  ///< records scored
    double share = 0;
    double expected = 0;  ///< on the card; for `strange` its false positive rate
    bool known = false;   ///< the card has such a share

    /// The share is about that of the card. Probabilities are shown only then.
    [[nodiscard]] bool is_low() const;
};

/// Points of share above the card from which on there is drift.
inline constexpr double kDriftAllowance = 0.05;

/// Share of scores with |f| < 1.
double unsure_share(std::span<const double> scores);

/// Share of scores of a one-class object below zero.
double strange_share(std::span<const double> scores);

/// @param scores  as the model of the object gives them
/// @return        nothing if the object is not trained: it scores everything alike
std::optional<Drift> measure_drift(const ClassifierObject& object, std::span<const double> scores);

}  // namespace tributary::classifier
