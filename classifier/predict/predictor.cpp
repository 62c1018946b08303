#include "classifier/predict/predictor.hpp"

#include <array>

#include "base/assert.hpp"
#include "classifier/predict/fourier_loops.hpp"

namespace tributary::classifier {

Predictor::Predictor(const Model& model)
    : width_(model.width()),
      rho_(model.rho),
      gamma_(model.parameters.gamma),
      vectors_(model.vectors),
      coefficients_(padded(model.coefficients.size()) / 16),
      linear_(model.linear) {
    if (!linear_.empty()) {
        fourier_ = FourierMap(width_, model.parameters);
        linear_.resize(fourier_.stride(), 0);
    }
    for (std::size_t i = 0; i < model.coefficients.size(); ++i) {
        coefficients_[i / 16].values[i % 16] = model.coefficients[i];
    }
}

double Predictor::score(FeatureRow row) const {
    TRIBUTARY_ASSERT(row.size() == width_);
    if (!linear_.empty()) return score_linear(row);
    if (coefficients_.empty()) return -rho_;
    return vectors_.weighted_sum(row, gamma_, coefficients_.front().values) - rho_;
}

double Predictor::score_linear(FeatureRow row) const {
    std::array<float, kFourierLimit> features;
    fourier_.map(row, features);
    return static_cast<double>(fourier_dot(linear_.data(), features.data(), linear_.size())) - rho_;
}

void Predictor::score(const FeatureMatrix& rows, std::span<double> out) const {
    TRIBUTARY_ASSERT(out.size() == rows.rows());
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = score(rows.row(i));
}

}  // namespace tributary::classifier
