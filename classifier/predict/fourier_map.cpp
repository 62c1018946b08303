#include "classifier/predict/fourier_map.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "base/assert.hpp"
#include "base/random.hpp"
#include "classifier/predict/fourier_loops.hpp"

namespace tributary::classifier {

namespace {

double normal(Random& random) {
    const double radius = std::sqrt(-2 * std::log(1 - random.unit()));
    return radius * std::cos(2 * std::numbers::pi * random.unit());
}

}  // namespace

FourierMap::FourierMap(std::size_t width, const HyperParameters& parameters)
    : size_(parameters.fourier),
      width_(width),
      scale_(std::sqrt(2.0F / static_cast<float>(parameters.fourier))),
      frequencies_(width * padded(parameters.fourier), 0),
      phases_(padded(parameters.fourier), 0) {
    TRIBUTARY_ASSERT(parameters.fourier >= 1 && parameters.fourier <= kFourierLimit);
    TRIBUTARY_ASSERT(width <= kWidthLimit);
    Random random(parameters.fourier_seed);
    const double spread = std::sqrt(2 * parameters.gamma) / 255;
    for (std::size_t j = 0; j < width; ++j) {
        float* const row = frequencies_.data() + j * stride();
        for (std::size_t d = 0; d < size_; ++d)
            row[d] = static_cast<float>(spread * normal(random));
    }
    for (std::size_t d = 0; d < size_; ++d) {
        phases_[d] = static_cast<float>(2 * std::numbers::pi * random.unit());
    }
}

void FourierMap::map(FeatureRow row, std::span<float> out) const {
    TRIBUTARY_ASSERT(out.size() >= stride() && row.size() == width_);
    std::array<CellAt, kWidthLimit> cells;
    std::size_t count = 0;
    for (std::size_t j = 0; j < row.size(); ++j) {
        if (row[j] != 0) cells[count++] = {j, static_cast<float>(row[j])};
    }
    fourier_features({frequencies_.data(), phases_.data(), stride(), scale_}, cells.data(), count,
                     out.data());
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(size_),
              out.begin() + static_cast<std::ptrdiff_t>(stride()), 0.0F);
}

}  // namespace tributary::classifier
