#pragma once
// Records that wait for their place in end-time order; equal ends keep the order of arrival.
// Records that come in order, as those of a scan do, cost the same however many wait; only the
// others pass through a heap.
// Invariant: `front` is the earliest of all. One thread.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/clock.hpp"
#include "base/prefetch.hpp"
#include "datasets/flow/large_pages.hpp"

namespace tributary::datasets {

class EndQueue {
 public:
    struct Place {
        Micros end{0};
        std::uint32_t sequence = 0;  ///< keeps records of equal end in the order of arrival
        std::uint32_t slot = 0;
    };

    /// Takes a record that ended at `end`, behind all of that end.
    void push(Micros end, std::uint32_t slot) { insert({end, sequence_++, slot}); }
    /// Takes a place again whose end has changed.
    void insert(Place place) {
        if (in_run_ == 0 || later(place, in_run(in_run_ - 1))) {
            if (in_run_ == run_.size()) grow();
            run_[(first_ + in_run_++) & (run_.size() - 1)] = place;
            return;
        }
        heap_.push_back(place);
        std::push_heap(heap_.begin(), heap_.end(), later);
    }
    /// Removes the front.
    void pop() {
        if (front_is_in_run()) {
            ++first_;
            --in_run_;
            return;
        }
        std::pop_heap(heap_.begin(), heap_.end(), later);
        heap_.pop_back();
    }

    [[nodiscard]] const Place& front() const {
        return front_is_in_run() ? in_run(0) : heap_.front();
    }
    [[nodiscard]] bool empty() const { return in_run_ == 0 && heap_.empty(); }
    [[nodiscard]] std::size_t size() const { return in_run_ + heap_.size(); }
    /// The n-th of those that came in order, if there are so many; it is likely to be next.
    [[nodiscard]] const Place* likely_next(std::size_t n) const {
        return n < in_run_ ? &in_run(n) : nullptr;
    }
    /// Fetches the n-th of those that came in order, and where the n-th to come will stand.
    void prefetch(std::size_t n) const {
        if (run_.empty()) return;
        tributary::prefetch(&in_run(n));
        tributary::prefetch(&in_run(in_run_ + n));
    }

 private:
    static bool later(const Place& a, const Place& b) {
        if (a.end != b.end) return a.end > b.end;
        return static_cast<std::int32_t>(a.sequence - b.sequence) > 0;
    }
    [[nodiscard]] const Place& in_run(std::size_t n) const {
        return run_[(first_ + n) & (run_.size() - 1)];
    }
    [[nodiscard]] bool front_is_in_run() const {
        return heap_.empty() || (in_run_ != 0 && later(heap_.front(), in_run(0)));
    }
    void grow() {
        Places larger(std::max<std::size_t>(2 * run_.size(), 64));
        for (std::size_t n = 0; n < in_run_; ++n) larger[n] = in_run(n);
        run_ = std::move(larger);
        first_ = 0;
    }

    using Places = std::vector<Place, LargePages<Place>>;
    /// A ring of a power of two places, in the order of memory, ascending from `first_` on.
    Places run_;
    std::size_t first_ = 0;
    std::size_t in_run_ = 0;
    std::vector<Place> heap_;  ///< the others
    std::uint32_t sequence_ = 0;
};

}  // namespace tributary::datasets
