#include "datasets/label/joined_labels.hpp"

#include <algorithm>

#include "datasets/label/class_name.hpp"

namespace tributary::datasets {
namespace {

constexpr Micros kJoinTolerance{2'000'000};

}  // namespace

std::string class_name_from(std::string_view text) {
    std::string name;
    for (const char letter : text) {
        const bool is_upper = letter >= 'A' && letter <= 'Z';
        const bool is_word = (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
        if (is_upper || is_word) {
            name += is_upper ? static_cast<char>(letter - 'A' + 'a') : letter;
        } else if (!name.empty() && name.back() != '-') {
            name += '-';
        }
        if (name.size() == kMaxClassNameBytes) break;
    }
    while (!name.empty() && name.back() == '-') name.pop_back();
    return name;
}

Status JoinedLabels::add(const LabelClaim& claim) {
    if (claim.class_name.empty()) return {};
    if (claims_ == kMaxClaims) {
        return fail(Errc::limit_exceeded, name_ + " has more than 5 million claims. Split it");
    }
    TRIBUTARY_TRY(const std::uint32_t index, class_index(claim.class_name));
    const Entry entry{claim.start, std::max(claim.start, claim.end), index, claim.line};
    if (!claim.community_id.empty()) {
        by_id_[std::string(claim.community_id)].by_start.push_back(entry);
    }
    const CommunityId id = ids_.of(claim.tuple);
    by_ends_[std::string(id.data(), id.size())].by_start.push_back(entry);
    ++claims_;
    return {};
}

void JoinedLabels::complete() {
    for (Index* index : {&by_id_, &by_ends_}) {
        for (auto& [key, entries] : *index) {
            std::stable_sort(entries.by_start.begin(), entries.by_start.end(),
                             [](const Entry& a, const Entry& b) { return a.start < b.start; });
            for (const Entry& entry : entries.by_start) {
                entries.longest = std::max(entries.longest, entry.end - entry.start);
            }
        }
    }
}

Result<std::uint32_t> JoinedLabels::class_index(std::string_view name) {
    const auto found = std::find(classes_.begin(), classes_.end(), name);
    if (found != classes_.end()) return static_cast<std::uint32_t>(found - classes_.begin());
    if (classes_.size() == kMaxClasses) {
        return fail(Errc::limit_exceeded, name_ + " has more than 1,024 classes. Split it");
    }
    classes_.emplace_back(name);
    if (name != kNormalClass) coverage_.insert(ClassName(name));
    return static_cast<std::uint32_t>(classes_.size() - 1);
}

LabelVote JoinedLabels::decide(const FlowRecord& flow) {
    const CommunityId id = ids_.of(flow);
    const std::string key(id.data(), id.size());
    if (const auto found = by_id_.find(key); found != by_id_.end()) {
        LabelVote by_id = vote(found->second, flow, Micros(0));
        if (!by_id.evidence.empty()) return by_id;
    }
    if (const auto found = by_ends_.find(key); found != by_ends_.end()) {
        LabelVote by_ends = vote(found->second, flow, kJoinTolerance);
        if (!by_ends.evidence.empty()) return by_ends;
    }
    return {.source = name_, .evidence = "no line matches"};
}

/// Evidence stays empty when none of these claims speaks for the record.
LabelVote JoinedLabels::vote(const Entries& entries, const FlowRecord& flow, Micros slack) {
    const auto& all = entries.by_start;
    const auto begin =
        std::lower_bound(all.begin(), all.end(), flow.start - slack - entries.longest,
                         [](const Entry& entry, Micros time) { return entry.start < time; });
    const Entry* speaks = nullptr;
    for (auto entry = begin; entry != all.end() && entry->start <= flow.end + slack; ++entry) {
        if (entry->end + slack < flow.start) continue;
        if (speaks != nullptr && speaks->class_index != entry->class_index) {
            count_conflict();
            return {.source = name_,
                    .evidence = "lines " + std::to_string(speaks->line) + " and " +
                                std::to_string(entry->line) + " disagree"};
        }
        if (speaks == nullptr) speaks = &*entry;
    }
    if (speaks == nullptr) return {.source = name_};
    return {.class_name = classes_[speaks->class_index],
            .confidence = 1,
            .source = name_,
            .evidence = "line " + std::to_string(speaks->line)};
}

}  // namespace tributary::datasets
