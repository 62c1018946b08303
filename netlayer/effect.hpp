#pragma once
// Everything a process wants done. Process::step returns a list; the driver performs it in order.
// Invariant (persist before send): a driver performs nothing that stands behind a Persist of a
// process, in the same list or a later one, before that Persist is on disk; only answers to
// heart-beats may overtake it.
// Values; any thread.

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "netlayer/event.hpp"
#include "netlayer/identity.hpp"
#include "netlayer/message.hpp"

namespace tributary::netlayer {

/// Put a message on a tree edge that was opened. While the transport is not up it is dropped: the
/// process keeps what is numbered until it is acknowledged, and sends it again at the resume.
struct Send {
    ProcessId to = 0;
    Epoch epoch = 0;
    Sequence sequence = 0;
    Sequence acknowledged = 0;
    Message message;
};

/// Send outside the tree; best effort.
struct SendDirect {
    Card to;
    Message message;
};

/// An edge begins. The child dials the parent's endpoint; the parent accepts from exactly this
/// card's key and this epoch. Messages of an epoch that was never opened are passed to the process
/// all the same (it buffers a bounded number).
struct OpenLink {
    Card peer;
    Epoch epoch = 0;
    bool dial = false;
};

/// The answer to LinkGreeted: the peer's messages up to `received` were processed, or the edge is
/// over (`closed`). The transport drops what is sent on the edge between the greeting and this; it
/// is sent again behind it.
struct Welcome {
    ProcessId to = 0;
    Epoch epoch = 0;
    Sequence received = 0;
    bool closed = false;
};

/// An edge ends. `flush`: deliver what was sent before, as far as the peer still takes it.
struct CloseLink {
    ProcessId peer = 0;
    Epoch epoch = 0;
    bool flush = false;
};

/// Deliver TimerFired{timer} at this time; replaces the timer set earlier under the same id.
struct SetTimer {
    TimerId timer = 0;
    Micros at{0};
};

/// Run the operation's program on these objects and answer with ComputationDone. Bodies may be
/// shared with a pool thread; they never change.
struct StartComputation {
    OperationId operation = 0;
    std::vector<Object> inputs;
};

struct ServerImage;

/// Server only: write these objects durably, in one transaction. Tokens count up. With
/// ProcessOptions::persist_state also the protocol state, in the same transaction: the driver adds
/// Process::image() (shared because the store may write it on another thread; it is never changed).
/// A driver may write several steps at once, with the image after the last of them.
struct Persist {
    std::uint64_t token = 0;
    std::vector<Object> objects;
    std::shared_ptr<const ServerImage> image{};
};

// --- notices to the application ---------------------------------------------------------------

/// A version that an operation read or wrote.
struct Touched {
    ObjectId object;
    Version version = 0;
};

/// The update ran: `read` names the versions it saw, `written` the ones it made.
struct Applied {
    OperationId operation = 0;
    std::vector<Touched> read;
    std::vector<Touched> written;
};

/// The server's store holds what the update read and wrote. Follows Applied when force was asked.
struct Durable {
    OperationId operation = 0;
};

/// The update or read did not happen: refused, or cut short by a disconnection. An update that was
/// Applied but not Durable before a Disconnected notice may be lost; it gets no further notice.
struct Aborted {
    OperationId operation = 0;
    Error error;
};

struct ReadCompleted {
    OperationId operation = 0;
    Object object;
};

struct Joined {
    Card parent;
    Epoch epoch = 0;
};

struct JoinRefused {
    std::string reason;
};

/// The process may end: everything it read or wrote is durable and its parent was told.
struct Left {};

struct LeaveRefused {
    Error error;
};

/// The process has no way to the server any more; all its state is void. Join again.
struct LostConnection {
    std::string reason;
};

/// This process has another parent now. The old one left: the new one is its successor, or, when
/// this process is the successor itself, the one that was above the leaver. Or a rotation: the new
/// one is x at p and p at b, and, when this process is x, the one that was above p.
struct ParentReplaced {
    Card parent;
    Epoch epoch = 0;
    bool promoted = false;  ///< this process is the successor, or x
};

struct ChildJoined {
    Card child;
};

/// A child left, or was given up; `reconstituted` counts objects regenerated here (Figure 6).
struct ChildGone {
    ProcessId child = 0;
    bool left = false;
    std::uint64_t reconstituted = 0;
};

using Notice = std::variant<Applied, Durable, Aborted, ReadCompleted, Joined, JoinRefused, Left,
                            LeaveRefused, LostConnection, ParentReplaced, ChildJoined, ChildGone>;

struct Notify {
    Notice notice;
};

using Effect = std::variant<Send, SendDirect, OpenLink, CloseLink, SetTimer, StartComputation,
                            Persist, Notify, Welcome>;

/// An answer to a heart-beat may leave before what was changed is stored, so that a slow disk does
/// not look like a dead server. It acknowledges nothing then. A lease ends by time, and a server
/// that starts again waits for it; the policy and the era only guide which rotations are wished
/// for, and the next answer corrects them; the server's interval never changes.
/// @return  whether `effect` is one; its acknowledgement is taken out. protocol section 7
bool may_overtake_the_store(Effect& effect);

}  // namespace tributary::netlayer
