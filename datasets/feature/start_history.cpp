#include "datasets/feature/start_history.hpp"

#include <algorithm>
#include <cmath>

namespace tributary::datasets {
namespace {

constexpr Micros kKept = std::chrono::hours(1);

}  // namespace

StartGaps StartHistory::observe(std::uint64_t key, Micros start, Micros now) {
    while (!histories_.empty() && now - histories_.back().last_end >= kKept) {
        index_.erase(histories_.back().key);
        histories_.pop_back();
    }
    History& history = touch(key);
    history.last_end = now;
    history.starts[history.count % kStarts] = start;
    ++history.count;
    return gaps(history);
}

StartHistory::History& StartHistory::touch(std::uint64_t key) {
    if (const auto found = index_.find(key); found != index_.end()) {
        histories_.splice(histories_.begin(), histories_, found->second);
        return histories_.front();
    }
    if (histories_.size() >= max_keys_) {
        index_.erase(histories_.back().key);
        histories_.pop_back();
        ++dropped_;
    }
    histories_.push_front(History{});
    histories_.front().key = key;
    index_.emplace(key, histories_.begin());
    return histories_.front();
}

StartGaps StartHistory::gaps(const History& history) {
    const std::size_t count = std::min<std::size_t>(history.count, kStarts);
    if (count < 2) return {};
    std::array<Micros, kStarts> starts = history.starts;
    const auto end = starts.begin() + static_cast<std::ptrdiff_t>(count);
    std::sort(starts.begin(), end);
    const double gap_count = static_cast<double>(count - 1);
    const double mean_us = static_cast<double>((starts[count - 1] - starts[0]).count()) / gap_count;
    if (mean_us <= 0) return {.known = true};
    double squares = 0;
    for (std::size_t i = 1; i < count; ++i) {
        const double off = static_cast<double>((starts[i] - starts[i - 1]).count()) - mean_us;
        squares += off * off;
    }
    return {.known = true,
            .mean_ms = mean_us / 1000,
            .variation = std::sqrt(squares / gap_count) / mean_us};
}

}  // namespace tributary::datasets
