#pragma once
// RBF kernel values between one record and many rows, by the widest instructions that this
// processor has (AVX-512, AVX2, SSE4, SSSE3, else plain code), chosen at run time.
// Cells are widened to 16 bits and two features lie side by side, so that one multiply-add takes
// both; a record's zero pairs are skipped. Squared distances are exact integers; the exponential is
// good to about 2e-7.
// Immutable after construction; any thread. No allocation per record.
// Source: design of the classifier, section 2.

#include <cstdint>
#include <span>
#include <vector>

#include "classifier/svm/model.hpp"

namespace tributary::classifier {

/// Rows are padded to a multiple of this, which is the most any instruction set takes at once.
inline constexpr std::size_t kRowPad = 64;

/// 64 bytes on a boundary of 64, so that no load crosses a cache line.
struct alignas(64) CellBlock {
    std::int16_t cells[32];
};
struct alignas(64) FloatBlock {
    float values[16];
};

/// Number of floats that a buffer for `rows` rows must have.
constexpr std::size_t padded(std::size_t rows) {
    return (rows + kRowPad - 1) / kRowPad * kRowPad;
}

class RbfRows {
 public:
    RbfRows() = default;
    /// Lays out the rows first..last - 1, which become rows 0..size() - 1.
    RbfRows(const FeatureMatrix& rows, std::size_t first, std::size_t last);
    explicit RbfRows(const FeatureMatrix& rows) : RbfRows(rows, 0, rows.rows()) {}

    /// out[i] = exp(-gamma |row i - query|^2); what stands behind `size()` is meaningless.
    /// @param out  padded(size()) floats, aligned to 64 bytes
    void kernels(FeatureRow query, double gamma, float* out) const;

    /// sum_i coefficients[i] * kernel(row i, query)
    /// @param coefficients  padded(size()) floats, aligned to 64 bytes, zero behind size()
    [[nodiscard]] double weighted_sum(FeatureRow query, double gamma,
                                      const float* coefficients) const;

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t width() const { return width_; }

 private:
    std::size_t size_ = 0;
    std::size_t width_ = 0;
    std::vector<CellBlock> pairs_;  ///< pair-major: padded(size) cells of 2 x 16 bits per pair
    std::vector<std::int32_t> norms_;
};

/// The name of the instruction set in use, for example "AVX3_DL"; "SSE2" is the plain code.
const char* instruction_set();

/// Restricts the choice, for tests and benchmarks; not while other threads score.
/// @param name  "avx512", "avx2", "ssse3", "sse2", or "best" for no restriction
/// @return      false when this processor lacks it; then there is no restriction
bool restrict_instruction_set(std::string_view name);

}  // namespace tributary::classifier
