#pragma once
// Retrieving and migrating objects: routes requests to the tail of each distQ and objects to its
// head.
// Invariants: INV-Q (heads and tails of two neighbours point at each other when nothing is in
// flight); an object is handed on only by the rule DistQueue::can_hand_on (C21); an object that
// arrives for a local operation is put on State::arrivals, never handled here; a frozen process
// hands on nothing of its own (C14).
// One thread, within a step. self-service §4.2-4.3, Figure 3; Figure 6; C13, C21.

#include "netlayer/state.hpp"

namespace tributary::netlayer {

class Retrieval {
 public:
    explicit Retrieval(State& state) : state_(state) {}

    /// Appends this process to the object's queue on behalf of a local operation.
    /// @return  false at the bound on objects
    bool request(const ObjectId& id, OperationId operation);
    /// The operation at the head is through with the object: V(sem).
    void finished(const ObjectId& id);
    /// @return  false when the neighbour broke the protocol or a bound
    bool on_retrieve(ProcessId from, const Retrieve& message);
    bool on_migrate(ProcessId from, const Migrate& message);
    /// childDisconnected: takes the lost child's place in every queue.
    /// @return  how many objects were reconstituted here
    std::uint64_t replace_child(ProcessId child);
    /// A neighbour's place was taken by another process.
    void replace(ProcessId neighbour, ProcessId successor);
    /// Hands on what may be handed on, after this process was frozen.
    void release_all();

 private:
    void append(const ObjectId& id, DistQueue& queue, QueueEntry entry);
    void release(const ObjectId& id, DistQueue& queue);
    /// From which process to which an object is handed over: their keys in the search tree.
    struct Trip {
        Key from = kNoKey;
        Key to = kNoKey;
        std::uint64_t hops = 0;  ///< edges passed so far
        bool splay = false;      ///< the policy of the first one invites both ends to rise
    };
    void dispatch(const ObjectId& id, DistQueue& queue, Trip trip);
    /// The key of the process for which an element stands, or of the neighbour on the way to it.
    [[nodiscard]] Key next_owner(const QueueEntry& head) const;

    State& state_;
};

}  // namespace tributary::netlayer
