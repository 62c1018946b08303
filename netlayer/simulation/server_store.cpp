#include "netlayer/simulation/server_store.hpp"

#include <algorithm>
#include <iterator>

namespace tributary::netlayer::simulation {

std::vector<Effect> ServerStore::take_overtaking(std::vector<Effect>& effects) const {
    const bool persists = !effects.empty() && std::holds_alternative<Persist>(effects.front());
    std::vector<Effect> at_once;
    if (!persists && steps_.empty()) return at_once;
    std::vector<Effect> rest;
    for (Effect& effect : effects) {
        (may_overtake_the_store(effect) ? at_once : rest).push_back(std::move(effect));
    }
    effects = std::move(rest);
    return at_once;
}

Micros ServerStore::submit(std::vector<Effect> effects, Micros now, Micros write) {
    const bool persists = !effects.empty() && std::holds_alternative<Persist>(effects.front());
    last_ = std::max(last_, persists ? now + write : now);
    steps_.push_back({last_, std::move(effects)});
    return last_;
}

std::vector<Effect> ServerStore::take_due(Micros now) {
    std::vector<Effect> due;
    while (!steps_.empty() && steps_.front().due <= now) {
        write(steps_.front().effects);
        std::move(steps_.front().effects.begin(), steps_.front().effects.end(),
                  std::back_inserter(due));
        steps_.pop_front();
    }
    return due;
}

void ServerStore::crash(std::size_t written) {
    for (std::size_t i = 0; i < std::min(written, steps_.size()); ++i) write(steps_[i].effects);
    steps_.clear();
}

std::vector<Object> ServerStore::objects() const {
    std::vector<Object> all;
    for (const auto& [id, object] : objects_) all.push_back(object);
    return all;
}

void ServerStore::write(const std::vector<Effect>& effects) {
    for (const Effect& effect : effects) {
        const auto* persist = std::get_if<Persist>(&effect);
        if (persist == nullptr) continue;
        for (const Object& object : persist->objects) objects_[object.id] = object;
        if (persist->image) image_ = persist->image;
    }
}

}  // namespace tributary::netlayer::simulation
