#pragma once
// Several label sources, one label. Sources stand in groups of falling priority: the first group
// with a vote decides, inside it the highest confidence; if different classes reach that confidence
// the flow stays unknown and the conflict is counted, as is that of a source with itself when no
// other source decides.
// Invariant: every flow is asked of every source, so that their counters are comparable.
// The sources must outlive the policy. One thread.

#include <optional>
#include <vector>

#include "datasets/label/label_source.hpp"

namespace tributary::datasets {

/// The decision on one flow. A row is a negative example only for classes in `coverage`, which is
/// that of the source that decided, not of all sources.
struct LabelDecision {
    LabelVote vote;                      ///< empty class: unknown
    const Coverage* coverage = nullptr;  ///< null when unknown
    bool conflict = false;
};

class LabelPolicy {
 public:
    /// @param priority  lower decides first; equal numbers form one group
    void add(LabelSource& source, int priority);

    LabelDecision decide(const FlowRecord& flow);

    [[nodiscard]] const LabelCounts& counts() const { return counts_; }

 private:
    struct Entry {
        LabelSource* source;
        int priority;
    };
    struct Candidate {
        LabelVote vote;
        const Entry* entry;
    };

    [[nodiscard]] static LabelDecision choose(const std::vector<Candidate>& candidates);

    std::vector<Entry> entries_;  ///< ascending priority
    LabelCounts counts_;
};

}  // namespace tributary::datasets
