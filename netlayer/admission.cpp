#include "netlayer/admission.hpp"

#include <algorithm>
#include <string>
#include <type_traits>

namespace tributary::netlayer {
namespace {

template <typename M, typename... Kinds>
constexpr bool is_one_of = (std::is_same_v<M, Kinds> || ...);

/// The sides from which this kind of message may come.
template <typename M>
constexpr bool comes_from(Side side) {
    if constexpr (is_one_of<M, Retrieve, Migrate, ReadRequest, Raise>) return true;
    if constexpr (is_one_of<M, Hold, HoldOk, HoldNo, Unhold, Depart, CardRenewed>) return true;
    if constexpr (is_one_of<M, ReadClimb, Force, Ping, Leave>) return side == Side::child;
    if constexpr (is_one_of<M, ReadReturn, ForceConfirm, Pong, Disconnected, JoinForward,
                            PromotePart, Promote, Revoke, Plan>) {
        return side == Side::parent;
    }
    if constexpr (is_one_of<M, Lock, Unlock, Switch, LockXOk, LockXNo, LockBOk, LockBNo>) {
        return side == Side::child;
    }
    if constexpr (is_one_of<M, LockOk, LockNo, LockX, LockB, Commit>) return side == Side::parent;
    return false;  // direct messages have no place on an edge; SwitchB is the first word of one
}

bool valid_ids(const std::vector<Object>& objects) {
    return std::all_of(objects.begin(), objects.end(),
                       [](const Object& object) { return valid_object_id(object.id); });
}

bool valid_ids(const std::vector<KnownVersion>& versions) {
    return std::all_of(versions.begin(), versions.end(),
                       [](const KnownVersion& known) { return valid_object_id(known.object); });
}

bool valid_ids(const std::vector<Dependency>& pairs) {
    return std::all_of(pairs.begin(), pairs.end(), [](const Dependency& pair) {
        return valid_object_id(pair.from) && valid_object_id(pair.to);
    });
}

bool valid_ids(const std::vector<ShippedCopy>& copies) {
    return std::all_of(copies.begin(), copies.end(),
                       [](const ShippedCopy& copy) { return valid_object_id(copy.object); });
}

template <typename M>
Status check_lists(const M& message, const ProcessOptions& options) {
    if constexpr (requires { message.path; }) {
        if (message.path.size() > options.max_hops + 1) {
            return fail(Errc::limit_exceeded, "a path longer than max_hops");
        }
    }
    if constexpr (requires { message.dependencies; }) {
        if (message.dependencies.size() > options.max_copies * options.max_objects_per_update ||
            !valid_ids(message.dependencies)) {
            return fail(Errc::limit_exceeded, "too many dependencies, or an invalid object id");
        }
    }
    if constexpr (requires { message.copies; }) {
        if (message.copies.size() > options.max_copies || !valid_ids(message.copies)) {
            return fail(Errc::limit_exceeded, "more copies than max_copies, or an invalid id");
        }
    }
    return {};
}

template <typename M>
Status check_objects(const M& message, const ProcessOptions& options) {
    if constexpr (is_one_of<M, Retrieve, ReadRequest>) {
        if (!valid_object_id(message.object)) {
            return fail(Errc::invalid_argument, "an invalid object id");
        }
    }
    if constexpr (is_one_of<M, Migrate, ReadClimb, ReadReturn>) {
        if (!valid_object_id(message.object.id)) {
            return fail(Errc::invalid_argument, "an invalid object id");
        }
    }
    if constexpr (is_one_of<M, Force, PromotePart, LockXOk, Commit>) {
        if (message.objects.size() > options.max_copies || !valid_ids(message.objects)) {
            return fail(Errc::limit_exceeded, "more objects than max_copies, or an invalid id");
        }
    }
    if constexpr (std::is_same_v<M, Force>) {
        if (message.known.size() > options.max_copies || !valid_ids(message.known)) {
            return fail(Errc::limit_exceeded, "more versions than max_copies, or an invalid id");
        }
    }
    return {};
}

template <typename M>
Status check_promotion(const M& message, const ProcessOptions& options) {
    if constexpr (requires { message.siblings; }) {
        if (message.siblings.size() > options.max_children) {
            return fail(Errc::limit_exceeded, "more siblings than max_children");
        }
    }
    if constexpr (std::is_same_v<M, HoldOk>) {
        if (message.epochs.size() > options.max_children ||
            message.versions.size() > options.max_copies) {
            return fail(Errc::limit_exceeded, "more epochs or versions than a process has");
        }
    }
    if constexpr (is_one_of<M, PromotePart, LockXOk, Commit>) {
        if (message.queues.size() > options.max_copies) {
            return fail(Errc::limit_exceeded, "more queues than max_copies");
        }
        for (const QueueCopy& copy : message.queues) {
            if (copy.processes.empty() || copy.processes.size() > 2 * options.max_queue ||
                !valid_object_id(copy.object)) {
                return fail(Errc::limit_exceeded, "an empty or too long queue, or an invalid id");
            }
        }
    }
    return {};
}

Status admit_version(const Object& object, const Copies& copies, const Inspection& inspect) {
    const Object* const before = copies.find(object.id);
    if (before != nullptr && before->version >= object.version) return {};  // is not saved
    return object.version == 0 ? Status{} : inspect(before, object);
}

}  // namespace

Status admit_versions(const Message& message, const Copies& copies, const Inspection& inspect) {
    if (!inspect) return {};
    return std::visit(
        [&](const auto& kind) -> Status {
            using Kind = std::decay_t<decltype(kind)>;
            if constexpr (is_one_of<Kind, Migrate, ReadClimb>) {
                TRIBUTARY_CHECK(admit_version(kind.object, copies, inspect));
                for (const Object& copy : kind.copies) {
                    TRIBUTARY_CHECK(admit_version(copy, copies, inspect));
                }
            }
            if constexpr (is_one_of<Kind, Force, LockXOk>) {
                for (const Object& object : kind.objects) {
                    TRIBUTARY_CHECK(admit_version(object, copies, inspect));
                }
            }
            return {};
        },
        message);
}

Status admit(const Message& message, Side from, const ProcessOptions& options) {
    return std::visit(
        [&](const auto& kind) -> Status {
            using Kind = std::decay_t<decltype(kind)>;
            if (!comes_from<Kind>(from)) {
                return fail(Errc::mismatch, "it does not come from this side of the tree");
            }
            TRIBUTARY_CHECK(check_lists(kind, options));
            TRIBUTARY_CHECK(check_objects(kind, options));
            if constexpr (std::is_same_v<Kind, Ping>) {
                if (!is_bounded(kind.reports)) {
                    return fail(Errc::limit_exceeded,
                                "more reports, or longer ones, than a ping has");
                }
            }
            return check_promotion(kind, options);
        },
        message);
}

}  // namespace tributary::netlayer
