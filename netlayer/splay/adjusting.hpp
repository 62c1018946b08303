#pragma once
// Between a process and its policy: shows it what passes, carries its numbers up, and begins the
// rotations that it wishes, as p of each.
// A hand-over counts at every process on its way, from the key of the last owner to that of the
// next one; the answer of a strict read likewise, and a force as a trip to the server.
// Invariants: a process that is not on the shortest way between both ends sees nothing (an answer
// may climb above the common ancestor); what a child reports is a sum since the edge was made, so
// that a lost ping loses nothing; nothing waits for a rotation.
// One thread, within a step. Overlay design, decisions 1, 2 and 4. @deviates Where the owner does
// not know the key of the next one (its place in the queue was moved by a rotation), the key of the
// neighbour that the object goes to stands for it.

#include "netlayer/splay/adjustment.hpp"
#include "netlayer/state.hpp"

namespace tributary::netlayer {

class Adjusting {
 public:
    explicit Adjusting(State& state) : state_(state) {}

    /// A message between the processes of these keys begins, passes or ends here.
    template <typename Kind>
    void passes(Key from, Key to, const Kind& message) {
        if (!adjustment().policy) return;
        overlay::Message seen{from, to, adjustment().era, false};
        if constexpr (requires { message.splay; }) seen.splay = message.splay;
        count(seen, kept_bytes(Message(message)));
    }
    /// Whether the ends of a hand-over from here shall rise.
    [[nodiscard]] bool invites(Key to);
    /// Puts the numbers that the parent has to know into a message to it.
    void tell(Message& message);
    /// Takes a child's numbers from its message, before anything else is done with it.
    void hear(ProcessId from, const Message& message);
    /// Takes what the parent tells, the coordinator's choice of the policy among it.
    void hear_above(const Pong& message);
    /// The operator chose another policy.
    void choose(RotationPolicy policy);
    /// A wish that nobody answers is looked at again.
    void tick();
    /// Begins what the policy wishes, when something changed and this process is free.
    void ask();

    // What Sinking asks and tells about a rotation over this process that was wished.
    /// How many bytes of bodies the rotation may ship.
    [[nodiscard]] std::uint64_t most_bytes(ProcessId rising) const;
    void refused() { adjustment().look = true; }
    /// It would have shipped so many bytes, which is too much.
    void too_dear(ProcessId rising, std::uint64_t bytes);
    /// It shipped so many.
    void paid(std::uint64_t bytes);

    /// A rotation has changed this process' edges.
    /// @param inner  only the one to the parent (b)
    void rotated(bool inner);

 private:
    [[nodiscard]] Adjustment& adjustment() const { return state_.adjustment; }
    void count(const overlay::Message& seen, std::uint64_t kept);
    [[nodiscard]] overlay::Price price() const;
    [[nodiscard]] overlay::View view() const;
    [[nodiscard]] const Child* child_at(overlay::Side side) const;
    [[nodiscard]] const Child* child_of(overlay::Lift lift) const;
    [[nodiscard]] overlay::Lift lift_of(ProcessId rising) const;
    /// What a rotation costs that ships so many bytes of bodies.
    [[nodiscard]] std::uint64_t cost(std::uint64_t bytes) const;
    /// Numbers of edges that are not there any more begin at zero.
    void watch_edges();

    State& state_;
};

}  // namespace tributary::netlayer
