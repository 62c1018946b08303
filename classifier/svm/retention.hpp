#pragma once
// Support-vector retention: the part of an update that is the same for every solver. The next
// model is learnt from the vectors of the object, its pending records, the site's memory and the
// new batch; then noise is dropped (ramp rule) and the number of vectors is bounded (budget).
// Holds no state; any thread.
// Source: self-service §8.3; design of the classifier, section 1.

#include "classifier/svm/engine.hpp"
#include "classifier/svm/solver.hpp"

namespace tributary::classifier {

/// Largest class weight against imbalance.
inline constexpr double kClassWeightLimit = 20.0;
/// Rows whose margin y f(x) is below this are noise to the ramp loss and are dropped. At -1, where
/// classes overlap, the side that is rarer there would be taken for noise.
inline constexpr double kRampMargin = -1.5;
/// Passes that drop noise or enforce the budget before the rest is cut for good.
inline constexpr int kDropRounds = 3;

/// C of both classes: the class seen less often gets C * min(20, sqrt(other / own)).
Costs class_costs(double cost, std::uint64_t positives, std::uint64_t negatives);

/// Engine whose optimisation is done by a Solver of the derived class.
class RetentionEngine : public Engine {
 public:
    [[nodiscard]] Result<Model> update(const Model& current,
                                       const PreparedBatch& prepared) const override;

 protected:
    [[nodiscard]] virtual Result<std::unique_ptr<Solver>> make_solver(
        const TrainingSet& set, const Costs& costs, const HyperParameters& parameters) const = 0;
};

/// Everything one update learns from.
TrainingSet assemble(const Model& current, const PreparedBatch& prepared);

}  // namespace tributary::classifier
