#pragma once
// Encoded records: rows of 8-bit numbers, each q standing for q/255 in [0, 1]. The encoder rounds
// before training, scoring and hashing, so what is learnt is what travels.
// Invariant: cells.size() == rows * width. Values; no thread rule.

#include <cstdint>
#include <span>
#include <vector>

#include "base/assert.hpp"

namespace tributary::datasets {

using FeatureRow = std::span<const std::uint8_t>;

class FeatureMatrix {
 public:
    FeatureMatrix() = default;
    explicit FeatureMatrix(std::size_t width) : width_(width) {}

    /// @param row  exactly `width()` numbers
    void append(FeatureRow row) {
        TRIBUTARY_ASSERT(row.size() == width_);
        cells_.insert(cells_.end(), row.begin(), row.end());
    }
    /// One more row, all zero, to be written at once.
    std::span<std::uint8_t> add_row() {
        cells_.resize(cells_.size() + width_);
        return std::span(cells_).last(width_);
    }
    void reserve(std::size_t rows) { cells_.reserve(rows * width_); }
    void clear() { cells_.clear(); }

    [[nodiscard]] std::size_t width() const { return width_; }
    [[nodiscard]] std::size_t rows() const { return width_ == 0 ? 0 : cells_.size() / width_; }
    [[nodiscard]] bool empty() const { return cells_.empty(); }
    [[nodiscard]] FeatureRow row(std::size_t index) const {
        return FeatureRow(cells_).subspan(index * width_, width_);
    }

    /// All rows, one behind the other.
    [[nodiscard]] std::span<const std::uint8_t> cells() const { return cells_; }

    bool operator==(const FeatureMatrix&) const = default;

 private:
    std::size_t width_ = 0;
    std::vector<std::uint8_t> cells_;
};

}  // namespace tributary::datasets
