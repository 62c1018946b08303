#include "netlayer/dispatch.hpp"

#include "netlayer/operation/forces.hpp"
#include "netlayer/operation/reads.hpp"
#include "netlayer/queue/retrieval.hpp"
#include "netlayer/splay/holders.hpp"
#include "netlayer/splay/planning.hpp"
#include "netlayer/splay/rising.hpp"
#include "netlayer/splay/sinking.hpp"
#include "netlayer/splay/wishes.hpp"
#include "netlayer/tree/credentials.hpp"
#include "netlayer/tree/leases.hpp"
#include "netlayer/tree/membership.hpp"
#include "netlayer/tree/promotion.hpp"
#include "netlayer/tree/recovery.hpp"
#include "netlayer/tree/succession.hpp"

namespace tributary::netlayer {
namespace {

/// One overload a kind; those that return nothing cannot be wrong.
class Dispatch {
 public:
    Dispatch(State& state, ProcessId from) : state_(state), from_(from) {}

    // Objects and reads.
    bool operator()(const Retrieve& m) const { return Retrieval(state_).on_retrieve(from_, m); }
    bool operator()(const Migrate& m) const { return Retrieval(state_).on_migrate(from_, m); }
    void operator()(const ReadRequest& m) const { Reads(state_).on_request(from_, m); }
    void operator()(const ReadClimb& m) const { Reads(state_).on_climb(m); }
    void operator()(const ReadReturn& m) const { Reads(state_).on_return(m); }
    void operator()(const Force& m) const { Forces(state_).on_force(m); }
    void operator()(const ForceConfirm& m) const { Forces(state_).on_confirm(m); }

    // The tree.
    void operator()(const Ping& m) const { Leases(state_).on_ping(from_, m); }
    void operator()(const Pong& m) const { Leases(state_).on_pong(m); }
    void operator()(const Leave& /*m*/) const { Recovery(state_).on_leave(from_); }
    void operator()(const Disconnected& m) const { Recovery(state_).on_disconnected(m); }
    void operator()(const JoinForward& m) const { Membership(state_).on_join_forward(m); }

    // Leaves of inner processes.
    bool operator()(const Hold& m) const { return Succession(state_).on_hold(from_, m); }
    bool operator()(const HoldOk& m) const { return Promotion(state_).on_hold_ok(from_, m); }
    void operator()(const HoldNo& m) const { Promotion(state_).on_hold_no(m); }
    void operator()(const Unhold& m) const { Succession(state_).on_unhold(from_, m); }
    bool operator()(const PromotePart& m) const { return Succession(state_).on_part(from_, m); }
    bool operator()(const Promote& m) const { return Succession(state_).on_promote(from_, m); }
    bool operator()(const Depart& m) const { return Succession(state_).on_depart(from_, m); }

    // What the coordinator says about members.
    bool operator()(const CardRenewed& m) const { return Credentials(state_).on_renewed(from_, m); }
    void operator()(const Revoke& m) const { Credentials(state_).on_revoke(m); }

    // Rotations; in the search tree only, so nobody is asked for one elsewhere.
    bool operator()(const Lock& m) const {
        if (state_.options.search_tree) Holders(state_).on_lock(from_, m);
        return state_.options.search_tree;
    }
    bool operator()(const LockOk& m) const { return Sinking(state_).on_lock_ok(from_, m); }
    bool operator()(const LockNo& /*m*/) const { return Sinking(state_).on_lock_no(from_); }
    bool operator()(const Unlock& /*m*/) const { return Holders(state_).on_unlock(from_); }
    bool operator()(const LockX& m) const {
        if (state_.options.search_tree) Rising(state_).on_lock_x(from_, m);
        return state_.options.search_tree;
    }
    bool operator()(const LockXOk& m) const { return Sinking(state_).on_lock_x_ok(from_, m); }
    bool operator()(const LockXNo& m) const { return Sinking(state_).on_lock_x_no(from_, m); }
    bool operator()(const LockB& m) const {
        if (state_.options.search_tree) Holders(state_).on_lock_b(from_, m);
        return state_.options.search_tree;
    }
    bool operator()(const LockBOk& /*m*/) const { return Rising(state_).on_lock_b_ok(from_); }
    bool operator()(const LockBNo& /*m*/) const { return Rising(state_).on_lock_b_no(from_); }
    bool operator()(const Commit& m) const { return Rising(state_).on_commit(from_, m); }
    bool operator()(const Raise& m) const { return Wishes(state_).on_raise(from_, m); }
    bool operator()(const Plan& m) const { return Planning(state_).on_plan(m); }
    bool operator()(const Switch& m) const { return Holders(state_).on_switch(from_, m); }

    // Never admitted on an edge that is current: the first word of one, and words outside the tree.
    void operator()(const SwitchB& /*m*/) const {}
    void operator()(const JoinRequest& /*m*/) const {}
    void operator()(const JoinAccept& /*m*/) const {}
    void operator()(const JoinRefuse& /*m*/) const {}

 private:
    State& state_;
    ProcessId from_;
};

}  // namespace

bool dispatch(State& state, ProcessId from, const Message& message) {
    const Dispatch handlers(state, from);
    return std::visit(
        [&](const auto& m) {
            if constexpr (std::is_same_v<decltype(handlers(m)), void>) {
                handlers(m);
                return true;
            } else {
                return handlers(m);
            }
        },
        message);
}

}  // namespace tributary::netlayer
