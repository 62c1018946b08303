#pragma once
// Forcing: copies of objects, with all they depend on, up to the server's store.
// Invariants: a force is confirmed only by the server, after its store holds what came with it;
// it is repeated with the same id until then, and then with every body; a confirmation for an
// earlier life is dropped. A body that the parent was sent before on this edge is not sent again.
// One thread, within a step. self-service §5.1 "Update durability", §6.2; C4.

#include "netlayer/state.hpp"

namespace tributary::netlayer {

class Forces {
 public:
    explicit Forces(State& state) : state_(state) {}

    /// Forces copies of these objects that are at least as new; `operation` is told Durable at the
    /// end, and kNoOperation stands for a leave.
    void start(OperationId operation, Versions objects);
    void on_force(const Force& message);
    void on_confirm(const ForceConfirm& message);
    /// Repeats the forces that waited too long.
    void tick();

 private:
    void ask(std::uint64_t number, const PendingForce& force, bool whole);
    /// Puts in what the parent lacks with its body, and what it has by its version.
    void fill(Force& message, const Versions& objects);
    /// The versions that a force from below asks for, all of them held here.
    /// @return  nullopt when one is not; then its bodies are needed
    std::optional<Versions> asked_for(const Force& message) const;
    void confirm(const RequestId& id, Path path);

    State& state_;
};

}  // namespace tributary::netlayer
