#pragma once
// What a successor takes over from its parent: copies, dependencies, and the queue of every object
// merged with its own.
// Invariants: but for newer copies nothing is changed before everything was found to belong
// together, so that a leaver that made its queues up costs an edge; versions never go back (C1); an
// object that was idle at the leaver is idle here, or nobody would ever hand it on (C9). One
// thread, within a step. self-service §6.2, Figure 8; C1, C9, C10, C16, C20.

#include <optional>

#include "netlayer/state.hpp"

namespace tributary::netlayer {

class Inheritance {
 public:
    explicit Inheritance(State& state) : state_(state) {}

    /// Keeps a part until the promotion.
    /// @return  false at a bound
    bool keep(const PromotePart& part);
    /// Takes over what was kept, if it and the neighbours named fit together.
    /// @return  false when they do not; then nothing was changed
    bool accept(const Promote& message);
    /// Handles what this process held for the leaver as the leaver would have.
    void take_own(const std::vector<Message>& held);

 private:
    [[nodiscard]] bool fits(const Promote& message) const;
    [[nodiscard]] std::optional<std::map<ObjectId, DistQueue>> merge(const Promote& message) const;
    [[nodiscard]] std::optional<DistQueue> merge_one(const ObjectId& id,
                                                     std::deque<QueueEntry> leavers) const;

    State& state_;
};

}  // namespace tributary::netlayer
