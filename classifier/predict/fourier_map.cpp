#include "classifier/predict/fourier_map.hpp"

#include <cmath>
#include <numbers>

#include "base/assert.hpp"
#include "base/random.hpp"

namespace tributary::classifier {

namespace {

double normal(Random& random) {
    const double radius = std::sqrt(-2 * std::log(1 - random.unit()));
    return radius * std::cos(2 * std::numbers::pi * random.unit());
}

}  // namespace

FourierMap::FourierMap(std::size_t width, const HyperParameters& parameters)
    : scale_(std::sqrt(2.0F / static_cast<float>(parameters.fourier))),
      frequencies_(width * parameters.fourier),
      phases_(parameters.fourier) {
    TRIBUTARY_ASSERT(parameters.fourier >= 1 && parameters.fourier <= kFourierLimit);
    Random random(parameters.fourier_seed);
    const double spread = std::sqrt(2 * parameters.gamma) / 255;
    for (float& frequency : frequencies_) frequency = static_cast<float>(spread * normal(random));
    for (float& phase : phases_) {
        phase = static_cast<float>(2 * std::numbers::pi * random.unit());
    }
}

void FourierMap::map(FeatureRow row, std::span<float> out) const {
    TRIBUTARY_ASSERT(out.size() == size() && row.size() * size() == frequencies_.size());
    std::copy(phases_.begin(), phases_.end(), out.begin());
    for (std::size_t j = 0; j < row.size(); ++j) {
        if (row[j] == 0) continue;
        const auto cell = static_cast<float>(row[j]);
        const float* const frequency = frequencies_.data() + j * out.size();
        for (std::size_t d = 0; d < out.size(); ++d) out[d] += cell * frequency[d];
    }
    for (float& value : out) value = scale_ * std::cos(value);
}

}  // namespace tributary::classifier
