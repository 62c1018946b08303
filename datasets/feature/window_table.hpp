#pragma once
// Counters by 64-bit key for a sliding window: open addressing with linear probing, so that adding
// and removing a flow touches a few cache lines and never allocates once the table has grown.
// Invariants: a key is present while its `flows` is positive (the caller erases at zero); at most
// 7/10 of the slots are used; the size is bounded by the number of keys ever present at once.
// One thread.

#include <cstdint>
#include <vector>

#include "base/prefetch.hpp"
#include "datasets/flow/large_pages.hpp"

namespace tributary::datasets {

struct WindowCounts {
    std::uint32_t flows = 0;
    std::uint32_t marked = 0;    ///< flows with a property: failed, half-open
    std::uint32_t distinct = 0;  ///< distinct partners
};

class WindowTable {
 public:
    WindowTable();

    /// The counters of a key, made when absent. Valid until the next call of `at` or `erase`.
    WindowCounts& at(std::uint64_t key);
    /// Forgets a key that is present.
    void erase(std::uint64_t key);

    /// Fetches the memory of a key that is looked up soon.
    void prefetch(std::uint64_t key) const {
        tributary::prefetch(&slots_[static_cast<std::size_t>(key) & (slots_.size() - 1)]);
    }

    [[nodiscard]] std::size_t size() const { return used_; }

 private:
    struct Slot {
        std::uint64_t key = 0;  ///< 0: free
        WindowCounts counts;
    };

    [[nodiscard]] std::size_t find(std::uint64_t key) const;
    void grow();

    std::vector<Slot, LargePages<Slot>> slots_;
    std::size_t used_ = 0;
};

}  // namespace tributary::datasets
