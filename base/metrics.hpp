#pragma once
// Named counters, readable by `tributary status --json`. A counter is created on first use and
// lives as long as its registry. Counting is lock-free; looking a name up takes a lock, so hot
// loops keep the reference. Any thread.

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace tributary {

class Counter {
 public:
    void add(std::uint64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
    std::atomic<std::uint64_t> value_{0};
};

class Metrics {
 public:
    Counter& counter(const std::string& name);
    /// Every counter with its value, sorted by name.
    [[nodiscard]] std::map<std::string, std::uint64_t> snapshot() const;

 private:
    mutable std::mutex mutex_;
    std::map<std::string, Counter> counters_;
};

}  // namespace tributary
