#pragma once
// Time as a parameter: code that waits or stamps takes a Clock, so that tests advance time by hand.
// Monotonic microseconds for waits, wall-clock microseconds for records. Any thread.

#include <chrono>

namespace tributary {

using Micros = std::chrono::microseconds;

class Clock {
 public:
    virtual ~Clock() = default;
    /// Time since an arbitrary start; never goes back.
    [[nodiscard]] virtual Micros monotonic() const = 0;
    /// Time since 1970-01-01 UTC.
    [[nodiscard]] virtual Micros wall() const = 0;
};

class SystemClock final : public Clock {
 public:
    [[nodiscard]] Micros monotonic() const override;
    [[nodiscard]] Micros wall() const override;
};

/// Stands still until told otherwise. One thread.
class ManualClock final : public Clock {
 public:
    [[nodiscard]] Micros monotonic() const override { return now_; }
    [[nodiscard]] Micros wall() const override { return now_; }
    void advance(Micros step) { now_ += step; }

 private:
    Micros now_{0};
};

}  // namespace tributary
