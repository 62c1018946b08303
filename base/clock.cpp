#include "base/clock.hpp"

namespace tributary {

Micros SystemClock::monotonic() const {
    return std::chrono::duration_cast<Micros>(std::chrono::steady_clock::now().time_since_epoch());
}

Micros SystemClock::wall() const {
    return std::chrono::duration_cast<Micros>(std::chrono::system_clock::now().time_since_epoch());
}

}  // namespace tributary
