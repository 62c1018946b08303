#pragma once
// A small tree of processes whose messages are delivered by hand, so that a test can put a schedule
// together message by message. Edges are FIFO; virtual time moves only by `pass`.
// Bodies are lists of operation ids, one appended by each update to each object it writes.
// One thread.

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "netlayer/process.hpp"
#include "netlayer/state.hpp"

namespace tributary::netlayer::testing {

class Tree {
 public:
    explicit Tree(std::size_t degree, Mutations mutations = {}, Micros grace = Micros{0},
                  Inspection inspect = {});
    /// @param options  of every process
    explicit Tree(const ProcessOptions& options, Mutations mutations = {}, Inspection inspect = {});
    /// A search tree, in which the key of a process is its id.
    struct Search {};
    explicit Tree(Search search, Mutations mutations = {}, Micros grace = Micros{0});

    // --- actions
    /// Starts client `id` and joins it; everything is delivered.
    void join(ProcessId id);
    /// Joins clients 1 to `last`, one after the other.
    void join_all(ProcessId last);
    /// Starts client `id` and lets it ask; nothing is delivered.
    void ask_to_join(ProcessId id);
    /// Gives a process an event.
    void give(ProcessId id, Input input);
    /// Delivers the next message from one process to another.
    /// @return  false when there is none
    bool deliver(ProcessId from, ProcessId to);
    /// Delivers the next message from `asking` to `answering` and the next one back.
    void exchange(ProcessId asking, ProcessId answering);
    /// Delivers everything, programs included, until nothing is in flight.
    void settle();
    /// Lets time pass in heart-beats; everything is delivered after each.
    void pass(Micros time);
    /// Lets time pass in heart-beats without delivering anything.
    void pass_silently(Micros time);
    /// Ends the edge between two processes: what is in flight is lost, nobody is told.
    void cut(ProcessId a, ProcessId b);
    /// Keeps everything between two processes in flight until it is delivered by hand.
    void stall(ProcessId a, ProcessId b) { stalled_.insert({{a, b}, {b, a}}); }
    void flow(ProcessId a, ProcessId b);
    /// Tells a process that its edge to a peer broke.
    void link_down(ProcessId at, ProcessId peer);
    /// The transport at both ends loses the other; what is in flight is lost.
    void interrupt(ProcessId a, ProcessId b);
    /// The lower end's transport finds the upper one again; the answer to its greeting is in
    /// flight.
    void resume(ProcessId a, ProcessId b);
    /// Ends the server and starts it again from what it stored last; every link breaks.
    void restart_server();
    /// Update: reads all objects, appends its id to `writes` (default: to all).
    OperationId update(ProcessId at, std::vector<ObjectId> objects,
                       std::vector<ObjectId> writes = {"*"}, bool force = false);
    OperationId read(ProcessId at, const ObjectId& object, bool strict = true);
    /// Clients started from now on send their state to a successor in parts of this size.
    void limit_parts(std::size_t bytes) { options_.promote_part_bytes = bytes; }
    /// Clients started from now on ship at most so many bytes in a rotation.
    void limit_rotations(std::uint64_t bytes) { options_.max_rotation_bytes = bytes; }
    /// Keeps programs from finishing until `finish`.
    void hold_programs() { hold_ = true; }
    void finish(OperationId operation);

    // --- questions
    Process& at(ProcessId id) { return *processes_.at(id); }
    const State& state(ProcessId id) { return at(id).state(); }
    [[nodiscard]] Micros now() const { return now_; }
    const ProcessOptions& options() const { return options_; }
    Version version(ProcessId id, const ObjectId& object);
    std::vector<OperationId> values(ProcessId id, const ObjectId& object);
    bool owns(ProcessId id, const ObjectId& object);
    std::size_t in_flight(ProcessId from, ProcessId to);
    /// Numbered messages sent on edges so far.
    [[nodiscard]] std::size_t sent() const { return sent_; }
    /// All notices of one kind that a process gave.
    template <typename Kind>
    std::vector<Kind> notices(ProcessId id) {
        std::vector<Kind> found;
        for (const Notice& notice : notices_[id]) {
            if (const auto* kind = std::get_if<Kind>(&notice)) found.push_back(*kind);
        }
        return found;
    }
    bool applied(ProcessId id, OperationId operation);
    bool durable(ProcessId id, OperationId operation);
    /// The value that a read returned, or {0} when it has not completed.
    std::vector<OperationId> result(ProcessId id, OperationId operation);

 private:
    void perform(ProcessId id, Effect effect);
    void run_program(ProcessId id, const StartComputation& start);

    ProcessOptions options_;
    Mutations mutations_;
    Inspection inspect_;
    Micros now_{1'000'000};
    std::map<ProcessId, std::unique_ptr<Process>> processes_;
    std::map<std::pair<ProcessId, ProcessId>, std::deque<Input>> flying_;
    std::map<ProcessId, std::vector<Notice>> notices_;
    std::map<OperationId, std::vector<ObjectId>> writes_;
    std::map<OperationId, std::pair<ProcessId, StartComputation>> held_;
    std::set<std::pair<ProcessId, ProcessId>> cut_;
    std::set<std::pair<ProcessId, ProcessId>> stalled_;
    std::map<ProcessId, Micros> ticks_;
    OperationId operations_ = 0;
    Incarnation incarnations_ = 0;
    bool hold_ = false;
    std::size_t sent_ = 0;
    std::map<ObjectId, Object> stored_;
    std::shared_ptr<const ServerImage> image_;
};

}  // namespace tributary::netlayer::testing
