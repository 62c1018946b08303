#pragma once
// The tree edges of a process: which epoch is current with which neighbour, sequence numbers in
// both directions, and which epochs are dead. Invariants: at most one current edge per neighbour; a
// numbered message is accepted exactly once and in order; a closed epoch never becomes current
// again while it is remembered. One thread. Corrections C2 (fencing) and C22 (exactly once per edge
// epoch).

#include <deque>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "netlayer/effect.hpp"
#include "netlayer/event.hpp"
#include "netlayer/identity.hpp"

namespace tributary::netlayer {

struct Link {
    Epoch epoch = 0;
    Sequence sent = 0;      ///< number of the last message sent
    Sequence received = 0;  ///< number of the last message processed
};

/// What to do with a message that arrived.
enum class Verdict {
    process,
    drop,     ///< of a dead edge, or seen before
    unknown,  ///< of an epoch never heard of
    broken,   ///< one is missing: the edge cannot go on
};

class LinkTable {
 public:
    /// @param max_dead   closed epochs remembered
    /// @param max_early  messages kept for epochs never heard of
    LinkTable(std::size_t max_dead, std::size_t max_early)
        : max_dead_(max_dead), max_early_(max_early) {}

    /// Makes the epoch current with this neighbour.
    /// @return  false when it is dead already; then the edge counts as lost
    bool open(ProcessId peer, Epoch epoch);
    /// Ends the current edge; its epoch is dead from now on.
    void close(ProcessId peer);
    /// Numbers a message for the current edge.
    /// @return  nullopt when there is none
    std::optional<Send> number(ProcessId peer, Message message);
    /// Judges a message that arrived and, if it is to be processed, counts it as received.
    Verdict accept(const MessageReceived& arrived);
    /// Keeps a message of an unknown epoch; at the bound the epoch is declared dead.
    void keep_early(MessageReceived arrived);
    /// The messages kept for this epoch, in order of arrival.
    std::vector<MessageReceived> take_early(ProcessId peer, Epoch epoch);
    void forget_early() { early_.clear(); }

    [[nodiscard]] bool is_open(ProcessId peer) const { return links_.contains(peer); }
    [[nodiscard]] bool is_current(ProcessId peer, Epoch epoch) const;
    [[nodiscard]] bool is_dead(ProcessId peer, Epoch epoch) const;
    [[nodiscard]] const std::map<ProcessId, Link>& all() const { return links_; }

 private:
    using Key = std::pair<ProcessId, Epoch>;

    void bury(Key key);

    std::size_t max_dead_;
    std::size_t max_early_;
    std::map<ProcessId, Link> links_;
    std::set<Key> dead_;
    std::deque<Key> dead_order_;
    std::vector<MessageReceived> early_;
};

}  // namespace tributary::netlayer
