#pragma once
// Batches of encoded records -> decisions, with the scores of every object for whoever wants to
// see why. Buffers live in the result and are reused: no allocation per record.
// One thread per instance. Source: design of the classifier, sections 1 and 2.

#include "classifier/ensemble/one_vs_rest.hpp"

namespace tributary::classifier {

/// The outcome of one batch. `scores[m]` holds the decision values of member m, one per row.
struct Detections {
    std::vector<std::vector<double>> scores;
    std::vector<Decision> decisions;
};

class Detector {
 public:
    explicit Detector(OneVsRest ensemble) : ensemble_(std::move(ensemble)) {}

    /// Scores a batch; `into` is overwritten and its memory reused.
    /// @error mismatch (another width)
    Status detect(const FeatureMatrix& rows, Detections& into);

    [[nodiscard]] const OneVsRest& ensemble() const { return ensemble_; }

 private:
    OneVsRest ensemble_;
    std::vector<double> row_scores_;
};

}  // namespace tributary::classifier
