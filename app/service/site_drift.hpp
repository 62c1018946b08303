#pragma once
// Does the traffic of this site still look like what its objects were measured on? For every object
// the share of records within the margin, and how many a one-class object finds strange, beside
// what its card says. Probabilities are told only while that is so. Pure functions; any thread.
// Source: design of the classifier, section 6.

#include <map>
#include <optional>
#include <string>

#include "app/service/learner.hpp"
#include "classifier/detect/detector.hpp"
#include "classifier/evaluate/drift.hpp"

namespace tributary::app {

/// One object and one site's records.
struct ObjectDrift {
    std::uint64_t version = 0;  ///< model version
    classifier::Drift drift;
    classifier::Calibration calibration;

    /// The probability of the class at a score; nothing while drift is not low or where no
    /// sigmoid was fitted.
    [[nodiscard]] std::optional<double> probability(double score) const;
};
using SiteDrift = std::map<std::string, ObjectDrift>;  ///< by object id

/// @param objects  encoded, all of one schema; untrained ones are left out
/// @param rows     records of the site, their truth need not be known
/// @error mismatch (another width), corrupt
Result<SiteDrift> measure_site_drift(const ObjectBytes& objects,
                                     const classifier::FeatureMatrix& rows);

/// JSON text: {"unsure", "unsure_on_card", "low"}, of a one-class object {"alarm_rate",
/// "alarm_rate_on_card", "low"}; null where there is no card.
std::string drift_json(const classifier::Drift& drift);

/// One row of output as JSON text: {"object", "model_version", "n"} and what `drift_json` gives.
std::string drift_row(const std::string& id, const ObjectDrift& drift);

}  // namespace tributary::app
