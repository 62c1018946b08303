#pragma once
// Kernel rows of one training set, computed when first asked for and kept up to a memory cap; at
// the cap the row that was used longest ago makes room.
// Invariant: the two rows asked for last are valid together. One thread per instance.
// Source: design of the classifier, section 1 (row cache with a memory cap).

#include <memory>
#include <vector>

#include "classifier/svm/training_set.hpp"

namespace tributary::classifier {

inline constexpr std::size_t kKernelCacheBytes = std::size_t{128} << 20;

/// Memory for kernel rows that outlives one cache, because fresh pages cost as much as the values.
/// Grows in chunks; never shrinks before it is destroyed.
class KernelArena {
 public:
    /// Takes back everything that was handed out.
    void reset(std::size_t row_blocks);
    /// Room for one row of `row_blocks` blocks; its content is arbitrary.
    FloatBlock* take();

 private:
    static constexpr std::size_t kChunkBlocks = std::size_t{1} << 16;  // 4 MiB
    std::vector<std::unique_ptr<FloatBlock[]>> chunks_;
    std::size_t row_blocks_ = 0;
    std::size_t chunk_blocks_ = 0;  ///< size of every chunk there is
    std::size_t next_chunk_ = 0;
    std::size_t next_block_ = 0;
};

class KernelCache {
 public:
    /// @param set    outlives the cache; what it laid out is not laid out again
    /// @param arena  outlives the cache and serves no other meanwhile
    KernelCache(const TrainingSet& set, double gamma, KernelArena& arena,
                std::size_t limit_bytes = kKernelCacheBytes);

    /// K(i, t) for every row t; padded(size) floats, of which those behind size mean nothing.
    const float* row(std::size_t i);
    [[nodiscard]] std::uint64_t computed() const { return computed_; }

 private:
    static constexpr std::uint32_t kNone = 0xffffffff;
    struct Slot {
        FloatBlock* values = nullptr;
        std::uint32_t row = kNone;
        std::uint32_t older = kNone;
        std::uint32_t newer = kNone;
    };

    void unlink(std::uint32_t slot);
    void link_newest(std::uint32_t slot);
    std::uint32_t free_slot();

    const TrainingSet& set_;
    double gamma_;
    KernelArena& arena_;
    std::size_t laid_out_;  ///< so many first rows stand in the layout of the set
    RbfRows others_;
    std::size_t most_slots_;
    std::vector<std::uint32_t> slot_of_;  ///< per row
    std::vector<Slot> slots_;
    std::uint32_t oldest_ = kNone;
    std::uint32_t newest_ = kNone;
    std::uint64_t computed_ = 0;
};

}  // namespace tributary::classifier
