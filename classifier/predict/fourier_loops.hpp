#pragma once
// The inner loops of rff-linear models, compiled once per instruction set. Raw pointers on purpose,
// as in rbf_loops.hpp. Every array has a multiple of kRowPad floats; what stands behind the number
// of features is zero. Any thread.

#include <cstddef>

namespace tributary::classifier {

/// A cell of a record that is not zero.
struct CellAt {
    std::size_t feature = 0;
    float cell = 0;
};

/// The map: one row of frequencies per feature of a record, one phase per random feature.
struct FourierTable {
    const float* frequencies;
    const float* phases;
    std::size_t stride;  ///< floats of a row of frequencies
    float scale;
};

/// out[d] = scale cos(phases[d] + sum_k cells[k].cell * frequencies[cells[k].feature][d])
void fourier_features(const FourierTable& table, const CellAt* cells, std::size_t count,
                      float* out);

/// Sum of the products.
float fourier_dot(const float* left, const float* right, std::size_t size);

/// weights[d] += pull * row[d]
void fourier_pull(float* weights, float pull, const float* row, std::size_t size);

}  // namespace tributary::classifier
