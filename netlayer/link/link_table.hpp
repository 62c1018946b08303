#pragma once
// The tree edges of a process: which epoch is current with which neighbour, sequence numbers in
// both directions, what the peer has not acknowledged, and which epochs are dead or closing.
// Invariants: at most one current edge per neighbour; a numbered message is accepted exactly once
// and in order, also across a resume; a closed epoch never becomes current again while it is
// remembered; while an edge is interrupted its messages wait in the outbox; a closing edge accepts
// nothing and is kept until its last message is acknowledged or its time is over.
// One thread. Corrections C2 (fencing) and C22 (exactly once per edge epoch); decision 6.

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "netlayer/effect.hpp"
#include "netlayer/event.hpp"
#include "netlayer/identity.hpp"

namespace tributary::netlayer {

struct Link {
    Epoch epoch = 0;
    Sequence sent = 0;                 ///< number of the last message sent
    Sequence received = 0;             ///< number of the last message processed
    Sequence acknowledged = 0;         ///< the peer has processed everything up to here
    std::deque<Message> outbox;        ///< messages acknowledged + 1 to sent; empty without resume
    std::size_t outbox_bytes = 0;      ///< kept_bytes of them all
    std::optional<Micros> down_since;  ///< the transport lost the peer and may find it again
    bool greeted = false;              ///< the transport has reached the peer at least once
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
    struct Limits {
        std::size_t dead = 0;            ///< closed epochs remembered
        std::size_t early = 0;           ///< messages kept for epochs never heard of
        std::size_t unacknowledged = 0;  ///< messages kept per edge for a resume; 0: no resume
        // One message always fits.
        std::size_t unacknowledged_bytes = std::size_t{256} << 20U;
        std::size_t early_bytes = std::size_t{32} << 20U;
    };
    /// How often a bound was met.
    struct Overflows {
        std::uint64_t links = 0;   ///< edges given up, because more was kept than may be
        std::uint64_t epochs = 0;  ///< epochs never heard of, declared dead
    };
    /// Names an edge for ever.
    using Key = std::pair<ProcessId, Epoch>;
    /// Everything, as the server's image keeps it.
    struct Contents {
        std::map<ProcessId, Link> links;
        std::vector<Key> dead;  ///< oldest first
        std::map<Key, Link> closing;
    };

    explicit LinkTable(Limits limits) : limits_(limits) {}

    /// Makes the epoch current with this neighbour.
    /// @return  false when it is dead already; then the edge counts as lost
    bool open(ProcessId peer, Epoch epoch);
    /// Ends the current edge; its epoch is dead from now on.
    void close(ProcessId peer);
    /// Ends the current edge, but keeps what was sent on it until it is acknowledged.
    void close_when_acknowledged(ProcessId peer, Micros now);
    /// Declares an announced epoch dead before it was ever current.
    void kill(Key edge);
    /// Names the neighbour among those that take_broken() returns next.
    void give_up(ProcessId peer) { broken_.insert(peer); }
    /// Numbers a message for the current edge. On an interrupted edge it waits in the outbox.
    /// @return  what to send now, if anything
    std::optional<Send> number(ProcessId peer, Message message);
    /// Judges a message that arrived and, if it is to be processed, counts it as received.
    Verdict accept(const MessageReceived& arrived);
    /// Keeps a message of an unknown epoch; at the bound the epoch is declared dead.
    void keep_early(MessageReceived arrived);
    /// The messages kept for this epoch, in order of arrival.
    std::vector<MessageReceived> take_early(ProcessId peer, Epoch epoch);
    /// For planted faults only.
    void forget_received();
    void forget_sent();
    void forget_early() { early_.clear(); }

    /// The transport lost the peer; from now on messages wait.
    void interrupt(ProcessId peer, Micros now);
    /// The transport found the peer again, which has processed our messages up to `received`.
    /// @return  what the peer misses, in order; nullopt when it cannot be given any more
    std::optional<std::vector<Send>> resume(Key edge, Sequence received);
    /// The peer says that a closing edge is over.
    void forget_closing(Key edge);
    /// Gives up edges that have been closing for `longest`.
    void expire_closing(Micros now, Micros longest);
    /// Edges whose closing has come to its end since the last call.
    [[nodiscard]] std::vector<Key> take_ended() { return std::exchange(ended_, {}); }
    /// Neighbours whose outbox overflowed, who acknowledged what was never sent, or given up.
    [[nodiscard]] std::vector<ProcessId> take_broken();

    [[nodiscard]] bool is_open(ProcessId peer) const { return links_.contains(peer); }
    [[nodiscard]] bool is_current(ProcessId peer, Epoch epoch) const;
    /// Whether the transport lost the peer of the current edge and may find it again.
    [[nodiscard]] bool is_interrupted(ProcessId peer) const;
    [[nodiscard]] bool is_closing(ProcessId peer, Epoch epoch) const {
        return closing_.contains({peer, epoch});
    }
    /// Whether the peer has processed everything that was sent on the current edge; without resume
    /// nobody asks.
    [[nodiscard]] bool all_acknowledged(ProcessId peer) const;
    [[nodiscard]] bool is_dead(ProcessId peer, Epoch epoch) const;
    /// How many of the peer's messages were processed on an edge that is current or closing.
    [[nodiscard]] std::optional<Sequence> received(ProcessId peer, Epoch epoch) const;
    [[nodiscard]] const std::map<ProcessId, Link>& all() const { return links_; }
    [[nodiscard]] const std::map<Key, Link>& closing() const { return closing_; }
    [[nodiscard]] const Overflows& overflows() const { return overflows_; }
    /// Messages of early epochs are left out: who sent them sends them again.
    [[nodiscard]] Contents contents() const;
    /// Goes on from these contents, with every edge interrupted.
    void assign(Contents contents, Micros now);

 private:
    void bury(Key key);
    void acknowledge(ProcessId peer, Link& link, Sequence upto);

    Limits limits_;
    std::set<ProcessId> broken_;
    std::map<ProcessId, Link> links_;
    std::map<Key, Link> closing_;
    std::vector<Key> ended_;
    std::set<Key> dead_;
    std::deque<Key> dead_order_;
    std::vector<MessageReceived> early_;
    Overflows overflows_;
};

}  // namespace tributary::netlayer
