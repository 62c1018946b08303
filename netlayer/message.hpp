#pragma once
// Everything one process says to another. Plain structs; `netlayer/wire` turns them into bytes.
// Messages marked [edge] travel on a tree edge, exactly once and in order per edge epoch; Ping and
// Pong travel on the edge too, but are not numbered (sequence 0) and may be lost. Messages marked
// [direct] travel outside the tree, may be lost, and are repeated by whoever needs an answer.
// Values; any thread. self-service Figures 3, 6 and 8, §5, §6.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "netlayer/identity.hpp"
#include "netlayer/object/object.hpp"
#include "netlayer/options.hpp"
#include "netlayer/overlay/report.hpp"
#include "netlayer/self_report.hpp"

namespace tributary::netlayer {

/// A strict read or a force, named by the one who wants its answer. Repeated with the same id.
struct RequestId {
    ProcessId origin = 0;
    Incarnation incarnation = 0;  ///< an answer for an earlier life of the origin is dropped
    std::uint64_t number = 0;
    Key key = kNoKey;  ///< of the origin: in the search tree the answer goes down by it

    friend auto operator<=>(const RequestId&, const RequestId&) = default;
};

/// In the k-ary tree: the processes that passed a request to their parents, the origin first. An
/// answer goes down along it: each process takes itself off the back and sends to the new back. In
/// the search tree it stays empty.
using Path = std::vector<ProcessId>;

/// [edge] Append the sender to the object's queue. Figure 3, line 20.
struct Retrieve {
    ObjectId object;
    Key requester = kNoKey;        ///< search tree: of the process that wants the object
    std::uint64_t kept_apart = 0;  ///< upward, see Ping
};

/// [edge] The object itself, with ownership; upward also what it depends on. Figure 3, line 21.
struct Migrate {
    Object object;
    std::vector<Object> copies;
    std::vector<Dependency> dependencies;
    Key from = kNoKey;             ///< search tree: of the process that handed it on
    Key to = kNoKey;               ///< and of the one for which it is
    std::uint64_t kept_apart = 0;  ///< upward, see Ping
    std::uint64_t hops = 0;        ///< edges passed since it was handed on
    bool splay = false;            ///< both ends of the hand-over shall rise
};

/// How a strict read finds the owner.
enum class Search : std::uint8_t {
    queues,  ///< from neighbour to neighbour, as the heads of the localQs point
    server,  ///< that took too many hops: up to the server, wherever the heads point
    again,   ///< from the server as the heads point; after too many hops it is dropped
};

/// [edge] A strict read on its way to the owner. §5.2.2.
struct ReadRequest {
    RequestId id;
    ObjectId object;
    Path path;
    std::uint64_t hops = 0;  ///< edges passed since the search began as it is
    Search search = Search::queues;
};

/// [edge, upward] The answer, climbing to an ancestor of the reader; every process saves it (C6).
struct ReadClimb {
    RequestId id;
    Object object;
    std::vector<Object> copies;
    std::vector<Dependency> dependencies;
    Path path;
    Key owner = kNoKey;            ///< search tree: of the process that answered
    std::uint64_t kept_apart = 0;  ///< see Ping
};

/// [edge, downward] The answer on its way to the reader along the path; nobody between saves it.
struct ReadReturn {
    RequestId id;
    Object object;
    Path path;
    Key owner = kNoKey;  ///< search tree: of the process that answered
};

/// A copy that the sender has.
struct KnownVersion {
    ObjectId object;
    Version version = 0;
};

/// [edge, upward] Copies for the server, which confirms by the same id. §5.1, §6.2 (C4). What the
/// receiver has had already is only named in `known`: this version, or a newer one, is to be
/// stored. `whole`: an earlier try was not confirmed, so everything travels with its body.
struct Force {
    RequestId id;
    std::vector<Object> objects;
    std::vector<Dependency> dependencies;
    Path path;
    std::vector<KnownVersion> known{};
    bool whole = false;
    std::uint64_t kept_apart = 0;  ///< see Ping
};

/// [edge, downward] The server's store holds everything of the force of that id.
struct ForceConfirm {
    RequestId id;
    Path path;
};

/// [edge, unnumbered] A child's sign of life; `subtree` counts the child and all below it.
/// `kept_apart`, here and in whatever else goes up: messages that the child saw between the part
/// below it that would become its parent's if it rose, and the rest below it, itself included;
/// since the edge was made. The parent counts them against a rotation of the child over itself.
struct Ping {
    std::uint64_t number = 0;
    std::uint64_t subtree = 1;
    std::uint64_t kept_apart = 0;
    std::vector<SelfReport> reports{};  ///< of the child, and some from below it
    overlay::Report sizes{};            ///< search tree: of the subtrees below it
    overlay::Report weights{};          ///< policies counting and rebuild
};

/// [edge, unnumbered] The parent's answer to ping `number`: its own remaining lease (C3). Sent
/// again for the child's latest ping when the parent's lease was renewed.
struct Pong {
    std::uint64_t number = 0;
    Micros lease{0};
    std::uint64_t processes = 1;                   ///< in the whole tree, as the server last knew
    RotationPolicy policy = RotationPolicy::none;  ///< what the coordinator wants now
    std::uint32_t era = 0;                         ///< of ageing counts, as the server last knew
    Key lo = kNoKey;                               ///< search tree: the sender's interval,
    Key hi = kServerKey;
    Key above = kServerKey;  ///< and the key of its parent
};

/// [edge, upward] The last message of a leaf that leaves (C13).
struct Leave {};

/// [edge, downward] The sender is no longer connected to the server, hence neither is the receiver.
struct Disconnected {
    std::string reason;
};

/// [edge, downward] Find a place for this process in your subtree.
struct JoinForward {
    Card joiner;
};

/// [direct, to the server] Find a place for me. Repeated until accepted.
struct JoinRequest {
    Card joiner;
};

/// [direct] The sender is now the parent; the edge has this epoch. The joiner dials.
struct JoinAccept {
    Card parent;
    Incarnation joiner_incarnation = 0;
    Epoch epoch = 0;
    Key key = kNoKey;  ///< in the search tree: the joiner's, and the interval of its subtree
    Key lo = kNoKey;
    Key hi = kServerKey;
    RotationPolicy policy = RotationPolicy::none;  ///< the service's, as the coordinator chose it
    bool balance = false;                          ///< as ProcessOptions::balance_joins
};

/// [direct] No place for you; `reason` is a sentence for a person.
struct JoinRefuse {
    Incarnation joiner_incarnation = 0;
    std::string reason;
};

/// [edge] The sender wants to leave, and `successor`, one of its children, to take its place. Send
/// me nothing more until you hear how it ends (C12). `siblings` is told to the successor only: the
/// sender's other children, which would become its own.
struct Hold {
    std::uint64_t attempt = 0;
    Card successor;
    std::vector<ProcessId> siblings;
};

/// [edge] The last message for the leaver until the attempt ends. `epochs` are those that the
/// sender mints as an upper end: of the edge to the successor, or the successor's to each sibling
/// in the order of the Hold. `versions` come from the successor: newer copies are to be sent.
struct HoldOk {
    std::uint64_t attempt = 0;
    std::vector<Epoch> epochs;
    std::vector<KnownVersion> versions;
};

/// [edge] Not now: the sender takes part in another change of the tree.
struct HoldNo {
    std::uint64_t attempt = 0;
};

/// [edge] The attempt was given up; what was held is sent.
struct Unhold {
    std::uint64_t attempt = 0;
};

/// The leaver's localQ of one object. Its own elements are no-ops, and the object is idle there if
/// the first is its own, so that names of processes say everything.
struct QueueCopy {
    ObjectId object;
    std::vector<ProcessId> processes;
};

/// [edge, downward, to the successor] A part of the leaver's state, small enough for one message.
struct PromotePart {
    std::uint64_t attempt = 0;
    std::vector<Object> objects;
    std::vector<Dependency> dependencies;
    std::vector<QueueCopy> queues;
};

/// A process with the epoch of the edge to it.
struct Neighbour {
    Card card;
    Epoch epoch = 0;
};

/// [edge, downward, to the successor] Take my place; the last message on this edge. Figure 8.
struct Promote {
    std::uint64_t attempt = 0;
    Neighbour parent;
    std::vector<Neighbour> siblings;
};

/// [edge, to the other neighbours] The successor is in my place, on the edge of this epoch; the
/// last message on this edge (C11).
struct Depart {
    std::uint64_t attempt = 0;
    Epoch epoch = 0;
};

/// [edge] The coordinator renewed the sender's membership; the neighbour keeps the new card.
struct CardRenewed {
    Card card;
};

/// [edge, downward] Whose cards the coordinator has revoked. `statement` is signed by it and opaque
/// here: the driver reads it and ends the links of the revoked. A larger number is newer.
struct Revoke {
    std::uint64_t number = 0;
    std::string statement;
};

// A rotation of x over its parent p, below g; b is the child that x hands over to p. All of it
// [edge], in the search tree only. Protocol rules, section 4.3.

/// A wish for a rotation of which the receiver, or its parent, would be p. Nobody answers.
struct Raise {
    enum class Which : std::uint8_t {
        sender,    ///< upward: let me rise over you
        receiver,  ///< upward: rise over your parent
        inner,     ///< downward: let your child that faces me rise over you
    };
    Which which = Which::sender;
    std::uint64_t age = 0;  ///< as in Lock
};

/// The depth of a process in the tree that the coordinator plans.
struct PlannedRank {
    Key key = kNoKey;
    std::uint32_t rank = 0;
};
inline constexpr std::size_t kMostPlanned = 4096;

/// [edge, downward] Ranks for the receiver and for processes below it. A child of a smaller rank
/// rises: what comes of it is the planned tree.
struct Plan {
    std::uint32_t number = 0;  ///< ranks of one plan are compared with each other only
    std::vector<PlannedRank> ranks;
};

/// p to g: let `rising`, my child, take my place below you.
struct Lock {
    Card rising;
    std::uint64_t age = 0;  ///< when the wish came up: older wishes come first (section 5)
};

/// g to p, its last message for p: the epoch of the edge (g, x).
struct LockOk {
    Epoch epoch = 0;
};

/// g to p: not now.
struct LockNo {};

/// p to g: the rotation is given up.
struct Unlock {};

/// A copy that p has, and what it would have to ship if x had an older one; 0: nothing.
struct ShippedCopy {
    ObjectId object;
    Version version = 0;
    std::uint64_t bytes = 0;
};

/// p to x, its last message for x before Commit: rise over me.
struct LockX {
    Neighbour above;            ///< g, with the epoch of the edge (g, x)
    Epoch abandoned_epoch = 0;  ///< of the edge (p, b)
    std::vector<ShippedCopy> copies;
    std::uint64_t most_bytes = 0;  ///< refuse if more would have to be shipped
};

/// x to p, its last message for p before p is below it.
struct LockXOk {
    std::optional<Card> abandoned;  ///< b, which has agreed; none: x had no child on that side
    std::uint64_t abandoned_subtree = 0;
    std::vector<QueueCopy> queues;
    std::vector<KnownVersion> versions;
    std::vector<Object> objects;  ///< newer than p's, and below b
};

/// x to p: not now; `bytes` is what would have to be shipped, when that is the reason.
struct LockXNo {
    std::uint64_t bytes = 0;
};

/// x to b, its last message for b: p becomes your parent, on the edge of this epoch.
struct LockB {
    Neighbour sinking;
};

/// b to x, its last message for x.
struct LockBOk {};

/// b to x: not now.
struct LockBNo {};

/// p to x: you are above me now.
struct Commit {
    std::vector<QueueCopy> queues;
    std::vector<Object> objects;  ///< newer than x's, and at p or below c
    std::vector<Dependency> dependencies;
    Key lo = kNoKey;  ///< the interval of the subtree, which was p's
    Key hi = kServerKey;
    std::uint64_t subtree = 1;  ///< of p, from now on
};

/// p to g, its last message: x is in my place.
struct Switch {
    Epoch epoch = 0;
    Card rising;  ///< as in Lock, unless the coordinator has renewed it meanwhile
};

/// p to b, the first message of their edge: x is not above you any more, I am.
struct SwitchB {
    ProcessId old = 0;
};

/// A message with a card introduces a neighbour, or speaks of one: the driver lets it pass only
/// when the coordinator vouches for the card (netlayer/identity/card_judge.hpp).
using Message =
    std::variant<Retrieve, Migrate, ReadRequest, ReadClimb, ReadReturn, Force, ForceConfirm, Ping,
                 Pong, Leave, Disconnected, JoinForward, JoinRequest, JoinAccept, JoinRefuse, Hold,
                 HoldOk, HoldNo, Unhold, PromotePart, Promote, Depart, CardRenewed, Revoke, Lock,
                 LockOk, LockNo, Unlock, LockX, LockXOk, LockXNo, LockB, LockBOk, LockBNo, Commit,
                 Switch, SwitchB, Raise, Plan>;

/// Everybody whom a message introduces or describes, as views into the message.
std::vector<const Card*> cards_of(const Message& message);

/// True for Ping and Pong, which carry no sequence number.
bool is_heartbeat(const Message& message);

/// About how many bytes a message keeps in memory; what bounds on kept messages count.
std::size_t kept_bytes(const Message& message);

/// True for what asks a process to take part in a rotation: answered at once, also when it is
/// frozen.
bool is_lock_request(const Message& message);

/// The message's name, for logs and event traces.
const char* message_name(const Message& message);

}  // namespace tributary::netlayer
