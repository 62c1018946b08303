#pragma once
// Open addressing from a 32-bit hash to a slot number: 8 bytes a bucket, linear probing, deletion
// by shifting back (no tombstones). Keys live with the owner, who says whether a slot is the one.
// Invariants: at most half of the buckets are used; the capacity never changes.
// One thread.

#include <bit>
#include <cstdint>
#include <vector>

#include "base/assert.hpp"
#include "base/prefetch.hpp"
#include "datasets/flow/large_pages.hpp"

namespace tributary::datasets {

class KeyIndex {
 public:
    static constexpr std::uint32_t kNone = 0xffffffff;

    /// @param most  entries that may be held at once, at most 2^30
    explicit KeyIndex(std::uint32_t most)
        : buckets_(std::bit_ceil(std::size_t{most} * 2)), mask_(buckets_.size() - 1) {}

    /// @param is_it  answers for a slot number whose hash agrees
    /// @return       the slot number, or kNone
    template <typename Predicate>
    [[nodiscard]] std::uint32_t find(std::uint32_t hash, Predicate is_it) const {
        for (std::size_t at = hash & mask_; buckets_[at].slot != 0; at = (at + 1) & mask_) {
            if (buckets_[at].hash == hash && is_it(buckets_[at].slot - 1)) {
                return buckets_[at].slot - 1;
            }
        }
        return kNone;
    }

    /// The pair must not be there yet.
    void insert(std::uint32_t hash, std::uint32_t slot) {
        TRIBUTARY_ASSERT(size_ < buckets_.size() / 2);
        std::size_t at = hash & mask_;
        while (buckets_[at].slot != 0) at = (at + 1) & mask_;
        buckets_[at] = {hash, slot + 1};
        ++size_;
    }

    /// Points the pair's bucket at another slot.
    void replace(std::uint32_t hash, std::uint32_t slot, std::uint32_t new_slot) {
        buckets_[bucket_of(hash, slot)].slot = new_slot + 1;
    }

    /// The pair must be there.
    void erase(std::uint32_t hash, std::uint32_t slot) {
        std::size_t hole = bucket_of(hash, slot);
        for (std::size_t at = (hole + 1) & mask_; buckets_[at].slot != 0; at = (at + 1) & mask_) {
            const std::size_t home = buckets_[at].hash & mask_;
            if (((at - home) & mask_) >= ((at - hole) & mask_)) {
                buckets_[hole] = buckets_[at];
                hole = at;
            }
        }
        buckets_[hole] = {};
        --size_;
    }

    /// Fetches the bucket of a hash that is looked up soon, and the line behind it when a run of
    /// buckets is likely to reach it.
    void prefetch(std::uint32_t hash) const {
        tributary::prefetch(&buckets_[hash & mask_]);
        tributary::prefetch(&buckets_[(hash + 3) & mask_]);
    }
    [[nodiscard]] std::size_t size() const { return size_; }

 private:
    struct Bucket {
        std::uint32_t hash = 0;
        std::uint32_t slot = 0;  ///< number + 1; 0: empty
    };

    [[nodiscard]] std::size_t bucket_of(std::uint32_t hash, std::uint32_t slot) const {
        std::size_t at = hash & mask_;
        while (buckets_[at].slot != slot + 1) {
            TRIBUTARY_ASSERT(buckets_[at].slot != 0);
            at = (at + 1) & mask_;
        }
        return at;
    }

    std::vector<Bucket, LargePages<Bucket>> buckets_;
    std::size_t mask_;
    std::size_t size_ = 0;
};

}  // namespace tributary::datasets
