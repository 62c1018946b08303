#pragma once
// When to rotate: one Policy object per process, fed with what that process sees, asked what to
// propose. It knows its own links and keys and what its neighbours piggyback, nothing else, so that
// the simulators here and the protocol's core drive the same objects. A rotation is optional: it
// may be refused or given up, and nothing waits for it. No clock, no floating point.
// One thread per object. Source: splaynet ch.2, ch.5 §1; overlay design, decisions 2 and 3.

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.hpp"
#include "netlayer/overlay/price.hpp"
#include "netlayer/overlay/report.hpp"
#include "netlayer/overlay/tree.hpp"

namespace tributary::netlayer::overlay {

/// What a process knows without asking: itself, its neighbours' keys, its parent's interval.
struct View {
    Key key = kNoKey;
    Key lo = kNoKey;
    Key hi = kServerKey;
    Key left = kNoKey;
    Key right = kNoKey;
    Key parent = kServerKey;  ///< the server for the root
    Key parent_lo = kNoKey;
    Key parent_hi = kServerKey;
    Key grandparent = kServerKey;

    [[nodiscard]] bool covers(Key other) const { return lo < other && other < hi; }
    [[nodiscard]] bool parent_covers(Key other) const {
        return parent_lo < other && other < parent_hi;
    }
    [[nodiscard]] bool is_root() const { return parent == kServerKey; }
};

/// The view of a node in a tree that the caller holds.
View view_of(const Tree& tree, NodeId node);

/// One hand-over, strict read or trip to the server, as every process on its way sees it.
struct Message {
    Key from = kNoKey;
    Key to = kNoKey;
    /// Grows slowly and for all (stamped by the coordinator); ageing counters are halved with it.
    std::uint32_t era = 0;
    /// The source invites both ends to rise (`Policy::invite`).
    bool splay = false;
};

enum class Side : std::uint8_t { left, right, self, above };

/// Where a key lies as seen from a process; `inner`: below the child's child that faces us.
struct Place {
    Side side = Side::above;
    bool inner = false;
};
Place place(const View& view, Key key);

/// A rotation worth asking for. The last two are double: the inner grandchild over its parent, then
/// over this process, as two single rotations.
enum class Lift : std::uint8_t { none, self, parent, left, right, left_inner, right_inner };

class Policy {
 public:
    virtual ~Policy() = default;

    /// True when messages that only pass by, reports and rotations change nothing here.
    [[nodiscard]] virtual bool only_ends() const { return true; }
    /// Asked at the source of a hand-over: shall its ends rise?
    virtual bool invite(const View& view, const Message& message, Price average);
    /// A message passes here, starts here or ends here.
    virtual void on_request(const View& view, const Message& message);
    /// A child's report arrived with a message.
    virtual void on_weights(const View& view, Side child, const Report& report);
    /// Takes what the parent has not been told yet.
    virtual Report report(const View& view);
    /// Asked after messages; at most one rotation per call.
    virtual Lift propose_rotation(const View& view, Price average);
    /// Asked when the true price is known (at LOCKX); a refusal is remembered.
    virtual bool confirm(const View& view, Lift lift, Price actual);
    /// The dearest price at which `confirm` would agree now.
    virtual Price limit(Lift lift);
    /// The coordinator planned a tree, in which this process has this depth.
    virtual void on_plan(std::uint32_t plan, std::uint32_t rank);
    /// What it proposes was refused too often: not again before something has changed.
    virtual void abandon(const View& view, Lift lift);
    /// Another child stands on this side, or none, without a rotation.
    virtual void on_child(Side side);
    /// A rotation changed links of this process; `view` is the new one.
    /// @param inner  the process got a new parent, but kept its children (b in the protocol)
    virtual void on_rotation(const View& view, bool inner);
};

/// Everything that is chosen in the configuration.
struct PolicyOptions {
    std::uint32_t lazy_rotations = 2;  ///< lazy: rotations by either end of a request
    std::uint32_t regret_floor = 20;   ///< regret: never propose below
    bool regret_clamped = true;        ///< off only to compare with the exact saving
};

/// Makes the policy object of one process.
/// @param name  static, splay, lazy, counting, regret, gate, rebuild (follows plans, makes none)
/// @error invalid_argument
Result<std::unique_ptr<Policy>> make_policy(std::string_view name, const PolicyOptions& options);

}  // namespace tributary::netlayer::overlay
