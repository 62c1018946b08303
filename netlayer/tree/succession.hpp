#pragma once
// The neighbours' part when an inner process leaves. Its parent and the successor's siblings hold
// what they have for it until its last word names the edge to the successor. The successor is
// frozen meanwhile: it takes only the leaver's messages, so that the two queues of every object
// belong together when they are merged.
// Invariants: a busy process refuses (C17); HoldOk is the last message for the leaver (C12); only
// Depart switches (C11); no step here extends a lease (C3); everything held is sent exactly once,
// to the leaver or to its successor.
// One thread, within a step. self-service §6.2, Figures 7 and 8; C9 to C12, C14, C17, C20.

#include "netlayer/state.hpp"

namespace tributary::netlayer {

class Succession {
 public:
    explicit Succession(State& state) : state_(state) {}

    // Each returns false when the neighbour broke the protocol.
    bool on_hold(ProcessId from, const Hold& message);
    bool on_part(ProcessId from, const PromotePart& message);
    /// Takes the leaver's place. Figure 8.
    bool on_promote(ProcessId from, const Promote& message);
    /// The leaver is gone; the successor is in its place.
    bool on_depart(ProcessId from, const Depart& message);
    void on_unhold(ProcessId from, const Unhold& message);

    /// The edge to the leaver is lost: nothing is held any more, what was announced is dead.
    void on_lost(ProcessId leaver);
    /// Gives up a leaver that neither departs nor gives up.
    void tick();
    /// Whether a message of an epoch never heard of may be of an edge that is about to be made.
    [[nodiscard]] bool expects(ProcessId from) const;
    /// For a planted fault only: goes over to the successor before the leaver's last word.
    void switch_now(Epoch epoch);

 private:
    [[nodiscard]] bool may_hold(ProcessId from, const Hold& message) const;
    void replace_parent(const Neighbour& parent, bool promoted);
    [[nodiscard]] bool holds_for(ProcessId leaver, std::uint64_t attempt) const;

    State& state_;
};

}  // namespace tributary::netlayer
