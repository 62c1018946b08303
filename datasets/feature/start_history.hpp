#pragma once
// The last 8 starts of each (source, destination, port), for the regularity of beacons and pollers.
// Invariants: at most `max_keys` histories; the one unused for longest goes first, and every one
// goes 1 h after its last flow ended. O(1) amortised per flow. One thread.

#include <array>
#include <cstdint>
#include <list>
#include <unordered_map>

#include "base/clock.hpp"

namespace tributary::datasets {

/// Gaps between the sorted starts of one history.
struct StartGaps {
    bool known = false;    ///< at least two starts
    double mean_ms = 0;    ///< mean gap
    double variation = 0;  ///< standard deviation / mean of the gaps; 0 when the mean is 0
};

class StartHistory {
 public:
    explicit StartHistory(std::size_t max_keys) : max_keys_(max_keys) {}

    /// Adds a start and returns the gaps of its history, this start included.
    /// @param now  end of the flow; never goes back
    StartGaps observe(std::uint64_t key, Micros start, Micros now);

    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }
    [[nodiscard]] std::size_t size() const { return histories_.size(); }

 private:
    static constexpr std::size_t kStarts = 8;
    struct History {
        std::uint64_t key = 0;
        Micros last_end{0};
        std::array<Micros, kStarts> starts{};  ///< a ring
        std::uint32_t count = 0;               ///< starts ever added
    };
    using Histories = std::list<History>;

    History& touch(std::uint64_t key);
    static StartGaps gaps(const History& history);

    std::size_t max_keys_;
    std::uint64_t dropped_ = 0;
    Histories histories_;  ///< most recently used first
    std::unordered_map<std::uint64_t, Histories::iterator> index_;
};

}  // namespace tributary::datasets
