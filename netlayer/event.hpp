#pragma once
// Everything that can happen to a process. The driver (sockets, simulator or replayer) makes these
// and passes them to Process::step one at a time; the time is part of the event, so the process
// needs no clock.
// Invariant: `now` never goes back from one event of a process to the next.
// Values; any thread.

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "netlayer/identity.hpp"
#include "netlayer/message.hpp"

namespace tributary::netlayer {

/// Chosen by the caller; unique among the operations of one process, over all its incarnations.
using OperationId = std::uint64_t;
using TimerId = std::uint32_t;

/// The first event of the server; it accepts joins from now on.
struct Started {};

/// The transport reached the peer of an edge that was opened.
struct LinkUp {
    ProcessId peer = 0;
    Epoch epoch = 0;
};

/// The transport lost the peer. With a grace time (ProcessOptions::grace) the edge is interrupted
/// and may be resumed; without one, or when `closed`, it is lost for good. `closed`: the peer
/// answered that the edge is over.
struct LinkDown {
    ProcessId peer = 0;
    Epoch epoch = 0;
    bool closed = false;
};

/// The transport found the peer of an interrupted edge again: nothing of the earlier connection
/// will still arrive, and the peer has processed our messages up to `received` (its answer to
/// Process::received, carried by the transport's handshake).
struct LinkResumed {
    ProcessId peer = 0;
    Epoch epoch = 0;
    Sequence received = 0;
};

/// The end that dials an edge of ours is there (again): nothing of an earlier connection will still
/// arrive, and it has processed our messages up to `received`. Answered by Welcome, unless the
/// epoch was never heard of; then the transport gives the event again when the edge is opened.
struct LinkGreeted {
    ProcessId peer = 0;
    Epoch epoch = 0;
    Sequence received = 0;
};

/// A message on a tree edge. `from` is the identity that the transport proved. `acknowledged` is
/// the last of our sequence numbers that the peer has processed.
struct MessageReceived {
    ProcessId from = 0;
    Epoch epoch = 0;
    Sequence sequence = 0;
    Sequence acknowledged = 0;
    Message message;
};

/// A message outside the tree. `from` is the identity that the transport proved.
struct DirectReceived {
    ProcessId from = 0;
    Message message;
};

/// The timer last set under this id is due.
struct TimerFired {
    TimerId timer = 0;
};

/// Run an operation on these objects, all at once. The program itself stays with the caller and is
/// asked for by StartComputation. `force`: report also when it is durable.
struct UpdateInvoked {
    OperationId operation = 0;
    std::vector<ObjectId> objects;
    bool force = false;
};

/// Read one object: strict (the latest version) or from the local copy (serializable).
struct ReadInvoked {
    OperationId operation = 0;
    ObjectId object;
    bool strict = true;
};

/// Join (again) through the server. The incarnation must be larger than every earlier one.
struct JoinInvoked {
    Card server;
    Incarnation incarnation = 0;
};

struct LeaveInvoked {};

/// Rotate this child over this process, if that can be done now. Search tree only; nothing waits
/// for it and nothing tells how it ends but the neighbours that a process then has.
struct RotateInvoked {
    ProcessId child = 0;
};

/// Server: processes of the search tree rotate by this policy from now on. They hear of it with
/// their leases.
struct PolicyChosen {
    RotationPolicy policy = RotationPolicy::none;
};

/// What a program made of one object; the new version number is the process' business.
struct Output {
    ObjectId object;
    Body body;
};

/// The program of an operation ran. Outputs name objects of the operation, each at most once; no
/// output means that the operation only read. An error leaves every object as it was.
struct ComputationDone {
    OperationId operation = 0;
    Result<std::vector<Output>> outputs;
};

/// The Persist with this token is on disk. Informational: see Persist for the order of effects.
struct Stored {
    std::uint64_t token = 0;
};

/// The coordinator vouches for this process, for the first time or again: its own card has this
/// membership from now on, and its neighbours are told.
struct CardIssued {
    std::string membership;
};

/// Server: pass this on to everybody in the tree.
struct RevocationIssued {
    Revoke revocation;
};

using Input = std::variant<Started, LinkUp, LinkDown, MessageReceived, DirectReceived, TimerFired,
                           UpdateInvoked, ReadInvoked, JoinInvoked, LeaveInvoked, ComputationDone,
                           Stored, LinkResumed, LinkGreeted, CardIssued, RevocationIssued,
                           RotateInvoked, PolicyChosen>;

struct Event {
    Micros now{0};
    Input input;
};

}  // namespace tributary::netlayer
