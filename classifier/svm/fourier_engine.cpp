#include "classifier/svm/fourier_engine.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/random.hpp"
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
    ProximalSolver(const FourierMap& map, const TrainingSet& set, std::vector<double> weights)
        : set_(set), weights_(std::move(weights)), stride_(map.size() + 1) {
        rows_.resize(set.size() * stride_);
        for (std::size_t i = 0; i < set.size(); ++i) {
            const std::span<float> row(rows_.data() + i * stride_, stride_);
            map.map(set.row(i), row.first(map.size()));
            row.back() = kOffsetFeature;
            double norm = 0;
            for (const float value : row) norm += static_cast<double>(value * value);
            norms_.push_back(norm);
        }
    }

    /// Rounds over the rows that still move; when these are done, one over all of them decides.
    std::vector<double> solve(const Costs& costs, Random random) {
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
        return std::move(weights_);
    }

 private:
    /// Weights times a row. Four sums at a time: one would wait for itself.
    [[nodiscard]] double value_of(const float* row) const {
        std::array<double, 4> parts{};
        std::size_t d = 0;
        for (; d + 4 <= stride_; d += 4) {
            for (std::size_t k = 0; k < 4; ++k) {
                parts[k] += weights_[d + k] * static_cast<double>(row[d + k]);
            }
        }
        for (; d < stride_; ++d) parts[0] += weights_[d] * static_cast<double>(row[d]);
        return (parts[0] + parts[1]) + (parts[2] + parts[3]);
    }

    /// Moves one alpha to its best place.
    /// @return how far the row's margin was from it
    double step(std::size_t i, double bound, double& alpha) {
        const float* const row = rows_.data() + i * stride_;
        const double slope = set_.sign(i) * value_of(row) - 1;
        const double next = std::clamp(alpha - slope / norms_[i], 0.0, bound);
        const double move = next - alpha;
        if (move == 0) return 0;
        alpha = next;
        const double pull = move * set_.sign(i);
        for (std::size_t d = 0; d < stride_; ++d) weights_[d] += pull * static_cast<double>(row[d]);
        return std::fabs(slope);
    }

    const TrainingSet& set_;
    std::vector<double> weights_;
    std::size_t stride_;
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
    const bool memory_fits =
        prepared.memory.size() == 0 || prepared.memory.width() == current.width();
    if (!batch_fits || !memory_fits) {
        return fail(Errc::mismatch,
                    "the batch or the site's memory has another width than the object. Encode it "
                    "with the schema of the object");
    }
    return check_model(current);
}

/// The batch, and what the site remembers.
TrainingSet rows_of(const PreparedBatch& prepared, std::size_t width) {
    TrainingSet set(width);
    for (const TrainingSet* part : {&prepared.rows, &prepared.memory}) {
        for (std::size_t i = 0; i < part->size(); ++i) {
            set.add(part->row(i), part->sign(i), part->weight(i));
        }
    }
    return set;
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
    if (prepared.batch.empty() && !prepared.is_rehearsal) return current;
    Model next = current;
    next.seen_positive += prepared.positives;
    next.seen_negative += prepared.negatives;
    const TrainingSet set = rows_of(prepared, current.width());
    const FourierMap map(current.width(), current.parameters);
    std::vector<double> weights(map.size() + 1, 0);
    std::copy(current.linear.begin(), current.linear.end(), weights.begin());
    weights.back() = -current.rho;
    const Costs costs = class_costs(pull_limit(next), next.seen_positive, next.seen_negative);
    weights = ProximalSolver(map, set, std::move(weights))
                  .solve(costs, Random(current.parameters.fourier_seed));
    next.cost_positive = costs.positive;
    next.cost_negative = costs.negative;
    next.rho = -weights.back();
    weights.pop_back();
    next.linear.assign(weights.begin(), weights.end());
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
