#pragma once
// Labels that another program gave to flows that it saw itself: a claim names two ends, a protocol
// and a time, and speaks for the records of that conversation at that time. Joined by Community ID
// and overlapping times; without such a claim by the two ends, within 2 s.
// All claims that speak for a record must agree, else it is unknown and the conflict counted.
// Bounds: 5 million claims, 1,024 classes. Immutable once complete except for the counters. One
// thread per object.
// Source: docs/features.md, section on labels.

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "datasets/community_id.hpp"
#include "datasets/label/label_source.hpp"

namespace tributary::datasets {

/// What a log line says of a flow.
struct LabelClaim {
    CommunityTuple tuple;  ///< of ICMP: type and code for ports
    Micros start{0};
    Micros end{0};
    std::string_view class_name;    ///< a checked class name; empty: says nothing
    std::string_view community_id;  ///< as the log gives it; empty: by the tuple
    std::uint32_t line = 0;
};

/// A free text as a class name: lower case, '-' for what a class name may not hold; at most 64
/// bytes, empty when nothing is left.
std::string class_name_from(std::string_view text);

class JoinedLabels final : public LabelSource {
 public:
    static constexpr std::size_t kMaxClaims = 5'000'000;
    static constexpr std::size_t kMaxClasses = 1024;

    explicit JoinedLabels(std::string name) : name_(std::move(name)) {}

    /// @error limit_exceeded
    Status add(const LabelClaim& claim);
    /// After the last `add`, before the first `label`.
    void complete();

    [[nodiscard]] const std::string& name() const override { return name_; }
    /// Every class that was claimed, without "normal".
    [[nodiscard]] const Coverage& coverage() const override { return coverage_; }
    [[nodiscard]] std::size_t claims() const { return claims_; }

 private:
    struct Entry {
        Micros start{0};
        Micros end{0};
        std::uint32_t class_index = 0;
        std::uint32_t line = 0;
    };
    struct Entries {
        std::vector<Entry> by_start;
        Micros longest{0};  ///< of any of them
    };
    using Index = std::unordered_map<std::string, Entries>;

    [[nodiscard]] LabelVote decide(const FlowRecord& flow) override;
    Result<std::uint32_t> class_index(std::string_view name);
    LabelVote vote(const Entries& entries, const FlowRecord& flow, Micros slack);

    std::string name_;
    Coverage coverage_;
    std::vector<ClassName> classes_;
    Index by_id_;    ///< claims that came with a Community ID
    Index by_ends_;  ///< all claims, by the Community ID of their tuple
    CommunityIds ids_;
    std::size_t claims_ = 0;
};

}  // namespace tributary::datasets
