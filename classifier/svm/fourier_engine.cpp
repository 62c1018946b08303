#include "classifier/svm/fourier_engine.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "base/random.hpp"
#include "classifier/predict/fourier_loops.hpp"
#include "classifier/predict/fourier_map.hpp"
#include "classifier/svm/retention.hpp"

namespace tributary::classifier {

namespace {

constexpr int kMostRounds = 60;
constexpr double kLinearTolerance = 1e-2;
/// Every row has this as one more feature, whose weight is the offset.
constexpr float kOffsetFeature = 1;

/// min 1/2 |w - w0|^2 + sum_i c_i max(0, 1 - y_i w.z_i), where row i may pull up to c_i.
class ProximalSolver {
 public:
    /// @param start  one weight per random feature, and last the offset
    ProximalSolver(const FourierMap& map, const TrainingSet& set, std::span<const float> start)
        : set_(set), offset_at_(map.size()), stride_(padded(map.size() + 1)) {
        weights_.assign(start.begin(), start.end());
        weights_.resize(stride_, 0);
        rows_.resize(set.size() * stride_, 0);
        norms_.reserve(set.size());
        for (std::size_t i = 0; i < set.size(); ++i) {
            float* const row = rows_.data() + i * stride_;
            map.map(set.row(i), {row, stride_});
            row[offset_at_] = kOffsetFeature;
            norms_.push_back(static_cast<double>(fourier_dot(row, row, stride_)));
        }
    }

    /// Rounds over the rows that still move; when these are done, one over all of them decides.
    void solve(const Costs& costs, Random random) {
        std::vector<double> alphas(set_.size(), 0);
        std::vector<std::size_t> everything(set_.size());
        std::iota(everything.begin(), everything.end(), std::size_t{0});
        std::vector<std::size_t> active = everything;
        for (int round = 0; round < kMostRounds; ++round) {
            const bool all = active.size() == set_.size();
            shuffle(active, random);
            double largest = 0;
            std::vector<std::size_t> moving;
            for (const std::size_t i : active) {
                const double bound = costs.of(set_.sign(i)) * set_.weight(i);
                const double moved = step(i, bound, alphas[i]);
                if (moved > 0 || (alphas[i] > 0 && alphas[i] < bound)) moving.push_back(i);
                largest = std::max(largest, moved);
            }
            const bool done = largest < kLinearTolerance;
            if (done && all) break;
            active = done ? everything : std::move(moving);
        }
    }

    [[nodiscard]] std::span<const float> weights() const {
        return std::span(weights_).first(offset_at_);
    }
    [[nodiscard]] float offset() const { return weights_[offset_at_]; }

 private:
    /// Moves one alpha to its best place.
    /// @return how far the row's margin was from it
    double step(std::size_t i, double bound, double& alpha) {
        const float* const row = rows_.data() + i * stride_;
        const double value = static_cast<double>(fourier_dot(weights_.data(), row, stride_));
        const double slope = set_.sign(i) * value - 1;
        const double next = std::clamp(alpha - slope / norms_[i], 0.0, bound);
        const double move = next - alpha;
        if (move == 0) return 0;
        alpha = next;
        fourier_pull(weights_.data(), static_cast<float>(move * set_.sign(i)), row, stride_);
        return std::fabs(slope);
    }

    const TrainingSet& set_;
    std::size_t offset_at_;  ///< behind the random features
    std::size_t stride_;
    std::vector<float> weights_;
    std::vector<float> rows_;
    std::vector<double> norms_;
};

Status check_linear_fit(const Model& current, const PreparedBatch& prepared) {
    if (current.kind != ModelKind::rff_linear) {
        return fail(Errc::mismatch, std::string("this engine trains rff-linear, the object is ") +
                                        to_string(current.kind));
    }
    const bool batch_fits =
        prepared.batch.empty() || prepared.batch.features.width() == current.width();
    const bool memory_fits = prepared.own.size() == 0 || prepared.own.width() == current.width();
    if (!batch_fits || !memory_fits) {
        return fail(Errc::mismatch,
                    "the batch or the site's memory has another width than the object. Encode it "
                    "with the schema of the object");
    }
    return check_model(current);
}

/// How far one row may pull: C over the records that the weights already stand for, so that old
/// ones are not forgotten for a batch.
double pull_limit(const Model& model) {
    const double seen = static_cast<double>(model.seen_positive + model.seen_negative);
    return model.parameters.cost / std::max(1.0, seen / 2000);
}

}  // namespace

Result<Model> FourierEngine::update(const Model& current, const PreparedBatch& prepared) const {
    TRIBUTARY_CHECK(check_linear_fit(current, prepared));
    if (prepared.changes_nothing()) return current;
    Model next = current;
    next.seen_positive += prepared.positives;
    next.seen_negative += prepared.negatives;
    const TrainingSet& set = prepared.own;
    if (set.size() == 0) return next;
    const FourierMap map(current.width(), current.parameters);
    std::vector<float> start(map.size() + 1, 0);
    std::copy(current.linear.begin(), current.linear.end(), start.begin());
    start.back() = static_cast<float>(-current.rho);
    const Costs costs = class_costs(pull_limit(next), next.seen_positive, next.seen_negative);
    ProximalSolver solver(map, set, start);
    solver.solve(costs, Random(current.parameters.fourier_seed));
    next.cost_positive = costs.positive;
    next.cost_negative = costs.negative;
    next.rho = -static_cast<double>(solver.offset());
    next.linear.assign(solver.weights().begin(), solver.weights().end());
    TRIBUTARY_CHECK(check_model(next));
    return next;
}

Result<Model> merge_linear(const Model& left, const Model& right) {
    const bool alike = left.kind == ModelKind::rff_linear && right.kind == ModelKind::rff_linear &&
                       left.width() == right.width() && left.parameters == right.parameters;
    if (!alike) {
        return fail(Errc::mismatch,
                    "only rff-linear models of one schema, seed and size can be merged");
    }
    if (!left.trained() || !right.trained()) {
        return fail(Errc::invalid_argument, "one of the models to merge has learnt nothing");
    }
    const auto of_left = static_cast<double>(left.seen_positive + left.seen_negative);
    const auto of_right = static_cast<double>(right.seen_positive + right.seen_negative);
    const double share = of_left + of_right > 0 ? of_left / (of_left + of_right) : 0.5;
    Model merged = left;
    merged.seen_positive += right.seen_positive;
    merged.seen_negative += right.seen_negative;
    merged.rho = share * left.rho + (1 - share) * right.rho;
    for (std::size_t d = 0; d < merged.linear.size(); ++d) {
        merged.linear[d] = static_cast<float>(share * static_cast<double>(left.linear[d]) +
                                              (1 - share) * static_cast<double>(right.linear[d]));
    }
    return merged;
}

}  // namespace tributary::classifier
