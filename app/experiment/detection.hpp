#pragma once
// What sharing is worth: several organizations with their own labelled captures teach the same
// classifiers, in several orders, and each is measured on its own test capture. Beside it: what
// each would know alone, what one model trained centrally on everything would know, and what the
// others lose when the only organization that labels a class stays away.
// The learning is that of the agents (Learner, Batcher, thresholds); only the tree is left out.
// One thread per call. @paper self-service §8.3

#include <functional>
#include <string>
#include <vector>

#include "app/experiment/organization.hpp"
#include "app/service/evaluation.hpp"

namespace tributary::app {

struct DetectionOptions {
    std::vector<Organization> organizations;
    std::string schema = "flowctx/1";
    std::string engine;      ///< empty: the default
    std::size_t orders = 3;  ///< different orders of contribution
    std::uint64_t seed = 1;
    /// Told what is done, for a person who waits; may be empty.
    std::function<void(const std::string&)> progress;
};

/// Evaluations of one organization at one stage, one per order.
struct StageResult {
    std::string organization;
    std::string stage;  ///< "before", "own", "everybody", "central", "without <organization>"
    std::vector<Evaluation> runs;

    [[nodiscard]] double mean_macro_recall() const;
    [[nodiscard]] double mean_union_fpr() const;
    /// Mean over the runs; 0 when the class does not occur.
    [[nodiscard]] double mean_recall(const datasets::ClassName& class_name) const;
};

/// Classes that exactly one organization labels, with its name.
using SoleLabellers = std::map<datasets::ClassName, std::string>;

struct DetectionResult {
    std::vector<StageResult> stages;
    SoleLabellers sole;
};

Result<DetectionResult> run_detection_experiment(const DetectionOptions& options);

}  // namespace tributary::app
