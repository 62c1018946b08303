#pragma once
// Records that wait for their place in end-time order; equal ends keep the order of arrival.
// Records that come in order, as those of a scan do, cost the same however many wait; only the
// others pass through a heap.
// Invariant: `front` is the earliest of all. One thread.

#include <algorithm>
#include <cstdint>
#include <deque>
#include <vector>

#include "base/clock.hpp"

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
    void insert(const Place& place) {
        if (run_.empty() || later(place, run_.back())) {
            run_.push_back(place);
            return;
        }
        heap_.push_back(place);
        std::push_heap(heap_.begin(), heap_.end(), later);
    }
    /// Removes the front.
    void pop() {
        if (front_is_in_run()) {
            run_.pop_front();
            return;
        }
        std::pop_heap(heap_.begin(), heap_.end(), later);
        heap_.pop_back();
    }

    [[nodiscard]] const Place& front() const {
        return front_is_in_run() ? run_.front() : heap_.front();
    }
    [[nodiscard]] bool empty() const { return run_.empty() && heap_.empty(); }
    [[nodiscard]] std::size_t size() const { return run_.size() + heap_.size(); }
    /// The n-th of those that came in order, if there are so many; it is likely to be next.
    [[nodiscard]] const Place* likely_next(std::size_t n) const {
        return n < run_.size() ? &run_[n] : nullptr;
    }

 private:
    static bool later(const Place& a, const Place& b) {
        if (a.end != b.end) return a.end > b.end;
        return static_cast<std::int32_t>(a.sequence - b.sequence) > 0;
    }
    [[nodiscard]] bool front_is_in_run() const {
        return heap_.empty() || (!run_.empty() && later(heap_.front(), run_.front()));
    }

    std::deque<Place> run_;    ///< ascending
    std::vector<Place> heap_;  ///< the others
    std::uint32_t sequence_ = 0;
};

}  // namespace tributary::datasets
