#pragma once
// The server's disk in a simulation: effects wait in order until the Persist before them is
// written, and a crash finds some of the waiting writes done, with their effects not. Invariant:
// what is stored is always the state after some step, together with its objects. One thread.
// Protocol rules, section 7.

#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "base/clock.hpp"
#include "netlayer/effect.hpp"
#include "netlayer/server/image.hpp"

namespace tributary::netlayer::simulation {

class ServerStore {
 public:
    /// Removes from the effects of one step what need not wait for the disk.
    [[nodiscard]] std::vector<Effect> take_overtaking(std::vector<Effect>& effects) const;
    /// Takes the effects of one step. `write` is how long its Persist takes, if there is one.
    /// @return  when the effects may be performed
    Micros submit(std::vector<Effect> effects, Micros now, Micros write);
    /// The effects whose time has come, in order.
    std::vector<Effect> take_due(Micros now);
    /// The server ended: the first `written` of the waiting steps are on disk, no effect happens.
    void crash(std::size_t written);

    [[nodiscard]] std::size_t waiting() const { return steps_.size(); }
    [[nodiscard]] std::vector<Object> objects() const;
    [[nodiscard]] const std::shared_ptr<const ServerImage>& image() const { return image_; }

 private:
    struct Step {
        Micros due{0};
        std::vector<Effect> effects;
    };

    void write(const std::vector<Effect>& effects);

    std::deque<Step> steps_;
    Micros last_{0};
    std::map<ObjectId, Object> objects_;
    std::shared_ptr<const ServerImage> image_;
};

}  // namespace tributary::netlayer::simulation
