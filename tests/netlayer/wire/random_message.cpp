#include "tests/netlayer/wire/random_message.hpp"

#include <stdexcept>

namespace tributary::netlayer {

namespace {

std::string random_text(Random& random, std::size_t longest) {
    std::string text(1 + random.below(longest), ' ');
    for (char& letter : text) letter = static_cast<char>('!' + random.below(94));
    return text;
}

Object random_object(Random& random) {
    Bytes body(random.below(200));
    for (auto& byte : body) byte = static_cast<std::uint8_t>(random.next());
    Object object{random_text(random, kMaxObjectIdBytes), random.next() >> 2U, nullptr};
    if (!body.empty()) object.body = std::make_shared<const Bytes>(std::move(body));
    return object;
}

std::vector<Object> random_objects(Random& random) {
    std::vector<Object> objects(random.below(4));
    for (Object& object : objects) object = random_object(random);
    return objects;
}

std::vector<Dependency> random_dependencies(Random& random) {
    std::vector<Dependency> pairs(random.below(4));
    for (Dependency& pair : pairs) pair = {random_text(random, 30), random_text(random, 30) + "'"};
    return pairs;
}

Path random_path(Random& random) {
    Path path(random.below(6));
    for (ProcessId& process : path) process = random.next();
    return path;
}

Incarnation random_incarnation(Random& random) {
    return random.below(kMaxIncarnation + 1);
}

RequestId random_request(Random& random) {
    return {random.next(), random_incarnation(random), random.next(), random.next()};
}

Card random_card(Random& random) {
    return {random.next(),
            random_incarnation(random),
            random_text(random, 100),
            random_text(random, 40),
            random_text(random, 64),
            kRandomMembership + random_text(random, 200),
            random.next()};
}

std::vector<Neighbour> random_neighbours(Random& random, std::size_t most) {
    std::vector<Neighbour> neighbours(random.below(most));
    for (Neighbour& each : neighbours) each = {random_card(random), 1 + random.next() / 2};
    return neighbours;
}

std::vector<KnownVersion> random_versions(Random& random) {
    std::vector<KnownVersion> versions;
    for (std::uint64_t i = random.below(4); i > 0; --i) {
        versions.push_back({random_text(random, kMaxObjectIdBytes), random.next() >> 2U});
    }
    return versions;
}

HoldOk random_hold_ok(Random& random) {
    HoldOk ok{random.next(), {}, {}};
    for (std::uint64_t i = random.below(4); i > 0; --i) ok.epochs.push_back(1 + random.below(99));
    ok.versions = random_versions(random);
    return ok;
}

RotationPolicy random_policy(Random& random) {
    return static_cast<RotationPolicy>(random.below(static_cast<std::uint64_t>(kLastPolicy) + 1));
}

overlay::Report random_report(Random& random) {
    const auto number = [&random] { return static_cast<std::uint32_t>(random.next()); };
    const auto weights = [&number] { return overlay::Weights{number(), number(), number()}; };
    if (random.below(2) == 0) return {};
    return {0, weights(), weights(), weights(), number(), number()};
}

Plan random_plan(Random& random) {
    Plan plan{static_cast<std::uint32_t>(random.next()), {}};
    for (std::uint64_t i = random.below(4); i > 0; --i) {
        plan.ranks.push_back({random.next(), static_cast<std::uint32_t>(random.next())});
    }
    return plan;
}

std::vector<SelfReport> random_reports(Random& random) {
    std::vector<SelfReport> reports(random.below(3));
    for (SelfReport& report : reports) {
        report.id = random.next();
        report.incarnation = random_incarnation(random);
        report.number = random.next();
        report.name = random_text(random, 64);
        report.key = random.next();
        report.parent = random.next();
        for (std::uint64_t i = random.below(4); i > 0; --i) {
            report.objects.push_back(random_text(random, kMaxObjectIdBytes));
            report.hops.push_back(random.below(1U << 30U));
            report.partners.push_back({random.next(), random.below(1U << 30U)});
        }
        report.rotations = random.below(1U << 30U);
        report.rotations_refused = random.below(1U << 30U);
        report.alpha = random.below(1U << 30U);
    }
    return reports;
}

std::vector<QueueCopy> random_queues(Random& random) {
    std::vector<QueueCopy> queues;
    for (std::uint64_t i = random.below(4); i > 0; --i) {
        QueueCopy copy{random_text(random, 20), random_path(random)};
        copy.processes.push_back(random.next());
        queues.push_back(std::move(copy));
    }
    return queues;
}

PromotePart random_promote_part(Random& random) {
    return {random.next(), random_objects(random), random_dependencies(random),
            random_queues(random)};
}

LockX random_lock_x(Random& random) {
    LockX lock{{random_card(random), 1 + random.below(99)}, 1 + random.below(99), {}, 0};
    for (std::uint64_t i = random.below(4); i > 0; --i) {
        lock.copies.push_back(
            {random_text(random, kMaxObjectIdBytes), random.next() >> 2U, random.next()});
    }
    lock.most_bytes = random.next();
    return lock;
}

LockXOk random_lock_x_ok(Random& random) {
    LockXOk ok;
    if (random.below(2) == 0) ok.abandoned = random_card(random);
    ok.abandoned_subtree = random.next();
    ok.queues = random_queues(random);
    ok.versions = random_versions(random);
    ok.objects = random_objects(random);
    return ok;
}

class Describer {
 public:
    [[nodiscard]] std::string text() const { return text_; }

    void operator()(const Retrieve& m) { add(m.object), add(m.requester), add(m.kept_apart); }
    void operator()(const Migrate& m) {
        add(m.object), add(m.copies), add(m.dependencies), add(m.from), add(m.to);
        add(m.kept_apart), add(m.hops), add(m.splay);
    }
    void operator()(const ReadRequest& m) {
        add(m.id), add(m.object), add(m.path), add(m.hops), add(static_cast<int>(m.search));
    }
    void operator()(const ReadClimb& m) {
        add(m.id), add(m.object), add(m.copies), add(m.dependencies), add(m.path);
        add(m.owner), add(m.kept_apart);
    }
    void operator()(const ReadReturn& m) { add(m.id), add(m.object), add(m.path), add(m.owner); }
    void operator()(const Force& m) {
        add(m.id), add(m.objects), add(m.dependencies), add(m.path), add(m.known), add(m.whole);
        add(m.kept_apart);
    }
    void operator()(const ForceConfirm& m) { add(m.id), add(m.path); }
    void operator()(const Ping& m) {
        add(m.number), add(m.subtree), add(m.kept_apart);
        add(m.reports), add(m.sizes), add(m.weights);
    }
    void operator()(const Pong& m) {
        add(m.number), add(m.lease.count()), add(m.processes), add(static_cast<int>(m.policy));
        add(m.era), add(m.lo), add(m.hi), add(m.above);
    }
    void operator()(const Raise& m) { add(static_cast<int>(m.which)), add(m.age); }
    void operator()(const Plan& m) {
        add(m.number);
        for (const PlannedRank& each : m.ranks) add(each.key), add(each.rank);
    }
    void operator()(const Leave& /*m*/) {}
    void operator()(const Disconnected& m) { add(m.reason); }
    void operator()(const JoinForward& m) { add(m.joiner); }
    void operator()(const JoinRequest& m) { add(m.joiner); }
    void operator()(const JoinAccept& m) {
        add(m.parent), add(m.joiner_incarnation), add(m.epoch), add(m.key), add(m.lo), add(m.hi);
        add(static_cast<int>(m.policy)), add(m.balance);
    }
    void operator()(const JoinRefuse& m) { add(m.joiner_incarnation), add(m.reason); }
    void operator()(const Hold& m) { add(m.attempt), add(m.successor), add(m.siblings); }
    void operator()(const HoldOk& m) { add(m.attempt), add(m.epochs), add(m.versions); }
    void operator()(const HoldNo& m) { add(m.attempt); }
    void operator()(const Unhold& m) { add(m.attempt); }
    void operator()(const PromotePart& m) {
        add(m.attempt), add(m.objects), add(m.dependencies), add(m.queues);
    }
    void operator()(const Promote& m) { add(m.attempt), add(m.parent), add(m.siblings); }
    void operator()(const Depart& m) { add(m.attempt), add(m.epoch); }
    void operator()(const CardRenewed& m) { add(m.card); }
    void operator()(const Revoke& m) { add(m.number), add(m.statement); }
    void operator()(const Lock& m) { add(m.rising), add(m.age); }
    void operator()(const LockOk& m) { add(m.epoch); }
    void operator()(const LockNo& /*m*/) {}
    void operator()(const Unlock& /*m*/) {}
    void operator()(const LockX& m) {
        add(m.above), add(m.abandoned_epoch), add(m.copies), add(m.most_bytes);
    }
    void operator()(const LockXOk& m) {
        if (m.abandoned) add(*m.abandoned);
        add(m.abandoned_subtree), add(m.queues), add(m.versions), add(m.objects);
    }
    void operator()(const LockXNo& m) { add(m.bytes); }
    void operator()(const LockB& m) { add(m.sinking); }
    void operator()(const LockBOk& /*m*/) {}
    void operator()(const LockBNo& /*m*/) {}
    void operator()(const Commit& m) {
        add(m.queues), add(m.objects), add(m.dependencies), add(m.lo), add(m.hi), add(m.subtree);
    }
    void operator()(const Switch& m) { add(m.epoch), add(m.rising); }
    void operator()(const SwitchB& m) { add(m.old); }

 private:
    void add(const std::string& value) { text_ += "'" + value + "' "; }
    template <typename Number>
    requires std::is_integral_v<Number>
    void add(Number value) { text_ += std::to_string(value) + " "; }
    void add(const Object& value) {
        add(value.id), add(value.version), add(to_hex(view(value.body)));
    }
    void add(const Dependency& value) { add(value.from), add(value.to); }
    void add(const ShippedCopy& value) { add(value.object), add(value.version), add(value.bytes); }
    void add(const KnownVersion& value) { add(value.object), add(value.version); }
    void add(const QueueCopy& value) { add(value.object), add(value.processes); }
    void add(const Neighbour& value) { add(value.card), add(value.epoch); }
    void add(const RequestId& value) {
        add(value.origin), add(value.incarnation), add(value.number), add(value.key);
    }
    void add(const Card& value) {
        add(value.id), add(value.incarnation), add(value.endpoint), add(value.public_key);
        add(value.name), add(value.membership), add(value.key);
    }
    void add(const overlay::Weights& value) { add(value.own), add(value.left), add(value.right); }
    void add(const overlay::Report& value) {
        add(value.kept_apart), add(value.self), add(value.left), add(value.right);
        add(value.plan), add(value.rank);
    }
    void add(const Partner& value) { add(value.key), add(value.hand_overs); }
    void add(const SelfReport& value) {
        add(value.id), add(value.incarnation), add(value.number), add(value.name), add(value.key);
        add(value.parent), add(value.objects), add(value.hops), add(value.rotations);
        add(value.rotations_refused), add(value.alpha), add(value.partners);
    }
    template <typename Element>
    void add(const std::vector<Element>& values) {
        text_ += "[ ";
        for (const Element& value : values) add(value);
        text_ += "] ";
    }

    std::string text_;
};

/// The messages of a rotation.
Message random_rotation_message(std::size_t alternative, Random& random) {
    switch (alternative) {
        case 24: return Lock{random_card(random), random.next()};
        case 25: return LockOk{1 + random.below(99)};
        case 26: return LockNo{};
        case 27: return Unlock{};
        case 28: return random_lock_x(random);
        case 29: return random_lock_x_ok(random);
        case 30: return LockXNo{random.next()};
        case 31: return LockB{{random_card(random), 1 + random.below(99)}};
        case 32: return LockBOk{};
        case 33: return LockBNo{};
        case 34:
            return Commit{
                random_queues(random), random_objects(random), random_dependencies(random),
                random.next(),         random.next(),          random.next()};
        case 35: return Switch{1 + random.below(99), random_card(random)};
        case 36: return SwitchB{random.next()};
        case 37: return Raise{static_cast<Raise::Which>(random.below(3)), random.next()};
        case 38: return random_plan(random);
        default: throw std::logic_error("a new kind of message needs random content here");
    }
}

}  // namespace

Message random_message(std::size_t alternative, Random& random) {
    switch (alternative) {
        case 0:
            return Retrieve{random_text(random, kMaxObjectIdBytes), random.next(), random.next()};
        case 1:
            return Migrate{
                random_object(random), random_objects(random), random_dependencies(random),
                random.next(),         random.next(),          random.next(),
                random.next(),         random.below(2) == 0};
        case 2:
            return ReadRequest{random_request(random), random_text(random, 20), random_path(random),
                               random.next(), static_cast<Search>(random.below(3))};
        case 3:
            return ReadClimb{random_request(random), random_object(random),
                             random_objects(random), random_dependencies(random),
                             random_path(random),    random.next(),
                             random.next()};
        case 4:
            return ReadReturn{random_request(random), random_object(random), random_path(random),
                              random.next()};
        case 5:
            return Force{
                random_request(random), random_objects(random),  random_dependencies(random),
                random_path(random),    random_versions(random), random.below(2) == 0,
                random.next()};
        case 6: return ForceConfirm{random_request(random), random_path(random)};
        case 7:
            return Ping{random.next(),          random.next(),         random.next(),
                        random_reports(random), random_report(random), random_report(random)};
        case 8:
            return Pong{random.next(),
                        Micros(random.below(3'600'000'000)),
                        random.next(),
                        random_policy(random),
                        static_cast<std::uint32_t>(random.next()),
                        random.next(),
                        random.next(),
                        random.next()};
        case 9: return Leave{};
        case 10: return Disconnected{random_text(random, 500)};
        case 11: return JoinForward{random_card(random)};
        case 12: return JoinRequest{random_card(random)};
        case 13:
            return JoinAccept{random_card(random),   random_incarnation(random),
                              1 + random.below(9),   random.next(),
                              random.next(),         random.next(),
                              random_policy(random), random.below(2) == 0};
        case 14: return JoinRefuse{random_incarnation(random), random_text(random, 500)};
        case 15: return Hold{random.next(), random_card(random), random_path(random)};
        case 16: return random_hold_ok(random);
        case 17: return HoldNo{random.next()};
        case 18: return Unhold{random.next()};
        case 19: return random_promote_part(random);
        case 20:
            return Promote{random.next(),
                           {random_card(random), 1 + random.below(99)},
                           random_neighbours(random, 4)};
        case 21: return Depart{random.next(), 1 + random.below(99)};
        case 22: return CardRenewed{random_card(random)};
        case 23: return Revoke{random.next(), random_text(random, 300)};
        default: return random_rotation_message(alternative, random);
    }
}

std::string describe(const Message& message) {
    Describer describer;
    std::visit(describer, message);
    return std::string(message_name(message)) + " " + describer.text();
}

}  // namespace tributary::netlayer
