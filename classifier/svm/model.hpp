#pragma once
// One binary classifier in memory: what an update changes and what a predictor scores with.
// Decision value: f(x) = sum_i coefficients[i] * K(vectors[i], x) - rho; positive means "of the
// class". Features are q/255, K is exp(-gamma * |x - y|^2).
// Invariants of a model made by an engine or the codec (see check_model): vectors, coefficients and
// weights have one entry per vector; rows ascend by (cells, sign); coefficients are finite and not
// zero. A value; one thread per instance.
// Source: design of the classifier, sections 1 and 4; self-service §8.3 (incremental SVM).

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "datasets/feature/feature_matrix.hpp"

namespace tributary::classifier {

using datasets::FeatureMatrix;
using datasets::FeatureRow;

/// Most vectors any model may hold, whatever its budget says.
inline constexpr std::uint32_t kVectorLimit = 8192;
/// Records of the only class seen so far that an object carries until a second class appears.
inline constexpr std::size_t kPendingLimit = 500;
/// How often one (vector, label) pair may count; repeating one record more often changes nothing.
inline constexpr std::uint8_t kWeightLimit = 16;
/// Widest schema a model accepts; scorers keep a row of this size on the stack.
inline constexpr std::size_t kWidthLimit = 1024;
/// Largest count of records, versions or contributions: it stays exact as a double, and no sum of
/// two counts wraps.
inline constexpr std::uint64_t kCountLimit = std::uint64_t{1} << 53;
/// Most random Fourier features of an rff_linear model.
inline constexpr std::uint32_t kFourierLimit = 4096;

enum class ModelKind : std::uint8_t {
    svm_rbf = 1,     ///< support vectors travel
    rff_linear = 2,  ///< random Fourier features: weights travel, no record does
    one_class = 3,   ///< support vectors of normal traffic; no labels
};
const char* to_string(ModelKind kind);

/// How a model is trained; recorded in the object and fixed by the schema's catalogue entry.
struct HyperParameters {
    double cost = 10.0;  ///< C before class weights
    double gamma = 0.5;
    double eps = 1e-3;  ///< stopping tolerance of the solver
    std::uint32_t budget = 2000;
    double nu = 0.01;                ///< one_class only
    std::uint32_t fourier = 0;       ///< rff_linear only: number of random features
    std::uint64_t fourier_seed = 0;  ///< rff_linear only

    bool operator==(const HyperParameters&) const = default;
};

/// Records kept because only one class was seen so far, oldest first.
struct Pending {
    FeatureMatrix features;
    std::int8_t sign = 0;  ///< +1 or -1; 0 when there are none

    bool operator==(const Pending&) const = default;
};

struct Model {
    ModelKind kind = ModelKind::svm_rbf;
    HyperParameters parameters;
    double cost_positive = 0;  ///< C+ of the last solve; 0 before the first
    double cost_negative = 0;
    FeatureMatrix vectors;
    std::vector<float> coefficients;    ///< alpha_i * y_i: the sign is the label
    std::vector<std::uint8_t> weights;  ///< how often each pair counted, 1..kWeightLimit
    double rho = 0;
    std::vector<float> linear;  ///< rff_linear: one weight per random feature
    Pending pending;
    std::uint64_t seen_positive = 0;
    std::uint64_t seen_negative = 0;

    /// A model that has seen nothing; it scores every record 0.
    static Model empty(std::size_t width, const HyperParameters& parameters,
                       ModelKind kind = ModelKind::svm_rbf);
    [[nodiscard]] std::size_t width() const { return vectors.width(); }
    /// True once there is something to score with.
    [[nodiscard]] bool trained() const { return !coefficients.empty() || !linear.empty(); }

    bool operator==(const Model&) const = default;
};

/// Checks every invariant named above; used on everything that comes from outside.
/// @error corrupt, limit_exceeded
Status check_model(const Model& model);

/// Sorts the vectors by (cells, sign) with their coefficients and weights.
void make_canonical(Model& model);

}  // namespace tributary::classifier
