#pragma once
// The time of a stream, told by its packets or records. It never goes back by small disorder, and
// one absurd timestamp does not move it: a jump of more than an hour counts when the next
// timestamp confirms it.
// One thread.
// Source: docs/flows.md, "Time".

#include <optional>

#include "base/clock.hpp"

namespace tributary::datasets {

class StreamClock {
 public:
    enum class Move {
        steady,   ///< as usual
        held,     ///< a jump that nothing confirms yet; the clock stands
        forward,  ///< a confirmed jump ahead
        back,     ///< a confirmed jump into the past; everything open belongs to another time
    };
    static constexpr Micros kJump{3'600'000'000};

    Move observe(Micros time) {
        if (!now_) now_ = time;
        if (near(time, *now_)) {
            suspect_.reset();
            if (time > *now_) now_ = time;
            return Move::steady;
        }
        if (!suspect_ || !near(time, *suspect_)) {
            suspect_ = time;
            return Move::held;
        }
        const Move move = time > *now_ ? Move::forward : Move::back;
        now_ = time;
        suspect_.reset();
        return move;
    }

    [[nodiscard]] bool started() const { return now_.has_value(); }
    /// Only after the first `observe`.
    [[nodiscard]] Micros now() const { return *now_; }

 private:
    static bool near(Micros a, Micros b) { return a - b <= kJump && b - a <= kJump; }

    std::optional<Micros> now_;
    std::optional<Micros> suspect_;
};

}  // namespace tributary::datasets
