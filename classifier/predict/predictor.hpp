#pragma once
// Scores encoded records with one model: f(x) = sum coefficient * exp(-gamma |v - x|^2) - rho, or
// f(x) = weights . z(x) - rho for a linear model on random Fourier features z.
// Squared distances are exact integers (cells are 8-bit), so every instruction set ranks alike.
// Immutable after construction; any thread. No allocation per record.
// Source: design of the classifier, section 2.

#include <span>
#include <vector>

#include "classifier/predict/fourier_map.hpp"
#include "classifier/predict/rbf_rows.hpp"

namespace tributary::classifier {

class Predictor {
 public:
    Predictor() = default;
    /// Copies what it needs; the model may go away.
    explicit Predictor(const Model& model);

    /// @param row  exactly `width()` cells
    [[nodiscard]] double score(FeatureRow row) const;
    /// @param out  one value per row
    void score(const FeatureMatrix& rows, std::span<double> out) const;

    [[nodiscard]] std::size_t width() const { return width_; }

 private:
    [[nodiscard]] double score_linear(FeatureRow row) const;

    std::size_t width_ = 0;
    double rho_ = 0;
    double gamma_ = 0;
    RbfRows vectors_;
    std::vector<FloatBlock> coefficients_;  ///< padded like the rows, zero behind them
    FourierMap fourier_;
    std::vector<float> linear_;  ///< one weight per Fourier feature; empty: support vectors
};

}  // namespace tributary::classifier
