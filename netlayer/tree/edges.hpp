#pragma once
// What every change of the tree does to edges: a neighbour is exchanged for another one on an edge
// of a new epoch, and what was held for the one goes to the other.
// Invariants: the new edge was announced before; an edge that is dead already counts as lost; no
// lease grows by a change (C3): a new child's silence counts from now, a new parent answers pings.
// One thread, within a step. Protocol rules, sections 1 (decision 6) and 4.3; C11.

#include "netlayer/state.hpp"

namespace tributary::netlayer {

class Edges {
 public:
    explicit Edges(State& state) : state_(state) {}

    /// Takes this neighbour for the parent, on a new edge that this process dials.
    /// @param promoted  this process rose; otherwise only its parent is another one
    void take_parent(const Neighbour& parent, bool promoted);
    /// Opens the edge to a process below; one that is dead already is fenced and given up later.
    void take_child(const Neighbour& child, std::uint64_t subtree);
    /// The child that `leaver` was is gone for good, and another process is in its place.
    void replace_child(ProcessId leaver, const Neighbour& successor, std::uint64_t subtree);
    /// Ends the edge; the peer still gets what was sent.
    void leave(ProcessId peer, Epoch epoch);
    /// Ends the holding: the edges announced for it are dead, nothing early is kept.
    void forget_announced(const Holding& holding);
    void send_all(std::vector<Message> messages, ProcessId to);

 private:
    State& state_;
};

}  // namespace tributary::netlayer
