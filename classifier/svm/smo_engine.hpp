#pragma once
// Warm-started SMO with second-order working sets and native weights: the same optimum as LIBSVM,
// an order of magnitude sooner, because it begins at the coefficients that arrive with the object
// and because its inner loops run on vectors.
// At the iteration cap it hands over to LIBSVM. Keeps memory for kernel rows between calls, and
// nothing else; any thread.
// Source: Fan, Chen, Lin, "Working set selection using second order information", JMLR 6, 2005;
// design of the classifier, section 1.

#include <mutex>

#include "classifier/svm/kernel_cache.hpp"
#include "classifier/svm/retention.hpp"

namespace tributary::classifier {

struct SmoOptions {
    std::uint64_t least_iterations = 200000;  ///< the cap is this or 100 per row
    std::size_t cache_bytes = kKernelCacheBytes;
};

/// Lends memory for kernel rows to one solver at a time; who comes meanwhile brings its own.
/// Any thread.
class ArenaPool {
 public:
    [[nodiscard]] std::unique_ptr<KernelArena> take();
    void give_back(std::unique_ptr<KernelArena> arena);

 private:
    std::mutex mutex_;
    std::unique_ptr<KernelArena> spare_;
};

/// @return  a solver that keeps its state between calls: leaving rows out costs only what changes
/// @param pool  where to borrow memory; null: its own. Outlives the solver
std::unique_ptr<Solver> make_smo_solver(const TrainingSet& set, const Costs& costs,
                                        const HyperParameters& parameters,
                                        const SmoOptions& options = {}, ArenaPool* pool = nullptr);

class SmoEngine final : public RetentionEngine {
 public:
    explicit SmoEngine(const SmoOptions& options = {}) : options_(options) {}

    [[nodiscard]] std::string_view name() const override { return "smo"; }

 protected:
    [[nodiscard]] Result<std::unique_ptr<Solver>> make_solver(
        const TrainingSet& set, const Costs& costs,
        const HyperParameters& parameters) const override;

 private:
    SmoOptions options_;
    mutable ArenaPool pool_;
};

}  // namespace tributary::classifier
