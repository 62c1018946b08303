#pragma once
// The rows a solver works on: vectors of the object, pending records, the site's memory and the new
// batch, each (vector, label) pair once with a weight.
// Invariants: rows(), signs, weights and alphas have the same length; no pair occurs twice; weights
// are in 1..kWeightLimit; rows are only appended, so that what is laid out stays true. Values; a
// copy is a handful of block copies and shares the layout. One thread per instance.
// Source: design of the classifier, section 1 (imbalance, single class, bounded model).

#include <cstdint>
#include <memory>
#include <vector>

#include "classifier/predict/rbf_rows.hpp"
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
    /// Gives row `i` another weight and start, as if it had been added with them.
    void put(std::size_t i, std::uint8_t weight, double alpha);
    /// The row of a pair, or kAbsent.
    [[nodiscard]] std::size_t find(FeatureRow row, std::int8_t sign) const;
    [[nodiscard]] bool contains(FeatureRow row, std::int8_t sign) const {
        return find(row, sign) != kAbsent;
    }

    /// Lays the rows out for kernel values, as far as they fill whole steps of the loops; what is
    /// added later a solver lays out itself.
    void lay_out();
    /// The first rows in the layout of kernel values; null if lay_out() found too few, or was not
    /// called.
    [[nodiscard]] const RbfRows* layout() const { return layout_.get(); }

    [[nodiscard]] std::size_t size() const { return signs_.size(); }
    [[nodiscard]] std::size_t width() const { return features_.width(); }
    [[nodiscard]] const FeatureMatrix& features() const { return features_; }
    [[nodiscard]] FeatureRow row(std::size_t i) const { return features_.row(i); }
    [[nodiscard]] std::int8_t sign(std::size_t i) const { return signs_[i]; }
    [[nodiscard]] std::uint8_t weight(std::size_t i) const { return weights_[i]; }
    /// Where a warm start begins: |coefficient| of a vector of the object, 0 for a new row.
    [[nodiscard]] double alpha(std::size_t i) const { return alphas_[i]; }
    [[nodiscard]] std::size_t count(std::int8_t sign) const;

    static constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);

 private:
    /// Where the pair is in `slots_`, or the free slot where it would stand.
    [[nodiscard]] std::size_t slot_of(FeatureRow row, std::int8_t sign, std::uint32_t hash) const;
    void append(std::size_t slot, FeatureRow row, std::int8_t sign, std::uint8_t weight,
                double alpha, std::uint32_t hash);
    void grow();

    FeatureMatrix features_;
    std::vector<std::int8_t> signs_;
    std::vector<std::uint8_t> weights_;
    std::vector<double> alphas_;
    std::vector<std::uint32_t> hashes_;  ///< of (cells, sign), per row
    std::vector<std::uint32_t> slots_;   ///< open addressing by hash: row + 1, or 0; a power of two
    std::shared_ptr<const RbfRows> layout_;
};

}  // namespace tributary::classifier
