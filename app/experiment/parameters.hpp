#pragma once
// Which cost and width of the kernel a schema should have: cross-validation on training captures
// alone, never on a test capture. The flows of one attack stay together in a fold, because the
// next attack will be another one; the attacks of a class are spread evenly over the folds. Normal
// traffic repeats at a site, so that its flows are divided by the minute in which they start.
// One thread per call. Source: design of the classifier, section 1 (hyper-parameters per schema).

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "app/experiment/organization.hpp"
#include "datasets/label/label.hpp"

namespace tributary::app {

struct ParameterOptions {
    std::vector<Organization> organizations;
    std::string schema = "flowctx/1";
    std::string engine;  ///< empty: the default
    std::vector<double> costs{1, 3, 10, 30, 100};
    std::vector<double> gammas{0.05, 0.1, 0.2, 0.35, 0.5, 0.7};
    std::size_t folds = 4;        ///< at least 2
    std::size_t assignments = 6;  ///< different divisions into folds
    std::uint64_t seed = 1;
    /// Told what is done, for a person who waits; may be empty.
    std::function<void(const std::string&)> progress;
};

/// What one pair of parameters is worth over all folds and assignments: one class against the
/// rest, as in detection; a flow is recalled when its verdict is the right class. Each site judges
/// its own normals and everybody's attacks with thresholds of its own held-out normals: what one
/// organization labels, all of them must find.
struct ParameterRow {
    double cost = 0;
    double gamma = 0;
    double recall = 0;  ///< mean over the classes of recall_by_class
    double fpr = 0;     ///< share of normal flows with any alert
    std::map<datasets::ClassName, double> recall_by_class;  ///< at the site that recalls fewest
};

/// Most normal flows that may raise an alert, as a share. The product promises 0.01; a quarter of
/// it is kept for what another recording brings.
inline constexpr double kAlertLimit = 0.0075;

/// The row with the highest recall among those within the limit of alerts; without any, the row
/// with the fewest alerts.
/// @param rows  not empty
const ParameterRow& best_parameters(const std::vector<ParameterRow>& rows);

/// @return  one row per cost and gamma, in their order
/// @error   of reading and learning; invalid_argument (fewer than two folds)
Result<std::vector<ParameterRow>> cross_validate(const ParameterOptions& options);

}  // namespace tributary::app
