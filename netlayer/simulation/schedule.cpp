#include "netlayer/simulation/schedule.hpp"

#include <utility>

namespace tributary::netlayer::simulation {

void Schedule::add(Micros at, Action action) {
    std::size_t slot = slots_.size();
    if (free_.empty()) {
        slots_.push_back(std::move(action));
    } else {
        slot = free_.back();
        free_.pop_back();
        slots_[slot] = std::move(action);
    }
    entries_.push({at, ++added_, slot});
}

std::optional<Schedule::Due> Schedule::next() {
    if (entries_.empty()) return std::nullopt;
    const Entry entry = entries_.top();
    entries_.pop();
    free_.push_back(entry.slot);
    return Due{entry.at, std::move(slots_[entry.slot])};
}

}  // namespace tributary::netlayer::simulation
