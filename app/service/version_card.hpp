#pragma once
// What a site's held-out records say of one object: the records that an update is judged by, and
// the card and the probabilities that its new version carries. Pure functions; any thread.
// Source: design of the classifier, sections 3, 5 and 6.

#include "classifier/object/classifier_object.hpp"
#include "classifier/trust/gate.hpp"
#include "datasets/label/label.hpp"

namespace tributary::app {

/// +1: of the class that an object knows, -1: not, 0: says nothing. A one-class object knows normal
/// traffic and takes every labelled record.
int sign_for_object(const datasets::ClassName& label, const datasets::ClassName& class_name,
                    const datasets::Coverage& coverage);

/// The newest held-out records that say something about a class, at most
/// classifier::kGateRecords.
/// @param strata  one name a record; empty: their labels
classifier::Validation validation_for(const datasets::LabelledRecords& held_out,
                                      const datasets::ClassName& class_name,
                                      const std::vector<datasets::ClassName>& strata = {});

/// Measures the card of a new version and, where both classes are there, fits its probabilities. A
/// one-class object is measured as an alarm: what it finds strange counts as found.
/// @param now     seconds since 1970
/// @param scores  what the model scores the records, where it is known already
/// @error invalid_argument (a score that is not a number)
Status measure_card(classifier::ClassifierObject& object, const classifier::Validation& validation,
                    std::uint64_t now, std::vector<double> scores = {});

}  // namespace tributary::app
