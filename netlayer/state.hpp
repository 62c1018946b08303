#pragma once
// Everything a process knows, and the list of effects it is making. The classes that act on it
// (Retrieval, Updates, Reads, Forces, Leases, Membership, Recovery) hold a reference for the length
// of one step; each names the part it keeps true.
// Invariants: outside Process::step `effects` is empty, and so is `arrivals` unless the process is
// frozen; at most one of `attempt`, `holding` and `rotation` is set (C17).
// One thread.

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "netlayer/depend/dependencies.hpp"
#include "netlayer/effect.hpp"
#include "netlayer/link/link_table.hpp"
#include "netlayer/object/copies.hpp"
#include "netlayer/process.hpp"
#include "netlayer/queue/dist_queue.hpp"
#include "netlayer/splay/adjustment.hpp"
#include "netlayer/tree/tally.hpp"

namespace tributary::netlayer {

inline constexpr TimerId kTick = 1;

/// Processes that a neighbour may claim to be below it; more are not believed.
inline constexpr std::uint64_t kMaxSubtree = 1'000'000;

/// A process below this one on a tree edge of its own.
struct Child {
    Card card;
    Epoch epoch = 0;
    std::uint64_t subtree = 1;
    bool spoke = false;      ///< has sent something on the edge; before that it has no lease
    bool fenced = false;     ///< the edge is dead; given up when `last_ping + silence` is over
    Micros last_ping{0};     ///< receipt of the last ping, or when the edge was made
    std::uint64_t ping = 0;  ///< number of that ping
    std::uint64_t kept_apart = 0;  ///< as it told last
    overlay::Report sizes{0,  {1, 0, 0}, {},
                          {}, 0,         0};  ///< search tree: as it told last, and joins since
    Micros ping_answered{0};                  ///< when a pong for it was last sent
};

/// The process above, and what is needed to keep a lease from it.
struct Parent {
    Card card;
    Epoch epoch = 0;
    Micros last_pong{0};
    std::uint64_t pings = 0;                    ///< number of the last ping sent
    std::map<std::uint64_t, Micros> ping_sent;  ///< the last few pings
    /// What it holds copies of, in these versions or newer ones: it was sent them on this edge, or
    /// handed the object down. Its bodies need not be sent again.
    Versions has{};
    std::uint64_t kept_apart = 0;  ///< told to it so far, see Ping
    // As it told with its last pong on this edge; before that it says nothing of them.
    bool told = false;
    Key lo = kNoKey;
    Key hi = kServerKey;
    Key above = kServerKey;
};

/// A local update from invocation to Applied.
struct Update {
    std::vector<ObjectId> order;  ///< requested one after the other
    std::size_t held = 0;         ///< how many of `order` are here
    bool force = false;
    bool computing = false;
    Micros started{0};  ///< when its program was
};

struct PendingRead {
    OperationId operation = 0;
    ObjectId object;
    Micros asked{0};
};

/// A force whose confirmation is awaited. `operation` is kNoOperation for the force of a leave.
struct PendingForce {
    OperationId operation = kNoOperation;
    Versions objects;  ///< the versions to be stored, at least
    Micros asked{0};
};

/// At a process that leaves by promotion: whom it asked to hold, and what they answered.
struct Attempt {
    std::uint64_t number = 0;
    ProcessId successor = 0;
    std::vector<ProcessId> siblings;  ///< of the successor, in the order told to it
    std::map<ProcessId, HoldOk> answers;
    Micros begun{0};
    bool handed_over = false;  ///< this process' state was sent to the successor

    [[nodiscard]] bool complete() const { return answers.size() == siblings.size() + 2; }
};

/// At a neighbour of such a process, and at g and b of a rotation: the edge to it is held.
struct Holding {
    ProcessId leaver = 0;  ///< in a rotation: p at g, x at b
    std::uint64_t attempt = 0;
    Card successor;  ///< who takes the leaver's place; this process itself: then it is frozen
    bool rotation = false;
    /// The edges that this process would be the upper end of; at b the one to p, its new parent.
    std::map<ProcessId, Epoch> announced;
    std::vector<Message> held;  ///< for the leaver, or for whoever takes its place
    PromotePart inherited;      ///< at the successor: the parts that came so far
    Micros since{0};
};

/// At p and x of a rotation (x rises over p): how far it has come.
struct Rotation {
    enum class Stage {
        asking_above,      ///< p waits for g's word, and works on
        asking_below,      ///< p waits for x's word, frozen
        asking_abandoned,  ///< x waits for b's word, frozen
        ready,             ///< x waits for what p commits, frozen; its queues are in p's hands
    };
    Stage stage = Stage::asking_above;
    bool rising = false;  ///< whether this process is x
    ProcessId other = 0;  ///< the other one of the two
    Micros since{0};
    bool wished = false;                   ///< at p: by its policy
    bool given_up = false;                 ///< at p: x was lost before g answered
    Neighbour above;                       ///< g, with the epoch of the edge (g, x)
    Epoch abandoned_epoch = 0;             ///< of the edge (p, b)
    std::optional<Card> abandoned;         ///< at x: b
    std::map<ObjectId, Version> versions;  ///< at x: of p's copies
};

/// The oldest wish that a process refused; younger ones are refused as long as it may come again.
struct RefusedWish {
    std::uint64_t age = 0;
    Key key = kNoKey;
    Micros until{0};
};

/// An object came to this process for its own operation; handled at the end of the step, so that
/// retrieval never calls back into operations.
struct Arrival {
    ObjectId object;
    OperationId operation = kNoOperation;
};

struct Counters {
    std::uint64_t dropped_dead_epoch = 0;  ///< messages of a dead edge, or duplicates
    std::uint64_t early_messages = 0;      ///< of an epoch never heard of
    std::uint64_t unsendable = 0;          ///< for a neighbour without a current edge
    std::uint64_t links_resumed = 0;
    std::uint64_t resent = 0;            ///< messages sent again at a resume
    std::uint64_t protocol_errors = 0;   ///< peers cut off
    std::uint64_t versions_refused = 0;  ///< of them, for a version that did not pass inspection
    std::uint64_t bound_hops = 0;        ///< reads and forces dropped at max_hops
    std::uint64_t bound_read_hops = 0;   ///< reads sent to the server after too many hops
    std::uint64_t bound_operations = 0;  ///< local requests refused at max_operations
    std::uint64_t bound_objects = 0;     ///< requests refused at max_objects
    std::uint64_t bound_update = 0;      ///< local requests refused at max_objects_per_update
    std::uint64_t reads_retried = 0;
    std::uint64_t reads_answered = 0;  ///< by this process as owner
    std::uint64_t reads_above_ancestor =
        0;                                 ///< climbs past the common ancestor, for lack of a lease
    std::uint64_t reads_unanswerable = 0;  ///< answers that met a gone edge or an earlier life
    std::uint64_t forces_retried = 0;
    std::uint64_t forces_incomplete = 0;  ///< dropped for a version that this process never had
    std::uint64_t programs_given_up = 0;  ///< that ran longer than longest_program
    std::uint64_t migrations = 0;         ///< hand-overs sent
    std::uint64_t copies_sent = 0;
    std::uint64_t reconstituted = 0;
    std::uint64_t disconnections = 0;  ///< of this process
    std::uint64_t children_lost = 0;
    std::uint64_t joins_passed_on = 0;
    std::uint64_t joins_refused = 0;
    std::uint64_t promotions = 0;          ///< this process took a leaver's place
    std::uint64_t promotions_aborted = 0;  ///< attempts of this process to leave
    std::uint64_t merges_refused = 0;      ///< queues of a leaver that do not fit this process'
    std::uint64_t holds_refused = 0;       ///< by this process, because it was busy
    std::uint64_t bound_held = 0;          ///< peers cut off and requests refused at max_held
    std::uint64_t bound_queue = 0;         ///< peers cut off at max_queue or max_queue_of_one
    std::uint64_t rotations = 0;           ///< this process sank below its child
    std::uint64_t rotations_asked = 0;
    std::uint64_t rotations_refused =
        0;                               ///< of those asked: somebody was busy, or it cost too much
    std::uint64_t rotation_bodies = 0;   ///< objects shipped, counted at p, both ways
    std::uint64_t dropped_rotating = 0;  ///< answers that met an edge which a rotation closes
    std::uint64_t bound_plan = 0;        ///< trees that were too large to be planned
    std::uint64_t balancing_steps = 0;   ///< begun, or wished of a child
    std::uint64_t lost_rotating = 0;     ///< other messages that did; only with a planted fault
};

struct State {
    explicit State(Process::Setup setup);

    // --- who and where
    Card self;
    Key wished_key = kNoKey;  ///< search tree: for which it asks; its place may have another one
    ProcessOptions options;
    Mutations mutations;
    Inspection inspect;  ///< of versions from below; may be empty
    Phase phase = Phase::idle;
    Micros now{0};
    Key lo = kNoKey;  ///< search tree: the keys of the subtree lie strictly between lo and hi
    Key hi = kServerKey;
    Card server;  ///< whom to ask for a place
    Micros join_asked{0};
    Micros quiet_until{0};  ///< a restarted server accepts no join before
    std::optional<Parent> parent;
    std::map<ProcessId, Child> children;
    LinkTable links;
    std::uint64_t epochs_minted = 0;
    Micros lease_until{0};
    std::uint64_t processes = 1;   ///< in the whole tree, as told with the lease
    std::uint64_t revocation = 0;  ///< number of the newest one passed on

    // --- objects
    Copies copies;
    Dependencies dependencies;
    std::map<ObjectId, DistQueue> queues;

    // --- operations of this process
    std::map<OperationId, Update> updates;
    std::map<std::uint64_t, PendingRead> reads;
    std::map<std::uint64_t, PendingForce> forces;
    std::uint64_t numbers = 0;  ///< of reads and forces, over all incarnations
    Versions read_versions;     ///< the newest that this life read: what a leave must force (C4)
    Versions written_versions;
    bool leave_forced = false;
    std::vector<LinkTable::Key> departed_edges;  ///< of the last words, while departing

    // --- leaves of inner processes
    std::optional<Attempt> attempt;
    std::optional<Holding> holding;
    std::uint64_t attempts = 0;  ///< of this process, over all incarnations
    std::uint64_t refusals = 0;  ///< attempts of this leave that were given up
    Micros next_attempt{0};      ///< not before: the back-off
    std::deque<Input> backlog;   ///< what waits until this process is not frozen any more
    std::optional<Rotation> rotation;
    std::optional<RefusedWish> refused_wish;
    std::uint64_t locks_asked = 0;  ///< with the planted fault only
    Adjustment adjustment;
    Tally tally;

    // --- of the current step
    std::deque<Arrival> arrivals;        ///< a frozen process keeps them until it is not (C14)
    std::vector<LinkTable::Key> opened;  ///< edges whose early messages are to be taken
    std::vector<Effect> effects;
    std::uint64_t persists = 0;
    bool dirty = false;  ///< something changed that the server's image contains
    std::shared_ptr<const ServerImage> image;  ///< to start from; null after Started
    Counters counters;

    /// Sends on the current edge to this neighbour; without one the message is dropped, which is
    /// right: whatever waits behind a lost child is taken over by its parent. On a held edge the
    /// message is held, unless it is a heart-beat.
    void send(ProcessId to, Message message);
    /// Notes what the parent has once this was sent to it.
    void note_sent_up(const Message& message);
    /// Sends on the current edge even if it is held.
    void send_past_hold(ProcessId to, Message message);
    void notify(Notice notice);
    /// The object's queue, made on first use.
    /// @return  nullptr at the bound on objects
    DistQueue* queue(const ObjectId& id);
    /// The parent's id; self for the server, which has none.
    [[nodiscard]] ProcessId parent_id() const;
    [[nodiscard]] bool is_server() const { return self.id == kServer; }
    [[nodiscard]] bool is_connected() const;
    /// True for a child whose edge is not fenced.
    [[nodiscard]] bool is_live_child(ProcessId id) const;
    /// Whether this process takes part in a change of the tree, its own or a neighbour's (C17).
    [[nodiscard]] bool is_busy() const { return attempt || holding || rotation; }
    /// Whether this process waits for a change of the tree, and takes no local step (C10, C14).
    [[nodiscard]] bool is_frozen() const;
    /// Whether a frozen process handles this neighbour's messages all the same.
    [[nodiscard]] bool drains(ProcessId from) const;
    /// Whether the process was told by a rotation to send this neighbour nothing more for now.
    [[nodiscard]] bool is_silent(ProcessId to, const Message& message) const;
    /// At x: the localQs are in p's hands, so that no child may be given up.
    [[nodiscard]] bool queues_are_away() const {
        return rotation && rotation->stage == Rotation::Stage::ready;
    }
    /// Whether a key lies in this process' subtree; search tree.
    [[nodiscard]] bool covers(Key key) const { return lo < key && key < hi; }
    /// After an attempt to change the tree that came to nothing: the next one waits a random time,
    /// which grows with the refusals.
    void back_off(std::uint64_t number);
    /// An epoch for an edge of which this process is the upper end.
    Epoch mint_epoch();
    /// Forgets all protocol state; what remains is who it is (§3: rejoin starts afresh).
    void reset();
};

/// All counters by name.
std::map<std::string, std::uint64_t> named(const Counters& counters);

}  // namespace tributary::netlayer
