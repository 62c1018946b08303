#pragma once
// Seeded records of a shape like kdd41: two one-hot groups and numerics, two overlapping classes
// made of clusters. For tests of this folder only. One thread per generator.

#include <vector>

#include "base/random.hpp"
#include "classifier/svm/training_set.hpp"

namespace tributary::classifier::testing {

inline constexpr std::size_t kWidth = 40;  ///< 5 + 15 one-hot, 20 numerics

/// Makes records one at a time; the same seed gives the same records.
class Synthetic {
 public:
    explicit Synthetic(std::uint64_t seed, double label_noise = 0)
        : random_(seed), label_noise_(label_noise) {
        Random shape(12345);
        const std::size_t half = kCenters / 2;
        for (std::size_t i = 0; i < half; ++i) {
            std::vector<std::uint8_t> center(kWidth, 0);
            center[shape.below(5)] = 255;
            center[5 + shape.below(15)] = 255;
            for (std::size_t j = 20; j < kWidth; ++j) {
                if (shape.chance(0.4)) center[j] = static_cast<std::uint8_t>(shape.below(256));
            }
            centers_[i] = center;
            // The positive twin differs in five numbers only, so that the classes touch.
            for (int n = 0; n < 5; ++n) {
                std::uint8_t& cell = center[20 + shape.below(20)];
                cell = static_cast<std::uint8_t>(cell > 127 ? cell - 80 : cell + 80);
            }
            centers_[half + i] = center;
        }
    }

    std::vector<std::uint8_t> record(std::int8_t sign) {
        const std::size_t half = kCenters / 2;
        const std::size_t which = random_.below(half) + (sign > 0 ? half : 0);
        std::vector<std::uint8_t> row = centers_[which];
        for (std::size_t j = 20; j < kWidth; ++j) {
            if (row[j] == 0 && !random_.chance(0.1)) continue;
            const int moved = row[j] + static_cast<int>(random_.below(121)) - 60;
            row[j] = static_cast<std::uint8_t>(std::max(0, std::min(255, moved)));
        }
        if (random_.chance(0.3)) {
            std::fill(row.begin(), row.begin() + 5, std::uint8_t{0});
            row[random_.below(5)] = 255;
        }
        return row;
    }

    TrainingBatch batch(std::size_t rows, double positive_share = 0.5) {
        TrainingBatch made;
        made.features = FeatureMatrix(kWidth);
        for (std::size_t i = 0; i < rows; ++i) {
            const std::int8_t sign = random_.chance(positive_share) ? 1 : -1;
            const std::vector<std::uint8_t> row = record(sign);
            const bool flip = random_.chance(label_noise_);
            made.append(row, static_cast<std::int8_t>(flip ? -sign : sign));
        }
        return made;
    }

 private:
    static constexpr std::size_t kCenters = 48;
    Random random_;
    double label_noise_;
    std::vector<std::uint8_t> centers_[kCenters];
};

}  // namespace tributary::classifier::testing
