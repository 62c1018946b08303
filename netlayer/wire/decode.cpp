#include <algorithm>

#include "base/signing.hpp"
#include "netlayer/wire/overlay_words.hpp"
#include "netlayer/wire/schema.hpp"

namespace tributary::netlayer::schema {

namespace {

bool printable(const std::string& text) {
    return std::all_of(text.begin(), text.end(),
                       [](char letter) { return letter > ' ' && letter < '\x7f'; });
}

/// Reads one alternative after the other; the first violated bound is kept and fails the frame.
class Reader {
 public:
    Reader(const CodecLimits& limits, const SplitFrame* split) : limits_(limits), split_(split) {}

    [[nodiscard]] const std::string& problem() const { return problem_; }

    ObjectId object_id(const std::string& id) {
        demand(valid_object_id(id), "an object id is not 1 to 64 printable characters");
        return id;
    }
    Object object(const wire::Object& from) {
        const bool apart = split_ != nullptr && !split_->single.empty();
        return object(from, apart ? split_->single.front() : body_in(from));
    }
    template <typename Repeated>
    std::vector<Object> objects(const Repeated& from) {
        std::vector<Object> to;
        if (!count(from.size(), limits_.objects, "objects")) return to;
        to.reserve(static_cast<std::size_t>(from.size()));
        for (const wire::Object& each : from) {
            const bool apart = split_ != nullptr && to.size() < split_->many.size();
            to.push_back(object(each, apart ? split_->many[to.size()] : body_in(each)));
        }
        return to;
    }
    template <typename Repeated>
    std::vector<Dependency> dependencies(const Repeated& from) {
        std::vector<Dependency> to;
        if (!count(from.size(), limits_.dependencies, "dependencies")) return to;
        to.reserve(static_cast<std::size_t>(from.size()));
        for (const wire::Dependency& each : from) {
            demand(each.from() != each.to(), "an object depends on itself");
            to.push_back({object_id(each.from()), object_id(each.to())});
        }
        return to;
    }
    template <typename Repeated>
    Path path(const Repeated& from) {
        if (!count(from.size(), limits_.path, "processes on a path")) return {};
        return Path(from.begin(), from.end());
    }
    Search search(std::uint32_t value) {
        const auto last = static_cast<std::uint32_t>(Search::again);
        demand(value <= last, "a read searches in no known way");
        return static_cast<Search>(std::min(value, last));
    }
    /// What the part of the schema that is read elsewhere made of it.
    template <typename Kind>
    Kind known(std::optional<Kind> read, const char* problem) {
        demand(read.has_value(), problem);
        return read ? std::move(*read) : Kind{};
    }
    Incarnation incarnation(std::uint64_t value) {
        demand(value <= kMaxIncarnation, "an incarnation is out of range");
        return value;
    }
    RequestId request(const wire::RequestId& from) {
        return {from.origin(), incarnation(from.incarnation()), from.number(), from.key()};
    }
    Card card(const wire::Card& from) {
        return {from.id(),
                incarnation(from.incarnation()),
                card_field(from.endpoint()),
                card_field(from.public_key()),
                card_field(from.name()),
                opaque(from.membership(), kMaxMembershipBytes),
                from.key()};
    }
    /// Signed elsewhere and judged elsewhere.
    const std::string& opaque(const std::string& from, std::size_t longest) {
        demand(from.size() <= longest, "a signed statement is too long");
        return from;
    }
    const std::string& revocation(const std::string& from) {
        return opaque(from, limits_.revocation_bytes);
    }
    Greeting greeting(const wire::Hello& from) {
        demand(from.signing_key().empty() || from.signing_key().size() == SigningPublic{}.size(),
               "a signing key is not of 32 bytes");
        return {incarnation(from.server_incarnation()),
                from.closed(),
                from.signing_key(),
                opaque(from.membership(), kMaxMembershipBytes),
                revocation(from.revocations()),
                card_field(from.enrol_key())};
    }
    Epoch epoch(std::uint64_t value) {
        demand(value != 0, "an announced edge has no epoch");
        return value;
    }
    template <typename Repeated>
    std::vector<ProcessId> processes(const Repeated& from, std::size_t limit, const char* what) {
        if (!count(from.size(), limit, what)) return {};
        return std::vector<ProcessId>(from.begin(), from.end());
    }
    template <typename Repeated>
    std::vector<ProcessId> siblings(const Repeated& from) {
        return processes(from, limits_.neighbours, "siblings");
    }
    Neighbour neighbour(const wire::Neighbour& from) {
        return {card(from.card()), epoch(from.epoch())};
    }
    template <typename Repeated>
    std::vector<Neighbour> neighbours(const Repeated& from) {
        std::vector<Neighbour> to;
        if (!count(from.size(), limits_.neighbours, "siblings")) return to;
        for (const wire::Neighbour& each : from) to.push_back(neighbour(each));
        return to;
    }
    template <typename Repeated>
    std::vector<Epoch> epochs(const Repeated& from) {
        std::vector<Epoch> to;
        if (!count(from.size(), limits_.neighbours, "epochs")) return to;
        for (const std::uint64_t each : from) to.push_back(epoch(each));
        return to;
    }
    template <typename Repeated>
    std::vector<KnownVersion> versions(const Repeated& from) {
        std::vector<KnownVersion> to;
        if (!count(from.size(), limits_.objects, "versions")) return to;
        for (const wire::KnownVersion& each : from) {
            demand(each.version() <= kMaxVersion, "a version is out of range");
            to.push_back({object_id(each.object()), each.version()});
        }
        return to;
    }
    template <typename Repeated>
    std::vector<QueueCopy> queues(const Repeated& from) {
        std::vector<QueueCopy> to;
        if (!count(from.size(), limits_.objects, "queues")) return to;
        for (const wire::QueueCopy& each : from) {
            demand(each.processes_size() > 0, "a queue is empty");
            to.push_back({object_id(each.object()),
                          processes(each.processes(), limits_.queue, "elements of a queue")});
        }
        return to;
    }
    template <typename Repeated>
    std::vector<ShippedCopy> shipped(const Repeated& from) {
        std::vector<ShippedCopy> to;
        if (!count(from.size(), limits_.objects, "copies")) return to;
        for (const wire::ShippedCopy& each : from) {
            demand(each.version() <= kMaxVersion, "a version is out of range");
            to.push_back({object_id(each.object()), each.version(), each.bytes()});
        }
        return to;
    }
    std::string reason(const std::string& from) {
        demand(from.size() <= limits_.reason_bytes, "a reason is too long");
        std::string to = from;
        std::replace_if(
            to.begin(), to.end(), [](char letter) { return letter < ' ' || letter == '\x7f'; },
            '?');
        return to;
    }
    Micros lease(std::uint64_t value) {
        const auto most = static_cast<std::uint64_t>(limits_.lease.count());
        demand(value <= most, "a lease is out of range");
        return Micros(static_cast<Micros::rep>(std::min(value, most)));
    }
    void demand(bool holds, const char* otherwise) {
        if (!holds && problem_.empty()) problem_ = otherwise;
    }

 private:
    static ByteView body_in(const wire::Object& from) {
        const std::string& body = from.body();
        return {reinterpret_cast<const std::uint8_t*>(body.data()), body.size()};
    }
    Object object(const wire::Object& from, ByteView body) {
        demand(from.version() <= kMaxVersion, "a version is out of range");
        Object to{object_id(from.id()), from.version(), nullptr};
        if (!body.empty()) to.body = std::make_shared<const Bytes>(body.begin(), body.end());
        return to;
    }
    bool count(int size, std::size_t limit, const char* what) {
        if (size >= 0 && static_cast<std::size_t>(size) <= limit) return true;
        if (problem_.empty()) problem_ = std::string("too many ") + what;
        return false;
    }
    std::string card_field(const std::string& from) {
        demand(from.size() <= kMaxCardFieldBytes, "a field of a card is too long");
        demand(printable(from), "a field of a card is not printable");
        return from;
    }

    const CodecLimits& limits_;
    const SplitFrame* split_;
    std::string problem_;
};

Message read(Reader& in, const wire::Migrate& from) {
    return Migrate{in.object(from.object()),
                   in.objects(from.copies()),
                   in.dependencies(from.dependencies()),
                   from.from(),
                   from.to(),
                   from.kept_apart(),
                   from.hops(),
                   from.splay()};
}

Message read(Reader& in, const wire::ReadRequest& from) {
    return ReadRequest{in.request(from.id()), in.object_id(from.object()), in.path(from.path()),
                       from.hops(), in.search(from.search())};
}

Message read(Reader& in, const wire::ReadClimb& from) {
    return ReadClimb{in.request(from.id()),     in.object(from.object()),
                     in.objects(from.copies()), in.dependencies(from.dependencies()),
                     in.path(from.path()),      from.owner(),
                     from.kept_apart()};
}

Message read(Reader& in, const wire::ReadReturn& from) {
    return ReadReturn{in.request(from.id()), in.object(from.object()), in.path(from.path()),
                      from.owner()};
}

Message read(Reader& in, const wire::Force& from) {
    return Force{
        in.request(from.id()), in.objects(from.objects()), in.dependencies(from.dependencies()),
        in.path(from.path()),  in.versions(from.known()),  from.whole(),
        from.kept_apart()};
}

Message read(Reader& in, const wire::JoinAccept& from) {
    in.demand(from.epoch() != 0, "an accepted join has no epoch");
    return JoinAccept{in.card(from.parent()),
                      in.incarnation(from.joiner_incarnation()),
                      from.epoch(),
                      from.key(),
                      from.lo(),
                      from.hi(),
                      in.known(policy_of(from.policy()), "a policy is not known"),
                      from.balance()};
}

Message read(Reader& in, const wire::Hold& from) {
    return Hold{from.attempt(), in.card(from.successor()), in.siblings(from.siblings())};
}

Message read(Reader& in, const wire::HoldOk& from) {
    return HoldOk{from.attempt(), in.epochs(from.epochs()), in.versions(from.versions())};
}

Message read(Reader& in, const wire::PromotePart& from) {
    return PromotePart{from.attempt(), in.objects(from.objects()),
                       in.dependencies(from.dependencies()), in.queues(from.queues())};
}

Message read(Reader& in, const wire::Promote& from) {
    return Promote{from.attempt(), in.neighbour(from.parent()), in.neighbours(from.siblings())};
}

Message read(Reader& in, const wire::Depart& from) {
    return Depart{from.attempt(), in.epoch(from.epoch())};
}

Message read(Reader& in, const wire::Revoke& from) {
    return Revoke{from.number(), in.revocation(from.statement())};
}

Message read(Reader& in, const wire::Lock& from) {
    return Lock{in.card(from.rising()), from.age_us()};
}

Message read(Reader& in, const wire::LockX& from) {
    return LockX{in.neighbour(from.above()), in.epoch(from.abandoned_epoch()),
                 in.shipped(from.copies()), from.most_bytes()};
}

Message read(Reader& in, const wire::LockXOk& from) {
    LockXOk to;
    if (from.has_abandoned()) to.abandoned = in.card(from.abandoned());
    to.abandoned_subtree = from.abandoned_subtree();
    to.queues = in.queues(from.queues());
    to.versions = in.versions(from.versions());
    to.objects = in.objects(from.objects());
    return to;
}

Message read(Reader& in, const wire::Commit& from) {
    return Commit{in.queues(from.queues()),
                  in.objects(from.objects()),
                  in.dependencies(from.dependencies()),
                  from.lo(),
                  from.hi(),
                  from.subtree()};
}

std::optional<Message> read_content(Reader& in, const wire::Frame& frame) {
    switch (frame.content_case()) {
        case wire::Frame::kHello: return std::nullopt;
        case wire::Frame::kRetrieve:
            return Retrieve{in.object_id(frame.retrieve().object()), frame.retrieve().requester(),
                            frame.retrieve().kept_apart()};
        case wire::Frame::kMigrate: return read(in, frame.migrate());
        case wire::Frame::kReadRequest: return read(in, frame.read_request());
        case wire::Frame::kReadClimb: return read(in, frame.read_climb());
        case wire::Frame::kReadReturn: return read(in, frame.read_return());
        case wire::Frame::kForce: return read(in, frame.force());
        case wire::Frame::kForceConfirm:
            return ForceConfirm{in.request(frame.force_confirm().id()),
                                in.path(frame.force_confirm().path())};
        case wire::Frame::kPing:
            return in.known(schema::get(frame.ping()), "a ping exceeds its bounds");
        case wire::Frame::kPong:
            return in.known(schema::get(frame.pong(), in.lease(frame.pong().lease_us())),
                            "a policy is not known");
        case wire::Frame::kRaise:
            return in.known(schema::get(frame.raise()), "a wish is not known");
        case wire::Frame::kPlan:
            return in.known(schema::get(frame.plan()), "a plan exceeds its bounds");
        case wire::Frame::kLeave: return Leave{};
        case wire::Frame::kDisconnected:
            return Disconnected{in.reason(frame.disconnected().reason())};
        case wire::Frame::kJoinForward: return JoinForward{in.card(frame.join_forward().joiner())};
        case wire::Frame::kJoinRequest: return JoinRequest{in.card(frame.join_request().joiner())};
        case wire::Frame::kJoinAccept: return read(in, frame.join_accept());
        case wire::Frame::kJoinRefuse:
            return JoinRefuse{in.incarnation(frame.join_refuse().joiner_incarnation()),
                              in.reason(frame.join_refuse().reason())};
        case wire::Frame::kHold: return read(in, frame.hold());
        case wire::Frame::kHoldOk: return read(in, frame.hold_ok());
        case wire::Frame::kHoldNo: return HoldNo{frame.hold_no().attempt()};
        case wire::Frame::kUnhold: return Unhold{frame.unhold().attempt()};
        case wire::Frame::kPromotePart: return read(in, frame.promote_part());
        case wire::Frame::kPromote: return read(in, frame.promote());
        case wire::Frame::kDepart: return read(in, frame.depart());
        case wire::Frame::kCardRenewed: return CardRenewed{in.card(frame.card_renewed().card())};
        case wire::Frame::kRevoke: return read(in, frame.revoke());
        case wire::Frame::kLock: return read(in, frame.lock());
        case wire::Frame::kLockOk: return LockOk{in.epoch(frame.lock_ok().epoch())};
        case wire::Frame::kLockNo: return LockNo{};
        case wire::Frame::kUnlock: return Unlock{};
        case wire::Frame::kLockX: return read(in, frame.lock_x());
        case wire::Frame::kLockXOk: return read(in, frame.lock_x_ok());
        case wire::Frame::kLockXNo: return LockXNo{frame.lock_x_no().bytes()};
        case wire::Frame::kLockB: return LockB{in.neighbour(frame.lock_b().sinking())};
        case wire::Frame::kLockBOk: return LockBOk{};
        case wire::Frame::kLockBNo: return LockBNo{};
        case wire::Frame::kCommit: return read(in, frame.commit());
        case wire::Frame::kSwitch:
            return Switch{in.epoch(frame.switch_().epoch()), in.card(frame.switch_().rising())};
        case wire::Frame::kSwitchB: return SwitchB{frame.switch_b().old()};
        case wire::Frame::CONTENT_NOT_SET: break;
    }
    in.demand(false, "it has no content that this version knows");
    return std::nullopt;
}

}  // namespace

Status get_content(const wire::Frame& frame, const SplitFrame* split, const CodecLimits& limits,
                   Frame& to) {
    Reader reader(limits, split);
    to.message = read_content(reader, frame);
    if (frame.has_hello()) {
        to.greeting = reader.greeting(frame.hello());
    }
    if (reader.problem().empty()) return {};
    return fail(Errc::corrupt, reader.problem());
}

}  // namespace tributary::netlayer::schema
