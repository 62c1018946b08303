#include "classifier/predict/rbf_rows.hpp"

#include <algorithm>
#include <array>

#include "base/assert.hpp"
#include "classifier/predict/rbf_loops.hpp"

namespace tributary::classifier {

namespace {

constexpr std::size_t kMostPairs = (kWidthLimit + 1) / 2;
constexpr double kLog2OfE = 1.4426950408889634;

/// The factor that makes of a squared distance of cells the exponent of 2.
float scale_of(double gamma) {
    return static_cast<float>(-gamma / (255.0 * 255.0) * kLog2OfE);
}

/// The non-zero pairs of one record and its squared norm.
struct Query {
    std::array<QueryPair, kMostPairs> pairs;
    std::size_t size = 0;
    std::int32_t norm = 0;

    Query(FeatureRow row, std::size_t stride) {
        for (std::size_t j = 0; j < row.size(); j += 2) {
            const std::int32_t low = row[j];
            const std::int32_t high = j + 1 < row.size() ? row[j + 1] : 0;
            if ((low | high) == 0) continue;
            norm += low * low + high * high;
            // |v - x|^2 = |v|^2 + |x|^2 + v * (-2 x): a sum without a correction at its end.
            const auto doubled =
                static_cast<std::int32_t>(static_cast<std::uint32_t>(-2 * high) << 16 |
                                          (static_cast<std::uint32_t>(-2 * low) & 0xffffU));
            pairs[size++] = {static_cast<std::uint32_t>(j * stride), doubled};
        }
    }
};

}  // namespace

RbfRows::RbfRows(const FeatureMatrix& rows, std::size_t first, std::size_t last)
    : size_(last - first),
      width_(rows.width()),
      pairs_((width_ + 1) / 2 * padded(size_) / 16),
      norms_(padded(size_)) {
    TRIBUTARY_ASSERT(width_ <= kWidthLimit);
    const std::size_t stride = padded(size_);
    for (std::size_t i = 0; i < size_; ++i) {
        const FeatureRow row = rows.row(first + i);
        for (std::size_t j = 0; j < width_; ++j) {
            if (row[j] == 0) continue;
            const std::size_t at = j / 2 * stride * 2 + i * 2 + j % 2;
            pairs_[at / 32].cells[at % 32] = row[j];
            norms_[i] += row[j] * row[j];
        }
    }
}

void RbfRows::kernels(FeatureRow query, double gamma, float* out) const {
    TRIBUTARY_ASSERT(query.size() == width_);
    if (size_ == 0) return;
    const Query pairs(query, padded(size_));
    kernel_row({pairs_.front().cells, norms_.data(), pairs.pairs.data(), pairs.size, pairs.norm,
                scale_of(gamma), padded(size_)},
               out);
}

double RbfRows::weighted_sum(FeatureRow query, double gamma, const float* coefficients) const {
    TRIBUTARY_ASSERT(query.size() == width_);
    if (size_ == 0) return 0;
    const Query pairs(query, padded(size_));
    return kernel_sum({pairs_.front().cells, norms_.data(), pairs.pairs.data(), pairs.size,
                       pairs.norm, scale_of(gamma), padded(size_)},
                      coefficients);
}

}  // namespace tributary::classifier
