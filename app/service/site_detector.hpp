#pragma once
// Objects + what this site knows to be normal -> a detector with this site's thresholds.
// Immutable results; any thread.

#include "app/service/learner.hpp"
#include "classifier/detect/detector.hpp"

namespace tributary::app {

/// The threshold of each object, by id.
using Thresholds = std::map<std::string, double>;

/// Builds the one-against-rest detector of the trained objects; untrained ones are left out.
/// @param objects     encoded, all of one schema
/// @param thresholds  an object without one gets 0
/// @error mismatch (an object of another schema, by name), corrupt
Result<classifier::Detector> make_detector(const datasets::Schema& schema,
                                           const ObjectBytes& objects,
                                           const Thresholds& thresholds);

/// What this site lets through of its own normals that trained none of the objects.
/// @param held_out_normals  empty: every threshold is 0
/// @error of make_detector
Result<Thresholds> site_thresholds(const datasets::Schema& schema, const ObjectBytes& objects,
                                   const classifier::FeatureMatrix& held_out_normals);

/// The rows labelled "normal".
classifier::FeatureMatrix normal_rows(const datasets::LabelledRecords& records);

}  // namespace tributary::app
