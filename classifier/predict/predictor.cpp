#include "classifier/predict/predictor.hpp"

#include <array>
#include <cmath>

#include "base/assert.hpp"

namespace tributary::classifier {

namespace {

/// Vectors per pass; their dot products fit in the first-level cache.
constexpr std::size_t kBlock = 512;
constexpr float kCellsSquared = 255.0F * 255.0F;

}  // namespace

Predictor::Predictor(const Model& model)
    : width_(model.width()),
      count_(model.coefficients.size()),
      rho_(model.rho),
      gamma_cells_(static_cast<float>(model.parameters.gamma) / kCellsSquared),
      columns_(width_ * count_),
      norms_(count_),
      coefficients_(model.coefficients) {
    TRIBUTARY_ASSERT(width_ <= kWidthLimit);
    for (std::size_t i = 0; i < count_; ++i) {
        const FeatureRow row = model.vectors.row(i);
        for (std::size_t j = 0; j < width_; ++j) {
            columns_[j * count_ + i] = row[j];
            norms_[i] += row[j] * row[j];
        }
    }
}

double Predictor::score(FeatureRow row) const {
    TRIBUTARY_ASSERT(row.size() == width_);
    std::int32_t norm = 0;
    for (const std::uint8_t cell : row) norm += cell * cell;
    double sum = 0;
    for (std::size_t first = 0; first < count_; first += kBlock) {
        const std::size_t size = std::min(kBlock, count_ - first);
        std::array<std::int32_t, kBlock> dots{};
        for (std::size_t j = 0; j < width_; ++j) {
            if (row[j] == 0) continue;
            const std::int32_t cell = row[j];
            const std::uint8_t* const column = columns_.data() + j * count_ + first;
            for (std::size_t i = 0; i < size; ++i) dots[i] += cell * column[i];
        }
        for (std::size_t i = 0; i < size; ++i) {
            const std::int32_t distance = norm + norms_[first + i] - 2 * dots[i];
            sum += static_cast<double>(coefficients_[first + i]) *
                   static_cast<double>(std::exp(-gamma_cells_ * static_cast<float>(distance)));
        }
    }
    return sum - rho_;
}

void Predictor::score(const FeatureMatrix& rows, std::span<double> out) const {
    TRIBUTARY_ASSERT(out.size() == rows.rows());
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = score(rows.row(i));
}

}  // namespace tributary::classifier
