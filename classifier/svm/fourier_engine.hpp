#pragma once
// Learns rff-linear models: a linear SVM on random Fourier features, moved from the weights of the
// object as far as the batch and the site's memory ask for, by dual coordinate descent. Weights
// travel, no record does, so there are no pending records either: one class alone moves the
// weights. Holds no state; any thread. Source: Hsieh et al., "A dual coordinate descent method for
// large-scale linear SVM", ICML 2008; design of the classifier, section 4.

#include "classifier/svm/engine.hpp"

namespace tributary::classifier {

/// Random features of a new object: 4 kB of weights.
inline constexpr std::uint32_t kDefaultFourier = 1024;

class FourierEngine final : public Engine {
 public:
    [[nodiscard]] std::string_view name() const override { return "fourier"; }
    [[nodiscard]] Result<Model> update(const Model& current,
                                       const PreparedBatch& prepared) const override;
};

/// One model of two that were learnt apart: their weights, averaged by the records each has seen.
/// @error mismatch (another kind or map), invalid_argument (one has learnt nothing)
Result<Model> merge_linear(const Model& left, const Model& right);

}  // namespace tributary::classifier
