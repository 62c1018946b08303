#pragma once
// The inner loops of rbf_rows.hpp, compiled once per instruction set. Raw pointers on purpose:
// nothing here may drag library templates into code for processors that lack the instructions.
// Any thread.

#include <cstddef>
#include <cstdint>

namespace tributary::classifier {

/// Two neighbouring cells of a record that are not both zero.
struct QueryPair {
    std::uint32_t offset;  ///< of the pair's cells in `pairs`, counted in 16-bit cells
    std::int32_t cells;    ///< -2 * cell: low half first feature, high half second
};

/// One record against padded rows.
struct RbfTask {
    const std::int16_t* pairs;
    const std::int32_t* norms;
    const QueryPair* query;
    std::size_t query_size;
    std::int32_t query_norm;
    float scale;       ///< -gamma / 255^2 * log2(e)
    std::size_t rows;  ///< multiple of kRowPad
};

void kernel_row(const RbfTask& task, float* out);
double kernel_sum(const RbfTask& task, const float* coefficients);

}  // namespace tributary::classifier
