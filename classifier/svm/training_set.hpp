#pragma once
// The rows a solver works on: vectors of the object, pending records, the site's memory and the new
// batch, each (vector, label) pair once with a weight.
// Invariants: rows(), signs, weights and alphas have the same length; no pair occurs twice; weights
// are in 1..kWeightLimit. Values; one thread per instance.
// Source: design of the classifier, section 1 (imbalance, single class, bounded model).

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "classifier/svm/model.hpp"

namespace tributary::classifier {

/// Records with their labels, as one update brings them.
struct TrainingBatch {
    FeatureMatrix features{0};
    std::vector<std::int8_t> signs;     ///< +1 or -1, one per row
    std::vector<std::uint8_t> weights;  ///< empty: every row counts once

    [[nodiscard]] std::size_t size() const { return signs.size(); }
    [[nodiscard]] bool empty() const { return signs.empty(); }
    void append(FeatureRow row, std::int8_t sign) {
        features.append(row);
        signs.push_back(sign);
    }
};

/// @error invalid_argument, naming the first row that is wrong
Status check_batch(const TrainingBatch& batch);

class TrainingSet {
 public:
    explicit TrainingSet(std::size_t width = 0) : features_(width) {}

    /// Adds one pair, or adds `weight` to the pair that is there already (up to kWeightLimit).
    void add(FeatureRow row, std::int8_t sign, std::uint8_t weight, double alpha = 0);
    /// Adds one pair unless it is there already.
    void add_if_absent(FeatureRow row, std::int8_t sign, std::uint8_t weight);
    [[nodiscard]] bool contains(FeatureRow row, std::int8_t sign) const;

    [[nodiscard]] std::size_t size() const { return signs_.size(); }
    [[nodiscard]] std::size_t width() const { return features_.width(); }
    [[nodiscard]] const FeatureMatrix& features() const { return features_; }
    [[nodiscard]] FeatureRow row(std::size_t i) const { return features_.row(i); }
    [[nodiscard]] std::int8_t sign(std::size_t i) const { return signs_[i]; }
    [[nodiscard]] std::uint8_t weight(std::size_t i) const { return weights_[i]; }
    /// Where a warm start begins: |coefficient| of a vector of the object, 0 for a new row.
    [[nodiscard]] double alpha(std::size_t i) const { return alphas_[i]; }
    [[nodiscard]] std::size_t count(std::int8_t sign) const;

 private:
    static constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);
    [[nodiscard]] std::size_t find(FeatureRow row, std::int8_t sign, std::size_t hash) const;
    void append(FeatureRow row, std::int8_t sign, std::uint8_t weight, double alpha,
                std::size_t hash);

    FeatureMatrix features_;
    std::vector<std::int8_t> signs_;
    std::vector<std::uint8_t> weights_;
    std::vector<double> alphas_;
    std::unordered_multimap<std::size_t, std::size_t> index_;  ///< hash of (cells, sign) -> row
};

}  // namespace tributary::classifier
