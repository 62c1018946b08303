#pragma once
// The view of the tree: who stands where, where the objects are, how far hand-overs travel and what
// rotations cost. A process reports itself when something changed, at the latest every eighth ping;
// each ping also passes on some reports from below, the longest waiting first.
// Invariants: a ping carries at most kReportsPerPing reports; nothing of the protocol depends on
// them; counts of a program that ended stay in the sums.
// One thread, within a step.

#include "netlayer/overlay_view.hpp"
#include "netlayer/state.hpp"

namespace tributary::netlayer {

class Census {
 public:
    explicit Census(State& state) : state_(state) {}

    /// An object came to this process for itself, over so many edges, from the process of this key.
    void arrived(std::uint64_t hops, Key from);
    /// Puts reports into a ping to the parent.
    void tell(Ping& ping);
    /// Takes the reports that a child has sent.
    void hear(const Ping& ping);
    /// Server: what is known of the whole tree.
    [[nodiscard]] OverlayView view() const;

 private:
    [[nodiscard]] SelfReport own() const;
    void pass_on(const SelfReport& report);
    void remember(const SelfReport& report);
    void forget_oldest();
    void keep_counts(const SelfReport& ended);
    [[nodiscard]] Micros expiry() const;
    [[nodiscard]] std::vector<ObjectPlace> places(const OverlayView& view) const;

    State& state_;
};

}  // namespace tributary::netlayer
