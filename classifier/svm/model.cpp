#include "classifier/svm/model.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tributary::classifier {

namespace {

/// Order of two vectors: by cells, then negative before positive.
int compare(const Model& model, std::size_t left, std::size_t right) {
    const auto order = std::lexicographical_compare_three_way(
        model.vectors.row(left).begin(), model.vectors.row(left).end(),
        model.vectors.row(right).begin(), model.vectors.row(right).end());
    if (order != 0) return order < 0 ? -1 : 1;
    const bool left_positive = model.coefficients[left] > 0;
    const bool right_positive = model.coefficients[right] > 0;
    return static_cast<int>(left_positive) - static_cast<int>(right_positive);
}

bool in_range(double value, double least, double most) {
    return std::isfinite(value) && value >= least && value <= most;
}

Status check_parameters(const Model& model) {
    const HyperParameters& p = model.parameters;
    const bool ok = in_range(p.cost, 1e-9, 1e9) && in_range(p.gamma, 1e-9, 1e9) &&
                    in_range(p.eps, 1e-12, 1) && in_range(p.nu, 1e-9, 1) && p.budget >= 1 &&
                    p.budget <= kVectorLimit && p.fourier <= kFourierLimit &&
                    in_range(model.cost_positive, 0, 1e12) &&
                    in_range(model.cost_negative, 0, 1e12) && in_range(model.rho, -1e15, 1e15);
    if (!ok)
        return fail(Errc::corrupt,
                    "a parameter of the model (C, gamma, eps, nu, budget, Fourier features or "
                    "rho) is out of range");
    if (model.kind != ModelKind::svm_rbf && model.kind != ModelKind::rff_linear &&
        model.kind != ModelKind::one_class) {
        return fail(Errc::corrupt, "the model is of an unknown kind");
    }
    return {};
}

Status check_counts(const Model& model) {
    if (model.seen_positive <= kCountLimit && model.seen_negative <= kCountLimit) return {};
    return fail(Errc::limit_exceeded, "the model says that it has seen more than 2^53 records");
}

Status check_vectors(const Model& model) {
    const std::size_t count = model.coefficients.size();
    if (count > kVectorLimit) {
        return fail(Errc::limit_exceeded, "the model has " + std::to_string(count) +
                                              " vectors; the limit is " +
                                              std::to_string(kVectorLimit));
    }
    if (model.vectors.rows() != count || model.weights.size() != count) {
        return fail(Errc::corrupt, "vectors, coefficients and weights differ in number");
    }
    for (std::size_t i = 0; i < count; ++i) {
        const float value = model.coefficients[i];
        if (!std::isfinite(value) || value == 0) {
            return fail(Errc::corrupt, "coefficient " + std::to_string(i) + " is not usable");
        }
        if (model.weights[i] < 1 || model.weights[i] > kWeightLimit) {
            return fail(Errc::corrupt, "weight " + std::to_string(i) + " is out of range");
        }
        if (i > 0 && compare(model, i - 1, i) >= 0) {
            return fail(Errc::corrupt,
                        "vector " + std::to_string(i) + " is repeated or out of order");
        }
    }
    return {};
}

Status check_pending(const Model& model) {
    const Pending& pending = model.pending;
    const std::size_t rows = pending.features.rows();
    if (rows > kPendingLimit) {
        return fail(Errc::limit_exceeded, "the model has " + std::to_string(rows) +
                                              " pending records; the limit is " +
                                              std::to_string(kPendingLimit));
    }
    const bool sign_fits =
        rows == 0 ? pending.sign == 0 : (pending.sign == 1 || pending.sign == -1);
    if (!sign_fits || pending.features.width() != model.width()) {
        return fail(Errc::corrupt, "the pending records do not fit the model");
    }
    return {};
}

Status check_linear(const Model& model) {
    const bool linear = model.kind == ModelKind::rff_linear;
    if (!linear && (!model.linear.empty() || model.parameters.fourier != 0)) {
        return fail(Errc::corrupt, "a model of support vectors carries linear weights");
    }
    if (!linear) return {};
    if (model.parameters.fourier == 0 || !model.coefficients.empty() ||
        (!model.linear.empty() && model.linear.size() != model.parameters.fourier)) {
        return fail(Errc::corrupt, "the linear weights do not fit the random features");
    }
    const bool finite = std::ranges::all_of(model.linear, [](float w) { return std::isfinite(w); });
    if (!finite) return fail(Errc::corrupt, "a linear weight is not a number");
    return {};
}

}  // namespace

const char* to_string(ModelKind kind) {
    switch (kind) {
        case ModelKind::svm_rbf: return "svm-rbf";
        case ModelKind::rff_linear: return "rff-linear";
        case ModelKind::one_class: return "one-class";
    }
    return "unknown";
}

Model Model::empty(std::size_t width, const HyperParameters& parameters, ModelKind kind) {
    Model model;
    model.kind = kind;
    model.parameters = parameters;
    model.vectors = FeatureMatrix(width);
    model.pending.features = FeatureMatrix(width);
    return model;
}

Status check_model(const Model& model) {
    if (model.width() == 0 || model.width() > kWidthLimit) {
        return fail(Errc::limit_exceeded, "the model is " + std::to_string(model.width()) +
                                              " features wide; 1 to " +
                                              std::to_string(kWidthLimit) + " are supported");
    }
    TRIBUTARY_CHECK(check_parameters(model));
    TRIBUTARY_CHECK(check_counts(model));
    TRIBUTARY_CHECK(check_vectors(model));
    TRIBUTARY_CHECK(check_pending(model));
    return check_linear(model);
}

void make_canonical(Model& model) {
    std::vector<std::size_t> order(model.coefficients.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order,
                      [&](std::size_t a, std::size_t b) { return compare(model, a, b) < 0; });
    FeatureMatrix vectors(model.width());
    vectors.reserve(order.size());
    std::vector<float> coefficients;
    std::vector<std::uint8_t> weights;
    for (const std::size_t i : order) {
        vectors.append(model.vectors.row(i));
        coefficients.push_back(model.coefficients[i]);
        weights.push_back(model.weights[i]);
    }
    model.vectors = std::move(vectors);
    model.coefficients = std::move(coefficients);
    model.weights = std::move(weights);
}

}  // namespace tributary::classifier
