#pragma once
// How good one object is on labelled records: its scores, its card and its drift. Any thread.
// Source: design of the classifier, sections 3 and 6.

#include <optional>
#include <string>
#include <vector>

#include "classifier/evaluate/drift.hpp"
#include "classifier/object/classifier_object.hpp"
#include "datasets/label/label.hpp"

namespace tributary::app {

/// Records with a known truth, as one object is judged by them.
struct ScoredRecords {
    std::vector<double> scores;  ///< high means alarm: a one-class object's score is negated
    std::vector<std::int8_t> truth;
    std::vector<std::string> types;  ///< the records' own labels
};

/// @error mismatch (schema)
Result<ScoredRecords> score_records(const classifier::ClassifierObject& object,
                                    const datasets::LabelledRecords& records);

struct ObjectEvaluation {
    classifier::Card card;                   ///< recall per type; n is 0 when no record has a truth
    double recall = 0;                       ///< share of the class that is found
    std::optional<classifier::Drift> drift;  ///< none: the object is not trained
};

/// @param threshold  an alarm is a score above it
/// @error mismatch (schema), invalid_argument (no record with a known truth)
Result<ObjectEvaluation> evaluate_object(const classifier::ClassifierObject& object,
                                         const datasets::LabelledRecords& records,
                                         double threshold);

}  // namespace tributary::app
