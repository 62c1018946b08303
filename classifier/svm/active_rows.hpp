#pragma once
// The rows of a training set that an optimisation moves, side by side, so that a step passes over
// few and kernel rows are short. Most rows of an update lie far on the right side of the margin:
// they have no part in the solution and are looked at only when the others have settled.
// Invariant: position p stands for the row rows()[p], ascending; potentials and moves have
// padded(size()) entries, of which those behind size() move nowhere. One thread per instance.
// Source: Joachims, "Making large-scale SVM learning practical", 1998 (working sets, shrinking).

#include <vector>

#include "classifier/svm/kernel_cache.hpp"
#include "classifier/svm/smo_loops.hpp"

namespace tributary::classifier {

class ActiveRows {
 public:
    /// @param rows         ascending
    /// @param arena        outlives this and serves no other meanwhile
    /// @param cache_bytes  most memory for kernel rows
    ActiveRows(const FeatureMatrix& features, std::vector<std::size_t> rows, double gamma,
               KernelArena& arena, std::size_t cache_bytes)
        : rows_(std::move(rows)),
          features_(chosen(features, rows_)),
          cache_(features_, gamma, arena, cache_bytes),
          potentials_(padded(rows_.size()), 0),
          moves_(padded(rows_.size()), kNowhere) {}
    ActiveRows(const ActiveRows&) = delete;
    ActiveRows& operator=(const ActiveRows&) = delete;

    [[nodiscard]] std::size_t size() const { return rows_.size(); }
    [[nodiscard]] const std::vector<std::size_t>& rows() const { return rows_; }
    [[nodiscard]] float& potential(std::size_t p) { return potentials_[p]; }
    [[nodiscard]] float& move(std::size_t p) { return moves_[p]; }
    [[nodiscard]] SmoRows for_loops() {
        return {potentials_.data(), moves_.data(), potentials_.size()};
    }
    /// K of position p and every position.
    const float* kernels(std::size_t p) { return cache_.row(p); }

 private:
    static FeatureMatrix chosen(const FeatureMatrix& features,
                                const std::vector<std::size_t>& rows) {
        FeatureMatrix some(features.width());
        for (const std::size_t row : rows) some.append(features.row(row));
        return some;
    }

    std::vector<std::size_t> rows_;
    FeatureMatrix features_;
    KernelCache cache_;
    std::vector<float> potentials_;
    std::vector<float> moves_;
};

}  // namespace tributary::classifier
