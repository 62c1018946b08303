#pragma once
// Scores encoded records with one model: f(x) = sum coefficient * exp(-gamma |v - x|^2) - rho.
// Squared distances are exact integers (cells are 8-bit), so every instruction set ranks alike.
// Immutable after construction; any thread. No allocation per record.
// Source: design of the classifier, section 2.

#include <cstdint>
#include <span>
#include <vector>

#include "classifier/svm/model.hpp"

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
    std::size_t width_ = 0;
    std::size_t count_ = 0;  ///< vectors
    double rho_ = 0;
    float gamma_cells_ = 0;              ///< gamma / 255^2
    std::vector<std::uint8_t> columns_;  ///< feature-major cells, `count_` per feature
    std::vector<std::int32_t> norms_;    ///< squared norms in cells
    std::vector<float> coefficients_;
};

}  // namespace tributary::classifier
