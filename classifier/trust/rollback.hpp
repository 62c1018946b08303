#pragma once
// Back to an old model, forwards: a new version whose model, card and calibration are those of an
// old one, with a reference to it. Versions never decrease, and the newest table of contribution
// numbers stays, so that nothing that was taken back enters again by a repeat.
// Pure functions; any thread. Source: design of the classifier, section 5.

#include "classifier/object/classifier_object.hpp"

namespace tributary::classifier {

/// @param old         an earlier version of the same object
/// @param decided_by  pseudonym of the organization, or name of the person
/// @error mismatch (another object or schema), invalid_argument (`old` is not older)
Result<ClassifierObject> roll_back(const ClassifierObject& object, const Digest& parent,
                                   const ClassifierObject& old, const std::string& decided_by);

}  // namespace tributary::classifier
