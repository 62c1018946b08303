#pragma once
// How well a site's detector does on flows whose truth is known: per class, and for the union of
// all alerts. A flow of class k is recalled when its verdict is k, not when just any alert is
// raised. Rows without a truth are left out. Any thread.

#include <map>
#include <string>
#include <vector>

#include "app/service/labelled_flows.hpp"
#include "classifier/detect/detector.hpp"
#include "classifier/object/classifier_object.hpp"

namespace tributary::app {

/// One class against the rest.
struct ClassEvaluation {
    datasets::ClassName class_name;
    std::uint64_t count = 0;  ///< flows of this class
    double recall = 0;        ///< share whose verdict is this class
    double fpr = 0;           ///< share of normal flows whose verdict is this class
    double f1 = 0;            ///< of the verdict, against all other flows with a truth
    double mcc = 0;
    double auc = 0;  ///< of the score, against the normal flows
    /// Flows of this class by what was said of them; "none": no alert.
    std::map<datasets::ClassName, std::uint64_t> verdicts;
};

struct Evaluation {
    std::uint64_t count = 0;    ///< flows with a truth
    std::uint64_t normals = 0;  ///< of these, normal
    classifier::Card attack;    ///< attack against normal, by the largest excess
    double macro_recall = 0;    ///< mean recall over the classes that occur
    double union_fpr = 0;       ///< share of normal flows with any alert
    std::uint64_t false_alerts = 0;
    double hours = 0;  ///< from the first start to the last end
    std::vector<ClassEvaluation> classes;

    [[nodiscard]] double false_alerts_per_hour() const {
        return hours > 0 ? static_cast<double>(false_alerts) / hours : 0;
    }
};

/// @error mismatch (the detector has another width)
Result<Evaluation> evaluate_site(classifier::Detector& detector, const LabelledFlows& flows);

}  // namespace tributary::app
