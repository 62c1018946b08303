#include "netlayer/wire/overlay_words.hpp"

#include <algorithm>

namespace tributary::netlayer::schema {

namespace {

using overlay::Report;
using overlay::Weights;

constexpr int kNumbersOfAReport = 11;
/// Counts are summed; no honest one comes near.
constexpr std::uint64_t kMostCounted = std::uint64_t{1} << 48U;

void put(const SelfReport& from, wire::SelfReport& to) {
    to.set_id(from.id);
    to.set_incarnation(from.incarnation);
    to.set_number(from.number);
    to.set_name(from.name);
    to.set_key(from.key);
    to.set_parent(from.parent);
    for (const ObjectId& id : from.objects) to.add_objects(id);
    to.mutable_hops()->Add(from.hops.begin(), from.hops.end());
    to.set_rotations(from.rotations);
    to.set_rotations_refused(from.rotations_refused);
    to.set_alpha(from.alpha);
    for (const Partner& partner : from.partners) {
        to.add_partners(partner.key);
        to.add_partner_hand_overs(partner.hand_overs);
    }
}

SelfReport get(const wire::SelfReport& from) {
    SelfReport to;
    to.id = from.id();
    to.incarnation = from.incarnation();
    to.number = from.number();
    to.name = from.name();
    to.key = from.key();
    to.parent = from.parent();
    to.objects.assign(from.objects().begin(), from.objects().end());
    to.hops.assign(from.hops().begin(), from.hops().end());
    to.rotations = from.rotations();
    to.rotations_refused = from.rotations_refused();
    to.alpha = from.alpha();
    for (int i = 0; i < std::min(from.partners_size(), from.partner_hand_overs_size()); ++i) {
        to.partners.push_back({from.partners(i), from.partner_hand_overs(i)});
    }
    return to;
}

bool is_countable(const SelfReport& report) {
    std::uint64_t most = std::max({report.rotations, report.rotations_refused, report.alpha});
    for (const std::uint64_t count : report.hops) most = std::max(most, count);
    for (const Partner& partner : report.partners) most = std::max(most, partner.hand_overs);
    return most <= kMostCounted && report.incarnation <= kMaxIncarnation;
}

std::optional<std::vector<SelfReport>> get_reports(const wire::Ping& from) {
    if (from.reports_size() > static_cast<int>(kReportsPerPing)) return std::nullopt;
    std::vector<SelfReport> reports;
    for (const wire::SelfReport& each : from.reports()) {
        if (each.partners_size() != each.partner_hand_overs_size()) return std::nullopt;
        reports.push_back(get(each));
        if (!is_countable(reports.back())) return std::nullopt;
    }
    if (!is_bounded(reports)) return std::nullopt;
    return reports;
}

/// A process that has nothing to tell tells nothing.
template <typename Repeated>
void put_weights(const Report& from, Repeated& to) {
    if (from == Report{}) return;
    for (const Weights& each : {from.self, from.left, from.right}) {
        to.Add(each.own);
        to.Add(each.left);
        to.Add(each.right);
    }
    to.Add(from.plan);
    to.Add(from.rank);
}

template <typename Repeated>
std::optional<Report> get_weights(const Repeated& from) {
    if (from.size() == 0) return Report{};
    if (from.size() != kNumbersOfAReport) return std::nullopt;
    const auto weights = [&](int first) {
        return Weights{from.Get(first), from.Get(first + 1), from.Get(first + 2)};
    };
    return Report{0, weights(0), weights(3), weights(6), from.Get(9), from.Get(10)};
}

}  // namespace

void put(const Ping& from, wire::Ping& to) {
    to.set_number(from.number);
    to.set_subtree(from.subtree);
    to.set_kept_apart(from.kept_apart);
    for (const SelfReport& report : from.reports) put(report, *to.add_reports());
    put_weights(from.sizes, *to.mutable_sizes());
    put_weights(from.weights, *to.mutable_weights());
}

std::optional<Ping> get(const wire::Ping& from) {
    auto reports = get_reports(from);
    const auto sizes = get_weights(from.sizes());
    const auto weights = get_weights(from.weights());
    if (!reports || !sizes || !weights) return std::nullopt;
    return Ping{from.number(),       from.subtree(), from.kept_apart(),
                std::move(*reports), *sizes,         *weights};
}

void put(const Pong& from, wire::Pong& to) {
    to.set_number(from.number);
    to.set_processes(from.processes);
    to.set_policy(static_cast<std::uint32_t>(from.policy));
    to.set_era(from.era);
    to.set_lo(from.lo);
    to.set_hi(from.hi);
    to.set_above(from.above);
}

std::optional<Pong> get(const wire::Pong& from, Micros lease) {
    const auto policy = policy_of(from.policy());
    if (!policy) return std::nullopt;
    return Pong{from.number(), lease,     from.processes(), *policy,
                from.era(),    from.lo(), from.hi(),        from.above()};
}

void put(const Raise& from, wire::Raise& to) {
    to.set_which(static_cast<std::uint32_t>(from.which));
    to.set_age(from.age);
}

std::optional<Raise> get(const wire::Raise& from) {
    if (from.which() > static_cast<std::uint32_t>(Raise::Which::inner)) return std::nullopt;
    return Raise{static_cast<Raise::Which>(from.which()), from.age()};
}

void put(const Plan& from, wire::Plan& to) {
    to.set_number(from.number);
    for (const PlannedRank& each : from.ranks) {
        to.add_keys(each.key);
        to.add_ranks(each.rank);
    }
}

std::optional<Plan> get(const wire::Plan& from) {
    if (from.keys_size() != from.ranks_size() ||
        from.keys_size() > static_cast<int>(kMostPlanned)) {
        return std::nullopt;
    }
    Plan plan{from.number(), {}};
    for (int i = 0; i < from.keys_size(); ++i) plan.ranks.push_back({from.keys(i), from.ranks(i)});
    return plan;
}

std::optional<RotationPolicy> policy_of(std::uint32_t number) {
    if (number > static_cast<std::uint32_t>(kLastPolicy)) return std::nullopt;
    return static_cast<RotationPolicy>(number);
}

}  // namespace tributary::netlayer::schema
