#pragma once
// Where labels come from. A source looks at a finished flow and votes for a class, or says nothing;
// it declares the classes that it can recognize, because a record is a negative example of class k
// only if it carries another class from a source that covers k.
// Invariant: votes name a covered class, "normal", or nothing. One thread per source.
// Source: docs/features.md, section on labels.

#include <cstdint>
#include <map>
#include <string>

#include "datasets/label/label.hpp"
#include "datasets/record.hpp"

namespace tributary::datasets {

/// What one source says about one flow.
struct LabelVote {
    ClassName class_name{};  ///< empty: unknown
    double confidence = 0;   ///< 0 to 1
    std::string source{};    ///< name of the source that voted
    std::string evidence{};  ///< for a person, for example "line 5"; no address
};

struct LabelCounts {
    std::map<ClassName, std::uint64_t> by_class;
    std::uint64_t unknown = 0;
    std::uint64_t conflicts = 0;  ///< contradicting evidence; counted in `unknown` as well
};

class LabelSource {
 public:
    LabelSource() = default;
    LabelSource(const LabelSource&) = default;
    LabelSource(LabelSource&&) = default;
    LabelSource& operator=(const LabelSource&) = default;
    LabelSource& operator=(LabelSource&&) = default;
    virtual ~LabelSource() = default;

    /// Votes on one flow and counts the vote.
    LabelVote label(const FlowRecord& flow);

    [[nodiscard]] virtual const std::string& name() const = 0;
    /// The classes that this source can recognize, without "normal".
    [[nodiscard]] virtual const Coverage& coverage() const = 0;
    [[nodiscard]] const LabelCounts& counts() const { return counts_; }

 protected:
    /// For a source whose own evidence contradicts itself.
    void count_conflict() { ++counts_.conflicts; }

 private:
    [[nodiscard]] virtual LabelVote decide(const FlowRecord& flow) = 0;

    LabelCounts counts_;
};

}  // namespace tributary::datasets
