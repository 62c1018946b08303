#pragma once
// Single-object reads: local (the copy at hand) and strict (the latest version, from its owner).
// A strict request follows localQ heads to the owner and records the processes that passed it up;
// the answer climbs, saving copies and dependencies, to the first process that is an ancestor of
// the reader and holds a lease, then goes down the recorded path. Invariants: nobody on the way
// keeps anything for a read (C15); only the reader repeats it, with the same id; an answer for an
// earlier life of the reader is dropped; a request that took too many hops goes up to the server
// and begins again there, once. One thread, within a step. self-service §5.2; C3, C5, C6, C8, C15.

#include "netlayer/state.hpp"

namespace tributary::netlayer {

class Reads {
 public:
    explicit Reads(State& state) : state_(state) {}

    void invoke(const ReadInvoked& request);
    void on_request(ProcessId from, const ReadRequest& message);
    void on_climb(const ReadClimb& message);
    void on_return(const ReadReturn& message);
    /// Repeats the reads that waited too long.
    void tick();
    void abort_all(const std::string& reason);

 private:
    [[nodiscard]] Status check(const ReadInvoked& request) const;
    void ask(std::uint64_t number);
    void answer(const ReadRequest& message);
    /// Sends a request on: to where the head of the queue points, or up to the server.
    void pass_on(ProcessId head, ReadRequest onward);
    void cut_detours(Path& path) const;
    /// After how many hops a request is taken to the server.
    [[nodiscard]] std::uint64_t most_hops() const;
    /// At this process the copy is as new as the answer: turn here or climb on.
    void turn_or_climb(const RequestId& id, const ObjectId& object, Path path, Key owner);
    void descend(ReadReturn message);
    [[nodiscard]] bool is_ancestor_of_reader(const RequestId& id, const Path& path) const;

    State& state_;
};

}  // namespace tributary::netlayer
