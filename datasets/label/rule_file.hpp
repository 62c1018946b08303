#pragma once
// Labels by rules that a site writes down: addresses, ports, protocol, size and time of flows.
//
//     tributary-rules 1
//     source campus-desk
//     covers port-scan, slow-scan
//     unknown: host 10.1.0.66 and time 1700000100.000..1700000160.000
//     label port-scan: src 10.1.0.66 and dst 10.1.0.0/24 and proto tcp
//     label normal: host 10.1.0.0/16
//
// The first matching line wins; "unknown:" wins with no label. The whole language stands in
// docs/features.md.
// Invariants: at most 100,000 rules, lines of at most 4 KiB, 64 terms a rule; immutable after
// parsing except for the counters. One thread per object.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/label/label_source.hpp"
#include "datasets/label/prefix_index.hpp"
#include "datasets/label/rule_term.hpp"

namespace tributary::datasets {

inline constexpr std::size_t kMaxRules = 100'000;
inline constexpr std::size_t kMaxRuleLineBytes = 4096;
inline constexpr std::size_t kMaxRuleTerms = 64;
inline constexpr std::size_t kMaxRuleFileBytes = 64u << 20;

/// One line: all terms must hold.
struct Rule {
    ClassName class_name;  ///< empty for "unknown:"
    std::vector<RuleTerm> terms;
    std::uint32_t line = 0;
};

class RuleFile final : public LabelSource {
 public:
    /// @param path  plain text, or .zst or .gz
    /// @error not_found, permission, io, limit_exceeded, corrupt (naming the line)
    static Result<RuleFile> load(const std::filesystem::path& path);

    /// @param name  stands before every error, for example the file's path
    /// @error corrupt, limit_exceeded; both name the line
    static Result<RuleFile> parse(std::string_view text, const std::string& name = "rule file");

    [[nodiscard]] const std::string& name() const override { return source_; }
    [[nodiscard]] const Coverage& coverage() const override { return coverage_; }
    [[nodiscard]] const std::vector<Rule>& rules() const { return rules_; }

 private:
    RuleFile() = default;
    [[nodiscard]] LabelVote decide(const FlowRecord& flow) override;
    void build_index();
    void first_match(const std::vector<std::uint32_t>& candidates, const FlowRecord& flow,
                     std::size_t& best) const;

    std::string source_;
    Coverage coverage_;
    std::vector<Rule> rules_;
    PrefixIndex by_source_;       ///< rules with a `src` term
    PrefixIndex by_destination_;  ///< rules with a `dst` but no `src` term
    PrefixIndex by_host_;         ///< rules with a `host` term only
    std::vector<std::uint32_t> unindexed_;
};

}  // namespace tributary::datasets
