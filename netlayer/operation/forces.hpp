#pragma once
// Forcing: copies of objects, with all they depend on, up to the server's store.
// Invariants: a force is confirmed only by the server, after its store holds what came with it;
// it is repeated with the same id until then; a confirmation for an earlier life is dropped.
// One thread, within a step. self-service §5.1 "Update durability", §6.2; C4.

#include "netlayer/state.hpp"

namespace tributary::netlayer {

class Forces {
 public:
    explicit Forces(State& state) : state_(state) {}

    /// Forces the current copies of these objects; `operation` is told Durable at the end, and
    /// kNoOperation stands for a leave.
    void start(OperationId operation, std::set<ObjectId> objects);
    void on_force(const Force& message);
    void on_confirm(const ForceConfirm& message);
    /// Repeats the forces that waited too long.
    void tick();

 private:
    void ask(std::uint64_t number, const PendingForce& force);
    void confirm(const RequestId& id, Path path);

    State& state_;
};

}  // namespace tributary::netlayer
