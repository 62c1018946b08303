#include "netlayer/identity/key_office.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/file.hpp"
#include "netlayer/overlay/keys.hpp"

namespace tributary::netlayer {
namespace {

constexpr std::size_t kFileLimit = std::size_t{256} << 20U;
constexpr std::size_t kMostBisected = 4096;
/// Requests that stand for what was observed; more would only cost time.
constexpr std::uint64_t kMostRequests = 1'000'000;
constexpr std::array kRules{"organization", "hash"};

std::string organization_part(const std::string& name) {
    return name.substr(0, name.find('.'));
}

/// The organization with its site.
std::string site_part(const std::string& name) {
    const std::size_t first = name.find('.');
    return first == std::string::npos ? name : name.substr(0, name.find('.', first + 1));
}

std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// What was observed, as requests between places in the order of the rows.
std::vector<overlay::Request> requests_of(const OverlayView& observed,
                                          const std::map<ProcessId, std::size_t>& places) {
    std::map<Key, std::size_t> by_key;
    std::uint64_t sum = 0;
    for (const MemberView& member : observed.members) {
        const auto place = places.find(member.report.id);
        if (place != places.end()) by_key[member.report.key] = place->second;
        for (const Partner& partner : member.report.partners) sum += partner.hand_overs;
    }
    const std::uint64_t share = sum / kMostRequests + 1;
    std::vector<overlay::Request> requests;
    for (const MemberView& member : observed.members) {
        const auto to = by_key.find(member.report.key);
        for (const Partner& partner : member.report.partners) {
            const auto from = by_key.find(partner.key);
            if (to == by_key.end() || from == by_key.end() || from == to) continue;
            const overlay::Request request{static_cast<overlay::NodeId>(from->second),
                                           static_cast<overlay::NodeId>(to->second)};
            requests.insert(requests.end(), partner.hand_overs / share, request);
        }
    }
    return requests;
}

}  // namespace

const char* key_rule_name(KeyRule rule) {
    return kRules.at(static_cast<std::size_t>(rule));
}

std::optional<KeyRule> key_rule_called(std::string_view name) {
    const auto found = std::find(kRules.begin(), kRules.end(), name);
    if (found == kRules.end()) return std::nullopt;
    return static_cast<KeyRule>(found - kRules.begin());
}

Result<KeyOffice> KeyOffice::open(std::filesystem::path file, KeyRule rule) {
    KeyOffice office(std::move(file), rule);
    if (std::filesystem::exists(office.file_)) TRIBUTARY_CHECK(office.read());
    return office;
}

Status KeyOffice::read() {
    TRIBUTARY_TRY(const Bytes bytes, read_file(file_, kFileLimit));
    std::string_view text = as_text(bytes);
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        TRIBUTARY_CHECK(take(text.substr(0, end), number));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return {};
}

Status KeyOffice::take(std::string_view line, std::size_t number) {
    std::array<std::optional<std::uint64_t>, 3> numbers;  // id, key, key before
    for (auto& each : numbers) {
        const std::size_t end = std::min(line.find(','), line.size());
        each = number_of(line.substr(0, end));
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    const auto& [id, key, before] = numbers;
    const bool whole = id && key && before && *id != kServer && *key != kNoKey &&
                       *key != kServerKey && *before != kServerKey;
    if (!whole || places_.contains(*id) || used_.contains(*key) || used_.contains(*before)) {
        return fail(Errc::corrupt,
                    file_.string() + ", line " + std::to_string(number) + ", is not " +
                        (whole ? "the first with this id or key" : "id,key,before,name") +
                        ". Restore the file, or remove it: members then get new keys");
    }
    enter({*id, *key, *before, std::string(line)});
    return {};
}

void KeyOffice::enter(KeyRow row) {
    organization_of(row.name);
    site_of(row.name);
    ++sensors_[site_part(row.name)];
    places_[row.id] = rows_.size();
    use(row);
    rows_.push_back(std::move(row));
}

void KeyOffice::use(const KeyRow& row) {
    used_.insert(row.key);
    if (row.before != kNoKey) used_.insert(row.before);
}

std::uint32_t KeyOffice::organization_of(const std::string& name) {
    const auto next = static_cast<std::uint32_t>(organizations_.size());
    return organizations_.try_emplace(organization_part(name), next).first->second;
}

std::uint32_t KeyOffice::site_of(const std::string& name) {
    auto& sites = sites_[organization_part(name)];
    const auto next = static_cast<std::uint32_t>(sites.size());
    return sites.try_emplace(site_part(name), next).first->second;
}

Result<MemberKeys> KeyOffice::keys_for(ProcessId id, const std::string& name) {
    const auto known = places_.find(id);
    if (known != places_.end()) {
        return MemberKeys{rows_[known->second].key, rows_[known->second].before};
    }
    overlay::Origin origin{organization_of(name), site_of(name), sensors_[site_part(name)]};
    KeyRow row{id, kNoKey, kNoKey, name};
    do {  // a bisection may have given the key to somebody else
        TRIBUTARY_TRY(row.key, rule_ == KeyRule::hash ? overlay::hashed_key(origin)
                                                      : overlay::organization_key(origin));
        ++origin.sensor;
    } while (used_.contains(row.key));
    std::vector<KeyRow> rows = rows_;
    rows.push_back(row);
    TRIBUTARY_CHECK(write(rows));
    enter(row);
    return MemberKeys{row.key, kNoKey};
}

Status KeyOffice::joined(ProcessId id, Key key) {
    const auto known = places_.find(id);
    if (known == places_.end()) return {};
    std::vector<KeyRow> rows = rows_;
    KeyRow& row = rows[known->second];
    if (row.before == kNoKey || row.key != key) return {};
    row.before = kNoKey;
    return replace(std::move(rows));
}

Status KeyOffice::replace(std::vector<KeyRow> rows) {
    TRIBUTARY_CHECK(write(rows));
    rows_ = std::move(rows);
    used_.clear();
    for (const KeyRow& row : rows_) use(row);
    return {};
}

Status KeyOffice::write(std::span<const KeyRow> rows) const {
    std::string text;
    for (const KeyRow& row : rows) {
        text += std::to_string(row.id) + "," + std::to_string(row.key) + "," +
                std::to_string(row.before) + "," + row.name + "\n";
    }
    return write_file_atomically(file_, to_bytes(text));
}

Result<std::size_t> KeyOffice::bisect(const OverlayView& observed) {
    if (rows_.size() > kMostBisected) {
        return fail(Errc::limit_exceeded, "more than " + std::to_string(kMostBisected) +
                                              " members cannot be bisected; keys stay as they are");
    }
    const std::vector<overlay::Request> requests = requests_of(observed, places_);
    if (requests.empty()) {
        return fail(Errc::invalid_argument,
                    "no hand-overs between members were observed yet. Repeat it when members have "
                    "contributed for a while");
    }
    const auto members = static_cast<std::uint32_t>(rows_.size());
    const auto order = overlay::bisection_order(members, requests);
    constexpr int kBits = overlay::kOrganizationBits + overlay::kSiteBits + overlay::kSensorBits;
    const Key step = (Key{1} << kBits) / (members + 1);
    std::vector<KeyRow> rows = rows_;
    std::size_t changed = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        KeyRow& row = rows[order[i]];
        const Key key = step * (i + 1);
        if (row.key == key) continue;
        ++changed;
        // Who has not joined since the last time still stands where it stood then.
        if (row.before == kNoKey) row.before = row.key;
        row.key = key;
        if (row.before == key) row.before = kNoKey;
    }
    TRIBUTARY_CHECK(replace(std::move(rows)));
    return changed;
}

}  // namespace tributary::netlayer
