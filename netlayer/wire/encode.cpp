#include <algorithm>

#include "netlayer/wire/overlay_words.hpp"
#include "netlayer/wire/schema.hpp"

namespace tributary::netlayer::schema {

namespace {

void put(const Card& from, wire::Card& to) {
    to.set_id(from.id);
    to.set_incarnation(from.incarnation);
    to.set_endpoint(from.endpoint);
    to.set_public_key(from.public_key);
    to.set_name(from.name);
    to.set_membership(from.membership);
    to.set_key(from.key);
}

void put(const RequestId& from, wire::RequestId& to) {
    to.set_origin(from.origin);
    to.set_incarnation(from.incarnation);
    to.set_number(from.number);
    to.set_key(from.key);
}

template <typename Repeated>
void put_dependencies(const std::vector<Dependency>& from, Repeated& to) {
    to.Reserve(static_cast<int>(from.size()));
    for (const Dependency& pair : from) {
        wire::Dependency& made = *to.Add();
        made.set_from(pair.from);
        made.set_to(pair.to);
    }
}

template <typename Repeated>
void put_versions(const std::vector<KnownVersion>& from, Repeated& to) {
    for (const KnownVersion& known : from) {
        wire::KnownVersion& made = *to.Add();
        made.set_object(known.object);
        made.set_version(known.version);
    }
}

template <typename Repeated>
void put_path(const Path& from, Repeated& to) {
    to.Add(from.begin(), from.end());
}

void put(const Neighbour& from, wire::Neighbour& to) {
    put(from.card, *to.mutable_card());
    to.set_epoch(from.epoch);
}

template <typename Repeated>
void put_queues(const std::vector<QueueCopy>& from, Repeated& to) {
    for (const QueueCopy& copy : from) {
        wire::QueueCopy& made = *to.Add();
        made.set_object(copy.object);
        made.mutable_processes()->Add(copy.processes.begin(), copy.processes.end());
    }
}

/// Puts one alternative of Message into the frame, but for its objects (netlayer/wire/bodies.hpp).
class Writer {
 public:
    Writer(const CodecLimits& limits, wire::Frame& frame) : limits_(limits), frame_(frame) {}

    void operator()(const Retrieve& from) const {
        wire::Retrieve& to = *frame_.mutable_retrieve();
        to.set_object(from.object);
        to.set_requester(from.requester);
        to.set_kept_apart(from.kept_apart);
    }
    void operator()(const Migrate& from) const {
        wire::Migrate& to = *frame_.mutable_migrate();
        put_dependencies(from.dependencies, *to.mutable_dependencies());
        to.set_from(from.from);
        to.set_to(from.to);
        to.set_kept_apart(from.kept_apart);
        to.set_hops(from.hops);
        to.set_splay(from.splay);
    }
    void operator()(const ReadRequest& from) const {
        wire::ReadRequest& to = *frame_.mutable_read_request();
        put(from.id, *to.mutable_id());
        to.set_object(from.object);
        put_path(from.path, *to.mutable_path());
        to.set_hops(from.hops);
        to.set_search(static_cast<std::uint32_t>(from.search));
    }
    void operator()(const ReadClimb& from) const {
        wire::ReadClimb& to = *frame_.mutable_read_climb();
        put(from.id, *to.mutable_id());
        put_dependencies(from.dependencies, *to.mutable_dependencies());
        put_path(from.path, *to.mutable_path());
        to.set_owner(from.owner);
        to.set_kept_apart(from.kept_apart);
    }
    void operator()(const ReadReturn& from) const {
        wire::ReadReturn& to = *frame_.mutable_read_return();
        put(from.id, *to.mutable_id());
        put_path(from.path, *to.mutable_path());
        to.set_owner(from.owner);
    }
    void operator()(const Force& from) const {
        wire::Force& to = *frame_.mutable_force();
        put(from.id, *to.mutable_id());
        put_dependencies(from.dependencies, *to.mutable_dependencies());
        put_path(from.path, *to.mutable_path());
        put_versions(from.known, *to.mutable_known());
        to.set_whole(from.whole);
        to.set_kept_apart(from.kept_apart);
    }
    void operator()(const ForceConfirm& from) const {
        wire::ForceConfirm& to = *frame_.mutable_force_confirm();
        put(from.id, *to.mutable_id());
        put_path(from.path, *to.mutable_path());
    }
    void operator()(const Ping& from) const { schema::put(from, *frame_.mutable_ping()); }
    void operator()(const Pong& from) const {
        const Micros lease = std::clamp(from.lease, Micros(0), limits_.lease);
        schema::put(from, *frame_.mutable_pong());
        frame_.mutable_pong()->set_lease_us(static_cast<std::uint64_t>(lease.count()));
    }
    void operator()(const Raise& from) const { schema::put(from, *frame_.mutable_raise()); }
    void operator()(const Plan& from) const { schema::put(from, *frame_.mutable_plan()); }
    void operator()(const Leave& /*from*/) const { frame_.mutable_leave(); }
    void operator()(const Disconnected& from) const {
        frame_.mutable_disconnected()->set_reason(cut(from.reason));
    }
    void operator()(const JoinForward& from) const {
        put(from.joiner, *frame_.mutable_join_forward()->mutable_joiner());
    }
    void operator()(const JoinRequest& from) const {
        put(from.joiner, *frame_.mutable_join_request()->mutable_joiner());
    }
    void operator()(const JoinAccept& from) const {
        wire::JoinAccept& to = *frame_.mutable_join_accept();
        put(from.parent, *to.mutable_parent());
        to.set_joiner_incarnation(from.joiner_incarnation);
        to.set_epoch(from.epoch);
        to.set_key(from.key);
        to.set_lo(from.lo);
        to.set_hi(from.hi);
        to.set_policy(static_cast<std::uint32_t>(from.policy));
        to.set_balance(from.balance);
    }
    void operator()(const JoinRefuse& from) const {
        wire::JoinRefuse& to = *frame_.mutable_join_refuse();
        to.set_joiner_incarnation(from.joiner_incarnation);
        to.set_reason(cut(from.reason));
    }
    void operator()(const Hold& from) const {
        wire::Hold& to = *frame_.mutable_hold();
        to.set_attempt(from.attempt);
        put(from.successor, *to.mutable_successor());
        to.mutable_siblings()->Add(from.siblings.begin(), from.siblings.end());
    }
    void operator()(const HoldOk& from) const {
        wire::HoldOk& to = *frame_.mutable_hold_ok();
        to.set_attempt(from.attempt);
        to.mutable_epochs()->Add(from.epochs.begin(), from.epochs.end());
        put_versions(from.versions, *to.mutable_versions());
    }
    void operator()(const HoldNo& from) const {
        frame_.mutable_hold_no()->set_attempt(from.attempt);
    }
    void operator()(const Unhold& from) const {
        frame_.mutable_unhold()->set_attempt(from.attempt);
    }
    void operator()(const PromotePart& from) const {
        wire::PromotePart& to = *frame_.mutable_promote_part();
        to.set_attempt(from.attempt);
        put_dependencies(from.dependencies, *to.mutable_dependencies());
        put_queues(from.queues, *to.mutable_queues());
    }
    void operator()(const Promote& from) const {
        wire::Promote& to = *frame_.mutable_promote();
        to.set_attempt(from.attempt);
        put(from.parent, *to.mutable_parent());
        for (const Neighbour& sibling : from.siblings) put(sibling, *to.add_siblings());
    }
    void operator()(const Depart& from) const {
        frame_.mutable_depart()->set_attempt(from.attempt);
        frame_.mutable_depart()->set_epoch(from.epoch);
    }
    void operator()(const CardRenewed& from) const {
        put(from.card, *frame_.mutable_card_renewed()->mutable_card());
    }
    void operator()(const Revoke& from) const {
        frame_.mutable_revoke()->set_number(from.number);
        frame_.mutable_revoke()->set_statement(from.statement);
    }
    void operator()(const Lock& from) const {
        put(from.rising, *frame_.mutable_lock()->mutable_rising());
        frame_.mutable_lock()->set_age_us(from.age);
    }
    void operator()(const LockOk& from) const { frame_.mutable_lock_ok()->set_epoch(from.epoch); }
    void operator()(const LockNo& /*from*/) const { frame_.mutable_lock_no(); }
    void operator()(const Unlock& /*from*/) const { frame_.mutable_unlock(); }
    void operator()(const LockX& from) const {
        wire::LockX& to = *frame_.mutable_lock_x();
        put(from.above, *to.mutable_above());
        to.set_abandoned_epoch(from.abandoned_epoch);
        for (const ShippedCopy& copy : from.copies) {
            wire::ShippedCopy& made = *to.add_copies();
            made.set_object(copy.object);
            made.set_version(copy.version);
            made.set_bytes(copy.bytes);
        }
        to.set_most_bytes(from.most_bytes);
    }
    void operator()(const LockXOk& from) const {
        wire::LockXOk& to = *frame_.mutable_lock_x_ok();
        if (from.abandoned) put(*from.abandoned, *to.mutable_abandoned());
        to.set_abandoned_subtree(from.abandoned_subtree);
        put_queues(from.queues, *to.mutable_queues());
        put_versions(from.versions, *to.mutable_versions());
    }
    void operator()(const LockXNo& from) const {
        frame_.mutable_lock_x_no()->set_bytes(from.bytes);
    }
    void operator()(const LockB& from) const {
        put(from.sinking, *frame_.mutable_lock_b()->mutable_sinking());
    }
    void operator()(const LockBOk& /*from*/) const { frame_.mutable_lock_b_ok(); }
    void operator()(const LockBNo& /*from*/) const { frame_.mutable_lock_b_no(); }
    void operator()(const Commit& from) const {
        wire::Commit& to = *frame_.mutable_commit();
        put_queues(from.queues, *to.mutable_queues());
        put_dependencies(from.dependencies, *to.mutable_dependencies());
        to.set_lo(from.lo);
        to.set_hi(from.hi);
        to.set_subtree(from.subtree);
    }
    void operator()(const Switch& from) const {
        frame_.mutable_switch_()->set_epoch(from.epoch);
        put(from.rising, *frame_.mutable_switch_()->mutable_rising());
    }
    void operator()(const SwitchB& from) const { frame_.mutable_switch_b()->set_old(from.old); }

 private:
    [[nodiscard]] std::string cut(const std::string& reason) const {
        return reason.substr(0, limits_.reason_bytes);
    }

    const CodecLimits& limits_;
    wire::Frame& frame_;
};

}  // namespace

void put_content(const Frame& from, const CodecLimits& limits, wire::Frame& frame) {
    if (from.message) {
        std::visit(Writer(limits, frame), *from.message);
        return;
    }
    wire::Hello& hello = *frame.mutable_hello();
    hello.set_server_incarnation(from.greeting.server_incarnation);
    hello.set_closed(from.greeting.closed);
    hello.set_signing_key(from.greeting.signing_key);
    hello.set_membership(from.greeting.membership);
    hello.set_revocations(from.greeting.revocations);
    hello.set_enrol_key(from.greeting.enrol_key);
}

}  // namespace tributary::netlayer::schema
