#include "datasets/label/label_policy.hpp"

#include <algorithm>

namespace tributary::datasets {

void LabelPolicy::add(LabelSource& source, int priority) {
    const auto place =
        std::upper_bound(entries_.begin(), entries_.end(), priority,
                         [](int value, const Entry& entry) { return value < entry.priority; });
    entries_.insert(place, Entry{&source, priority});
}

LabelDecision LabelPolicy::decide(const FlowRecord& flow) {
    std::vector<Candidate> candidates;
    std::optional<LabelVote> contradiction;  // of a source with itself
    for (const Entry& entry : entries_) {
        const std::uint64_t conflicts = entry.source->counts().conflicts;
        LabelVote vote = entry.source->label(flow);
        if (entry.source->counts().conflicts != conflicts) contradiction = vote;
        const bool first_group =
            candidates.empty() || candidates.front().entry->priority == entry.priority;
        if (!vote.class_name.empty() && first_group) candidates.push_back({vote, &entry});
    }
    LabelDecision decision = choose(candidates);
    if (candidates.empty() && contradiction) {
        decision.conflict = true;
        decision.vote.evidence = contradiction->source + ": " + contradiction->evidence;
    }
    if (decision.conflict) ++counts_.conflicts;
    if (decision.vote.class_name.empty()) {
        ++counts_.unknown;
    } else {
        ++counts_.by_class[decision.vote.class_name];
    }
    return decision;
}

LabelDecision LabelPolicy::choose(const std::vector<Candidate>& candidates) {
    if (candidates.empty()) return {};
    const auto best = std::max_element(candidates.begin(), candidates.end(),
                                       [](const Candidate& a, const Candidate& b) {
                                           return a.vote.confidence < b.vote.confidence;
                                       });
    for (const Candidate& other : candidates) {
        if (other.vote.confidence < best->vote.confidence) continue;
        if (other.vote.class_name == best->vote.class_name) continue;
        LabelDecision conflict;
        conflict.conflict = true;
        conflict.vote.evidence = best->vote.source + " says " + best->vote.class_name + ", " +
                                 other.vote.source + " says " + other.vote.class_name;
        return conflict;
    }
    return {.vote = best->vote, .coverage = &best->entry->source->coverage()};
}

}  // namespace tributary::datasets
