#pragma once
// One member of the tree as a pure state machine: the server (id 0) or a client.
// Invariants: step() is the only action; it does no I/O and reads no clock, so the same events give
// the same effects. Effects are to be performed in order (see Persist in effect.hpp). Input from
// peers is never asserted on: a peer that breaks the protocol is cut off and counted.
// One thread per process; different processes are independent.
// self-service §4-§6 with the corrections C1-C22 (docs/paper-map.md).

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "netlayer/effect.hpp"
#include "netlayer/event.hpp"
#include "netlayer/object/inspection.hpp"
#include "netlayer/options.hpp"
#include "netlayer/overlay_view.hpp"
#include "netlayer/simulation/faults.hpp"
#include "netlayer/status.hpp"

namespace tributary::netlayer {

struct State;

class Process {
 public:
    /// @param self      id 0 is the server, which is ready after Started; a client after
    /// JoinInvoked.
    ///                  The server's card must carry an incarnation larger than all earlier ones.
    /// @param restored  server only: the objects its store holds. With `recovered` a restart: joins
    ///                  wait `silence` long, because lost clients may still hold leases.
    struct Setup {
        Card self;
        ProcessOptions options;
        std::vector<Object> restored;
        bool recovered = false;
        Mutations mutations;
        /// Server only: the image stored last. Links are then resumed instead of waited out.
        std::shared_ptr<const ServerImage> image{};
        /// Asked about every version that a child sends; what does not pass cuts the child off.
        Inspection inspect{};
    };

    explicit Process(Setup setup);
    ~Process();
    Process(Process&&) noexcept;
    Process& operator=(Process&&) noexcept;

    /// Handles one event.
    /// @return  what the driver has to do, in order
    [[nodiscard]] std::vector<Effect> step(Event event);

    [[nodiscard]] ProcessId id() const;
    [[nodiscard]] Phase phase() const;
    /// For the transport's greeting: how many of the peer's messages on this edge were processed,
    /// or nullopt when the edge is over.
    [[nodiscard]] std::optional<Sequence> received(ProcessId peer, Epoch epoch) const;
    /// Server: what a Persist of the last step stores beside the objects.
    [[nodiscard]] std::shared_ptr<const ServerImage> image() const;
    /// A snapshot for people and programs; costs time proportional to the number of objects.
    [[nodiscard]] ProcessStatus status() const;
    /// Server: what it knows of the whole tree; costs time proportional to the number of processes.
    [[nodiscard]] OverlayView overlay() const;
    /// The latest version that this process holds a copy of, or nullptr.
    [[nodiscard]] const Object* copy(const ObjectId& object) const;
    /// Everything, for the checker and white-box tests.
    [[nodiscard]] const State& state() const { return *state_; }

 private:
    std::unique_ptr<State> state_;
};

}  // namespace tributary::netlayer
