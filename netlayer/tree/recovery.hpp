#pragma once
// Losing a neighbour: fencing a child's edge, giving the child up, and disconnecting oneself.
// Invariants: a fenced edge processes nothing more (C2); a child is given up only T_parent after
// its last ping, because processes below it may hold a lease until then (C3), or at once when it
// left or never had a lease; this process then takes its place in every queue (Figure 6). One
// thread, within a step. self-service §6.1, Figure 6; C2, C3, C13, C21.

#include "netlayer/state.hpp"

namespace tributary::netlayer {

class Recovery {
 public:
    explicit Recovery(State& state) : state_(state) {}

    /// The transport lost the peer: the edge is interrupted or, without a grace time, lost.
    void on_link_down(const LinkDown& event);
    /// The transport found the peer again: what it missed is sent again.
    void on_link_resumed(const LinkResumed& event);
    /// A peer dialled and asks how its edge stands; the answer stands before what it missed.
    void on_link_greeted(const LinkGreeted& event);
    /// The child said LEAVE as its last message.
    void on_leave(ProcessId child);
    /// The parent says that it has no way to the server any more.
    void on_disconnected(const Disconnected& message);
    /// Ends the edge to a peer that broke the protocol or a bound.
    void cut_off(ProcessId peer, const std::string& what);
    /// Ends the edge to a child; nothing more is taken from it.
    void fence(Child& child);
    /// For a planted fault only: its objects are regenerated although old leases may last.
    void give_up_at_once(ProcessId child) { give_up(child, false); }
    /// Gives up edges interrupted too long, children silent too long, and this process when its
    /// parent was silent too long.
    void tick();

 private:
    void lose(ProcessId peer, const std::string& how);
    void send_again(std::vector<Send> missed);
    void end_interrupted();
    void give_up(ProcessId child, bool left);
    void disconnect(const std::string& reason);
    /// Operations that waited for a promotion never began.
    void abort_backlog(const std::string& reason);

    State& state_;
};

}  // namespace tributary::netlayer
