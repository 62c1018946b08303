#pragma once
// Joining a tree, and leaving it: as a leaf at once, as an inner process by promotion (k-ary tree)
// or by rotating down until it is a leaf (search tree).
// Invariants: a process adopts no child beyond `degree`, though it may inherit more; an id is a
// child only once, so a new incarnation waits until its earlier edge was given up; a process that
// leaves takes no child, leaves only after the server confirmed everything it read or wrote, and
// ends only when its last words were acknowledged or the grace time is over.
// One thread, within a step. self-service §6, §6.2; C4, C13, C16, C17.

#include "netlayer/state.hpp"

namespace tributary::netlayer {

class Membership {
 public:
    explicit Membership(State& state) : state_(state) {}

    /// The server's first step.
    void serve();
    /// Asks the server for a place.
    void join(const JoinInvoked& request);
    void leave();
    void on_join_request(ProcessId from, const JoinRequest& message);
    void on_join_forward(const JoinForward& message);
    /// @return  whether this process took the place that it was given
    bool on_join_accept(ProcessId from, const JoinAccept& message);
    void on_join_refuse(const JoinRefuse& message);
    /// Repeats a join request that waited too long.
    void tick();
    /// Goes on with a leave as far as it can; called at the end of every step.
    void advance_leave();

 private:
    void resume_service();
    void ask();
    void place(const Card& joiner);
    /// Search tree: at the leaf slot that its key names.
    void place_by_key(const Card& joiner);
    /// @return  true when the joiner is a child already and nothing more is to be done
    bool known_child(const Card& joiner);
    void adopt(const Card& joiner);
    void pass_on(const Card& joiner);
    void refuse(const Card& joiner, const std::string& reason);
    void welcome(const Child& child);
    /// Every last word was sent: ends the edges when they are acknowledged.
    void depart();
    void end_departure();

    State& state_;
};

}  // namespace tributary::netlayer
