#include "netlayer/wire/reports.hpp"

#include <algorithm>

namespace tributary::netlayer::schema {

namespace {

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

/// Counts are summed; no honest one comes near.
constexpr std::uint64_t kMostCounted = std::uint64_t{1} << 48U;

bool is_countable(const SelfReport& report) {
    std::uint64_t most = std::max({report.rotations, report.rotations_refused, report.alpha});
    for (const std::uint64_t count : report.hops) most = std::max(most, count);
    for (const Partner& partner : report.partners) most = std::max(most, partner.hand_overs);
    return most <= kMostCounted && report.incarnation <= kMaxIncarnation;
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
    for (int i = 0; i < from.partners_size(); ++i) {
        to.partners.push_back({from.partners(i), from.partner_hand_overs(i)});
    }
    return to;
}

}  // namespace

void put_reports(const std::vector<SelfReport>& from, wire::Ping& to) {
    for (const SelfReport& report : from) put(report, *to.add_reports());
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

}  // namespace tributary::netlayer::schema
