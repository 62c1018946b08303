#pragma once
// Draws positions with given weights, by binary search in their running sum. One thread.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "base/random.hpp"

namespace tributary::netlayer::overlay {

class Sampler {
 public:
    explicit Sampler(const std::vector<double>& weights) {
        sums_.reserve(weights.size());
        for (const double weight : weights) sums_.push_back(total_ += weight);
    }

    /// Weights 1/rank^exponent for the ranks 1 to `count`.
    static Sampler zipf(std::size_t count, double exponent) {
        std::vector<double> weights(count);
        for (std::size_t i = 0; i < count; ++i) {
            weights[i] = std::pow(static_cast<double>(i + 1), -exponent);
        }
        return Sampler(weights);
    }

    std::size_t draw(Random& random) const {
        const double at = random.unit() * total_;
        const auto found = std::upper_bound(sums_.begin(), sums_.end(), at);
        return std::min(static_cast<std::size_t>(found - sums_.begin()), sums_.size() - 1);
    }

 private:
    std::vector<double> sums_;
    double total_ = 0;
};

}  // namespace tributary::netlayer::overlay
