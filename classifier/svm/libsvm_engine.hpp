#pragma once
// Support-vector retention with LIBSVM from the package: the oracle, the fallback and the reference
// of every benchmark. LIBSVM has no instance weights, so a pair of weight w stands w times in its
// problem: the optimum is the same, alpha being the sum over the copies.
// Holds no state; any thread. Source: self-service §8.3.

#include "classifier/svm/retention.hpp"

namespace tributary::classifier {

/// @return  a solver that ignores `start` and solves from nothing
std::unique_ptr<Solver> make_libsvm_solver(const TrainingSet& set, const Costs& costs,
                                           const HyperParameters& parameters);

class LibsvmEngine final : public RetentionEngine {
 public:
    [[nodiscard]] std::string_view name() const override { return "libsvm"; }

 protected:
    [[nodiscard]] Result<std::unique_ptr<Solver>> make_solver(
        const TrainingSet& set, const Costs& costs,
        const HyperParameters& parameters) const override;
};

}  // namespace tributary::classifier
