#include <algorithm>
#include <cmath>

#include "base/log.hpp"
#include "classifier/predict/predictor.hpp"
#include "classifier/svm/libsvm_engine.hpp"
#include "classifier/svm/smo_engine.hpp"
#include "classifier/svm/smo_loops.hpp"

namespace tributary::classifier {

namespace {

constexpr double kLeastCurvature = 1e-12;

class SmoSolver final : public Solver {
 public:
    SmoSolver(const TrainingSet& set, const Costs& costs, const HyperParameters& parameters,
              const SmoOptions& options, ArenaPool* pool)
        : set_(set),
          costs_(costs),
          parameters_(parameters),
          cap_(std::max<std::uint64_t>(options.least_iterations, 100 * set.size())),
          pool_(pool),
          arena_(pool != nullptr ? pool->take() : std::make_unique<KernelArena>()),
          cache_(set, parameters.gamma, *arena_, options.cache_bytes),
          alphas_(set.size(), 0),
          bounds_(set.size(), 0),
          potentials_(padded(set.size()), 0),
          moves_(padded(set.size()), kNowhere) {
        for (std::size_t i = 0; i < set.size(); ++i) {
            potentials_[i] = static_cast<float>(set.sign(i));
        }
    }

    ~SmoSolver() override {
        if (pool_ != nullptr) pool_->give_back(std::move(arena_));
    }
    SmoSolver(const SmoSolver&) = delete;
    SmoSolver& operator=(const SmoSolver&) = delete;

    Result<Solution> solve(std::span<const std::uint8_t> left_out,
                           std::span<const double> start) override {
        for (std::size_t i = 0; i < set_.size(); ++i) {
            bounds_[i] = left_out[i] ? 0 : costs_.of(set_.sign(i)) * set_.weight(i);
        }
        begin_at(balanced(start));
        const std::uint64_t steps = iterate();
        if (steps < cap_) return describe(steps);
        log::warning("smo", "iteration cap reached, LIBSVM takes over",
                     {{"rows", set_.size()}, {"iterations", steps}});
        return make_libsvm_solver(set_, costs_, parameters_)->solve(left_out, start);
    }

 private:
    /// `start` within the bounds, with the sum of signed alphas brought back to zero: the free
    /// alphas of the heavier class give first, then the bounded ones.
    [[nodiscard]] std::vector<double> balanced(std::span<const double> start) const {
        std::vector<double> alphas(set_.size());
        double sum = 0;
        for (std::size_t i = 0; i < alphas.size(); ++i) {
            alphas[i] = std::clamp(start[i], 0.0, bounds_[i]);
            sum += alphas[i] * set_.sign(i);
        }
        const std::int8_t heavier = sum > 0 ? 1 : -1;
        double excess = std::fabs(sum);
        for (const bool free_only : {true, false}) {
            for (std::size_t i = 0; i < alphas.size() && excess > 0; ++i) {
                const bool bounded = alphas[i] >= bounds_[i];
                if (set_.sign(i) != heavier || (free_only && bounded)) continue;
                const double given = std::min(alphas[i], excess);
                alphas[i] -= given;
                excess -= given;
            }
        }
        return alphas;
    }

    /// Sets the alphas and carries the change to the potentials of every row, summed in double:
    /// on the way the parts are far larger than what is left.
    void begin_at(const std::vector<double>& alphas) {
        Model change = Model::empty(set_.width(), parameters_);
        for (std::size_t i = 0; i < alphas.size(); ++i) {
            const double change_by = set_.sign(i) * (alphas[i] - alphas_[i]);
            const auto moved = static_cast<float>(change_by);
            alphas_[i] = alphas[i];
            mark(i);
            if (moved == 0) continue;
            change.vectors.append(set_.row(i));
            change.coefficients.push_back(moved);
        }
        if (change.coefficients.empty()) return;
        const Predictor predictor(change);
        for (std::size_t i = 0; i < alphas.size(); ++i) {
            potentials_[i] = static_cast<float>(static_cast<double>(potentials_[i]) -
                                                predictor.score(set_.row(i)));
        }
    }

    /// Notes in which directions a row may move.
    void mark(std::size_t i) {
        const bool may_grow = alphas_[i] < bounds_[i];
        const bool may_shrink = alphas_[i] > 0;
        if (may_grow && may_shrink) {
            moves_[i] = kBothWays;
        } else if (may_grow || may_shrink) {
            moves_[i] = may_grow == (set_.sign(i) > 0) ? kUpOnly : kLowOnly;
        } else {
            moves_[i] = kNowhere;
        }
    }

    /// How far a row may move along +y (direction 1) or -y (direction -1).
    [[nodiscard]] double room(std::size_t i, int direction) const {
        return set_.sign(i) * direction > 0 ? bounds_[i] - alphas_[i] : alphas_[i];
    }

    /// Moves along +y or -y; a row that reaches its bound stands exactly on it.
    void move(std::size_t i, int direction, double step) {
        if (step >= room(i, direction)) {
            alphas_[i] = set_.sign(i) * direction > 0 ? bounds_[i] : 0;
        } else {
            alphas_[i] += set_.sign(i) * direction * step;
        }
        mark(i);
    }

    [[nodiscard]] SmoRows rows() { return {potentials_.data(), moves_.data(), potentials_.size()}; }

    std::uint64_t iterate() {
        Extremes extremes = smo_extremes(rows());
        for (std::uint64_t steps = 0; steps < cap_; ++steps) {
            const double violation =
                static_cast<double>(extremes.up_value) - static_cast<double>(extremes.low_value);
            if (!(violation >= parameters_.eps)) return steps;
            const std::size_t up = extremes.up;
            const float* const kernel_up = cache_.row(up);
            const std::size_t low = smo_partner(rows(), kernel_up, extremes.up_value);
            if (low >= set_.size()) return steps;
            const float* const kernel_low = cache_.row(low);
            const double bend =
                std::max(2.0 - 2.0 * static_cast<double>(kernel_up[low]), kLeastCurvature);
            const double gap =
                static_cast<double>(extremes.up_value) - static_cast<double>(potentials_[low]);
            const double step = std::min({gap / bend, room(up, 1), room(low, -1)});
            move(up, 1, step);
            move(low, -1, step);
            extremes = smo_step(rows(), kernel_up, kernel_low, static_cast<float>(step));
        }
        return cap_;
    }

    /// Mean potential of the free rows, or the middle of what the bounded ones allow: -rho.
    [[nodiscard]] double offset() {
        double sum = 0;
        std::size_t free = 0;
        for (std::size_t i = 0; i < set_.size(); ++i) {
            if (alphas_[i] <= 0 || alphas_[i] >= bounds_[i]) continue;
            sum += static_cast<double>(potentials_[i]);
            ++free;
        }
        if (free > 0) return sum / static_cast<double>(free);
        const Extremes extremes = smo_extremes(rows());
        return (static_cast<double>(extremes.up_value) + static_cast<double>(extremes.low_value)) /
               2;
    }

    [[nodiscard]] Solution describe(std::uint64_t steps) {
        Solution solution;
        solution.alphas = alphas_;
        solution.iterations = steps;
        const double middle = offset();
        solution.rho = -middle;
        solution.margins.reserve(set_.size());
        for (std::size_t i = 0; i < set_.size(); ++i) {
            const double potential = static_cast<double>(potentials_[i]);
            solution.margins.push_back(1 - set_.sign(i) * (potential - middle));
            solution.objective -= alphas_[i] * (1 + set_.sign(i) * potential) / 2;
        }
        return solution;
    }

    const TrainingSet& set_;
    Costs costs_;
    HyperParameters parameters_;
    std::uint64_t cap_;
    ArenaPool* pool_;
    std::unique_ptr<KernelArena> arena_;
    KernelCache cache_;
    std::vector<double> alphas_;
    std::vector<double> bounds_;
    std::vector<float> potentials_;
    std::vector<float> moves_;
};

}  // namespace

std::unique_ptr<KernelArena> ArenaPool::take() {
    const std::lock_guard lock(mutex_);
    return spare_ != nullptr ? std::move(spare_) : std::make_unique<KernelArena>();
}

void ArenaPool::give_back(std::unique_ptr<KernelArena> arena) {
    const std::lock_guard lock(mutex_);
    spare_ = std::move(arena);
}

std::unique_ptr<Solver> make_smo_solver(const TrainingSet& set, const Costs& costs,
                                        const HyperParameters& parameters,
                                        const SmoOptions& options, ArenaPool* pool) {
    return std::make_unique<SmoSolver>(set, costs, parameters, options, pool);
}

Result<std::unique_ptr<Solver>> SmoEngine::make_solver(const TrainingSet& set, const Costs& costs,
                                                       const HyperParameters& parameters) const {
    return make_smo_solver(set, costs, parameters, options_, &pool_);
}

}  // namespace tributary::classifier
