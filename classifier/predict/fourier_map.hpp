#pragma once
// Random Fourier features: a seeded map z of encoded records with z(x) . z(y) close to the RBF
// kernel, so that a linear model does what support vectors do and no record needs to travel.
//   z_d(x) = sqrt(2 / D) cos(w_d . x + b_d),  w_d ~ N(0, 2 gamma I),  b_d ~ U(0, 2 pi)
// Invariant: `stride()` is a multiple of kRowPad, not below `size()`; what stands behind `size()`
// in an array of features is zero. Immutable after construction; any thread. No allocation per
// record. Source: Rahimi, Recht, "Random features for large-scale kernel machines", NIPS 2007;
// design of the classifier, section 4.

#include <cstdint>
#include <span>
#include <vector>

#include "classifier/predict/rbf_rows.hpp"
#include "classifier/svm/model.hpp"

namespace tributary::classifier {

class FourierMap {
 public:
    FourierMap() = default;
    /// @param parameters  fourier (D), fourier_seed and gamma decide the map
    FourierMap(std::size_t width, const HyperParameters& parameters);

    /// @param row  exactly the width's cells
    /// @param out  at least `stride()` numbers
    void map(FeatureRow row, std::span<float> out) const;

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t stride() const { return padded(size_); }

 private:
    std::size_t size_ = 0;
    std::size_t width_ = 0;
    float scale_ = 0;
    std::vector<float> frequencies_;  ///< `stride()` numbers per feature, for cells 0-255
    std::vector<float> phases_;
};

}  // namespace tributary::classifier
