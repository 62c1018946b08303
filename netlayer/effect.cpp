#include "netlayer/effect.hpp"

namespace tributary::netlayer {

bool may_overtake_the_store(Effect& effect) {
    auto* send = std::get_if<Send>(&effect);
    const auto* pong = send != nullptr ? std::get_if<Pong>(&send->message) : nullptr;
    if (pong == nullptr || pong->number == 0) return false;  // 0: sent for its acknowledgement
    send->acknowledged = 0;
    return true;
}

}  // namespace tributary::netlayer
