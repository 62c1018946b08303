#include "netlayer/tree/census.hpp"

#include <algorithm>
#include <utility>

namespace tributary::netlayer {
namespace {

constexpr std::uint64_t kPingsBetweenReports = 8;
constexpr std::size_t kMostPassing = 4096;
constexpr std::size_t kMostHeard = 16'384;
constexpr std::size_t kMostPartners = 64;
/// Beats after which a process that is not heard of any more is left out of the view.
constexpr std::int64_t kBeatsToExpire = 3 * static_cast<std::int64_t>(kPingsBetweenReports);

/// Whether what a person sees of the process differs.
bool differs(SelfReport before, const SelfReport& now) {
    before.number = now.number;
    return before != now;
}

bool is_newer(const SelfReport& report, const SelfReport& than) {
    return std::tie(report.incarnation, report.number) > std::tie(than.incarnation, than.number);
}

bool began_again(const SelfReport& before, const SelfReport& now) {
    return hand_overs(now.hops) < hand_overs(before.hops) || now.rotations < before.rotations;
}

}  // namespace

void Census::arrived(std::uint64_t hops, Key from) {
    Tally& tally = state_.tally;
    const auto place = static_cast<std::size_t>(std::clamp<std::uint64_t>(hops, 1, kReportedHops));
    if (tally.hops.size() < place) tally.hops.resize(place);
    ++tally.hops[place - 1];
    if (from == kNoKey || from == kServerKey) return;
    ++tally.partners[from];
    if (tally.partners.size() <= kMostPartners) return;
    // At the bound everybody loses the same, and who has nothing left goes: the frequent remain.
    for (auto& [key, count] : tally.partners) --count;
    std::erase_if(tally.partners, [](const auto& partner) { return partner.second == 0; });
}

SelfReport Census::own() const {
    const Tally& tally = state_.tally;
    SelfReport report;
    report.id = state_.self.id;
    report.incarnation = state_.self.incarnation;
    report.number = tally.reports;
    report.name = state_.self.name;
    report.key = state_.self.key;
    report.parent = state_.parent_id();
    for (const auto& [id, queue] : state_.queues) {
        if (report.objects.size() == kReportedObjects) break;
        if (queue.head_is_self()) report.objects.push_back(id);
    }
    report.hops = tally.hops;
    report.rotations = state_.counters.rotations;
    report.rotations_refused = state_.counters.rotations_refused;
    report.alpha = state_.adjustment.meter.price({0}).alpha;
    for (const auto& [key, count] : tally.partners) report.partners.push_back({key, count});
    std::stable_sort(
        report.partners.begin(), report.partners.end(),
        [](const Partner& a, const Partner& b) { return a.hand_overs > b.hand_overs; });
    report.partners.resize(std::min(report.partners.size(), kReportedPartners));
    return report;
}

void Census::tell(Ping& ping) {
    Tally& tally = state_.tally;
    ++tally.pings;
    SelfReport mine = own();
    if (!tally.told || tally.pings >= kPingsBetweenReports || differs(*tally.told, mine)) {
        mine.number = ++tally.reports;
        tally.told = mine;
        tally.pings = 0;
        ping.reports.push_back(std::move(mine));
    }
    while (ping.reports.size() < kReportsPerPing && !tally.waiting.empty()) {
        const auto next = tally.passing.find(tally.waiting.front());
        tally.waiting.pop_front();
        ping.reports.push_back(std::move(next->second));
        tally.passing.erase(next);
    }
}

void Census::hear(const Ping& ping) {
    for (const SelfReport& report : ping.reports) {
        if (report.id == kServer || report.id == state_.self.id) continue;
        if (state_.is_server()) {
            remember(report);
        } else {
            pass_on(report);
        }
    }
}

void Census::pass_on(const SelfReport& report) {
    Tally& tally = state_.tally;
    const auto found = tally.passing.find(report.id);
    if (found != tally.passing.end()) {
        if (is_newer(report, found->second)) found->second = report;
    } else if (tally.passing.size() < kMostPassing) {
        tally.passing.emplace(report.id, report);
        tally.waiting.push_back(report.id);
    }
}

void Census::remember(const SelfReport& report) {
    Tally& tally = state_.tally;
    const auto found = tally.heard.find(report.id);
    if (found == tally.heard.end()) {
        if (tally.heard.size() >= kMostHeard) forget_oldest();
        tally.heard.emplace(report.id, HeardReport{report, state_.now});
        return;
    }
    HeardReport& known = found->second;
    if (!is_newer(report, known.report)) return;
    if (began_again(known.report, report)) keep_counts(known.report);
    known = {report, state_.now};
}

void Census::forget_oldest() {
    auto& heard = state_.tally.heard;
    const auto oldest =
        std::min_element(heard.begin(), heard.end(),
                         [](const auto& a, const auto& b) { return a.second.at < b.second.at; });
    keep_counts(oldest->second.report);
    heard.erase(oldest);
}

void Census::keep_counts(const SelfReport& ended) {
    Tally& tally = state_.tally;
    add_hops(tally.past_hops, ended.hops);
    tally.past_rotations += ended.rotations;
    tally.past_refused += ended.rotations_refused;
}

Micros Census::expiry() const {
    // Above many processes a report waits for its turn.
    const auto turns = static_cast<std::int64_t>(state_.tally.heard.size() / kReportsPerPing);
    return state_.options.heartbeat * (kBeatsToExpire + 2 * turns);
}

OverlayView Census::view() const {
    OverlayView view;
    view.search_tree = state_.options.search_tree;
    view.policy = state_.options.policy;
    view.members.push_back({own(), Micros{0}});
    view.hops = state_.tally.past_hops;
    view.rotations = state_.tally.past_rotations;
    view.rotations_refused = state_.tally.past_refused;
    add_hops(view.hops, state_.tally.hops);
    std::uint64_t priced = 0;
    std::uint64_t price = 0;
    for (const auto& [id, heard] : state_.tally.heard) {
        const SelfReport& report = heard.report;
        add_hops(view.hops, report.hops);
        view.rotations += report.rotations;
        view.rotations_refused += report.rotations_refused;
        if (report.alpha > 0) {
            const std::uint64_t weight = std::max<std::uint64_t>(report.rotations, 1);
            priced += weight;
            price += weight * report.alpha;
        }
        const Micros age = state_.now - heard.at;
        if (age <= expiry()) view.members.push_back({report, age});
    }
    if (priced > 0) view.alpha = price / priced;
    view.objects = places(view);
    return view;
}

std::vector<ObjectPlace> Census::places(const OverlayView& view) const {
    std::map<ObjectId, const MemberView*> reported;
    for (const MemberView& member : view.members) {
        for (const ObjectId& id : member.report.objects) {
            const MemberView*& known = reported[id];
            if (known == nullptr || member.age < known->age) known = &member;
        }
    }
    std::vector<ObjectPlace> places;
    for (const auto& [id, queue] : state_.queues) {
        ObjectPlace place;
        place.object = id;
        if (const Object* copy = state_.copies.find(id)) place.version = copy->version;
        place.towards = queue.head().process;
        const auto found = reported.find(id);
        const bool here = queue.head_is_self();
        if (here) place.at = kServer;
        if (!here && found != reported.end() && found->second->report.id != kServer) {
            place.at = found->second->report.id;
        }
        places.push_back(std::move(place));
    }
    return places;
}

}  // namespace tributary::netlayer
