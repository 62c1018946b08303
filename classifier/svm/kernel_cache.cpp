#include "classifier/svm/kernel_cache.hpp"

#include <algorithm>

namespace tributary::classifier {

void KernelArena::reset(std::size_t row_blocks) {
    row_blocks_ = row_blocks;
    next_chunk_ = 0;
    next_block_ = 0;
    if (row_blocks > chunk_blocks_) {
        chunks_.clear();
        chunk_blocks_ = std::max(kChunkBlocks, row_blocks);
    }
}

FloatBlock* KernelArena::take() {
    if (next_chunk_ < chunks_.size() && next_block_ + row_blocks_ > chunk_blocks_) {
        ++next_chunk_;
        next_block_ = 0;
    }
    if (next_chunk_ == chunks_.size()) {
        chunks_.push_back(std::make_unique_for_overwrite<FloatBlock[]>(chunk_blocks_));
    }
    FloatBlock* const room = chunks_[next_chunk_].get() + next_block_;
    next_block_ += row_blocks_;
    return room;
}

KernelCache::KernelCache(const TrainingSet& set, double gamma, KernelArena& arena,
                         std::size_t limit_bytes)
    : set_(set),
      gamma_(gamma),
      arena_(arena),
      laid_out_(set.layout() == nullptr ? 0 : set.layout()->size()),
      others_(set.features(), laid_out_, set.size()),
      slot_of_(set.size(), kNone) {
    arena_.reset(padded(set.size()) / 16);
    const std::size_t row_bytes = std::max<std::size_t>(padded(set.size()) * sizeof(float), 1);
    most_slots_ = std::max<std::size_t>(limit_bytes / row_bytes, 2);
}

void KernelCache::unlink(std::uint32_t slot) {
    const Slot& entry = slots_[slot];
    (entry.older == kNone ? oldest_ : slots_[entry.older].newer) = entry.newer;
    (entry.newer == kNone ? newest_ : slots_[entry.newer].older) = entry.older;
}

void KernelCache::link_newest(std::uint32_t slot) {
    slots_[slot].older = newest_;
    slots_[slot].newer = kNone;
    (newest_ == kNone ? oldest_ : slots_[newest_].newer) = slot;
    newest_ = slot;
}

std::uint32_t KernelCache::free_slot() {
    if (slots_.size() < most_slots_) {
        slots_.emplace_back();
        slots_.back().values = arena_.take();
        return static_cast<std::uint32_t>(slots_.size() - 1);
    }
    const std::uint32_t slot = oldest_;
    unlink(slot);
    slot_of_[slots_[slot].row] = kNone;
    return slot;
}

const float* KernelCache::row(std::size_t i) {
    std::uint32_t slot = slot_of_[i];
    if (slot != kNone) {
        if (slot != newest_) {
            unlink(slot);
            link_newest(slot);
        }
        return slots_[slot].values[0].values;
    }
    slot = free_slot();
    slots_[slot].row = static_cast<std::uint32_t>(i);
    slot_of_[i] = slot;
    link_newest(slot);
    float* const values = slots_[slot].values[0].values;
    if (laid_out_ > 0) set_.layout()->kernels(set_.row(i), gamma_, values);
    others_.kernels(set_.row(i), gamma_, values + laid_out_);
    ++computed_;
    return values;
}

}  // namespace tributary::classifier
