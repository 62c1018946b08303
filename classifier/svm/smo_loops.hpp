#pragma once
// The two passes over all rows that one SMO step takes, compiled once per instruction set.
// `potentials` are F_t = y_t - sum_j alpha_j y_j K_tj, that is -y_t times the gradient of the dual.
// Raw pointers on purpose, as in predict/rbf_loops.hpp. Any thread.
// Source: Fan, Chen, Lin, "Working set selection using second order information", JMLR 6, 2005.

#include <cstddef>

namespace tributary::classifier {

/// Directions in which alpha_t may move: up is along +y_t, low along -y_t.
inline constexpr float kBothWays = 0;
inline constexpr float kUpOnly = 1;
inline constexpr float kLowOnly = -1;
inline constexpr float kNowhere = __builtin_nanf("");

/// Rows of one solver; every array has `rows` entries, a multiple of kRowPad.
struct SmoRows {
    float* potentials;
    const float* moves;  ///< kBothWays, kUpOnly, kLowOnly or kNowhere
    std::size_t rows;
};

/// Where the dual is violated most.
struct Extremes {
    std::size_t up = 0;   ///< first row with the largest potential that may move up
    float up_value = 0;   ///< -infinity when there is none
    float low_value = 0;  ///< smallest potential that may move down; +infinity when there is none
};

/// potentials -= step * (kernel_up - kernel_low), and the extremes of the result.
Extremes smo_step(const SmoRows& rows, const float* kernel_up, const float* kernel_low, float step);

/// The extremes as they are.
Extremes smo_extremes(const SmoRows& rows);

/// The row that may move down and gains most together with `up`: the largest
/// (F_up - F_t)^2 / (2 - 2 K_up,t); `rows.rows` when there is none.
std::size_t smo_partner(const SmoRows& rows, const float* kernel_up, float up_value);

}  // namespace tributary::classifier
