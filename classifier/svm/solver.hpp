#pragma once
// The seam between retention and optimisation: a solver finds the C-SVC optimum of one training set
//   min 1/2 a'Qa - e'a,  0 <= a_i <= C(sign_i) * weight_i,  sum a_i y_i = 0,  Q_ij = y_i y_j K_ij
// several times, each time with a few more rows left out, so that it may keep its kernel rows.
// One thread per instance. The set and the parameters outlive the solver.

#include <memory>
#include <span>

#include "classifier/svm/training_set.hpp"

namespace tributary::classifier {

/// C after class weights.
struct Costs {
    double positive = 0;
    double negative = 0;

    [[nodiscard]] double of(std::int8_t sign) const { return sign > 0 ? positive : negative; }
};

struct Solution {
    std::vector<double> alphas;   ///< one per row; 0 for rows left out
    std::vector<double> margins;  ///< y_i f(x_i), one per row, rows left out included
    double rho = 0;
    double objective = 0;  ///< of the dual as minimised above
    std::uint64_t iterations = 0;
};

class Solver {
 public:
    virtual ~Solver() = default;

    /// @param left_out  1 for every row that must not take part; both classes must remain
    /// @param start     where to begin, one per row; a solver may ignore it
    /// @error internal, limit_exceeded
    virtual Result<Solution> solve(std::span<const std::uint8_t> left_out,
                                   std::span<const double> start) = 0;
};

}  // namespace tributary::classifier
