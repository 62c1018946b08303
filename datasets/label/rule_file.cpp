#include "datasets/label/rule_file.hpp"

#include <algorithm>

#include "datasets/corpus/text.hpp"
#include "datasets/label/class_name.hpp"
#include "datasets/label/rule_parser.hpp"

namespace tributary::datasets {
namespace {

constexpr std::string_view kFirstLine = "tributary-rules 1";

struct Parsed {
    std::string source;
    Coverage coverage;
    std::vector<Rule> rules;
};

/// Takes lines one by one; a line is one of: source, covers, unknown:, label.
class LineParser {
 public:
    Status take(std::string_view line, std::size_t number) {
        if (!started_) {
            if (line != kFirstLine) {
                return fail(Errc::corrupt, in_quotes(line) + " stands where \"" +
                                               std::string(kFirstLine) +
                                               "\" is expected. Make it the first line");
            }
            started_ = true;
            return {};
        }
        const std::size_t space = std::min(line.find_first_of(" \t"), line.size());
        const std::string_view keyword = line.substr(0, space);
        const std::string_view rest = trimmed(line.substr(space));
        if (keyword == "source") return take_source(rest);
        if (keyword == "covers") return take_covers(rest);
        if (keyword == "unknown:") return take_rule(ClassName{}, rest, number);
        if (keyword == "label") return take_label(rest, number);
        return fail(Errc::corrupt,
                    in_quotes(keyword) + " is none of source, covers, label, unknown:. Correct it");
    }

    Result<Parsed> finish() && {
        if (!started_) {
            return fail(Errc::corrupt,
                        "no line \"" + std::string(kFirstLine) + "\". Make it the first line");
        }
        if (parsed_.source.empty()) {
            return fail(Errc::corrupt, "no line \"source NAME\". Add one after the first line");
        }
        return std::move(parsed_);
    }

 private:
    Status take_source(std::string_view name) {
        if (!parsed_.source.empty()) return fail(Errc::corrupt, "a second source. Keep one");
        if (!is_class_name(name)) return bad_name(name, "a source");
        parsed_.source = name;
        return {};
    }

    Status take_covers(std::string_view names) {
        for (std::size_t start = 0; start <= names.size();) {
            const std::size_t end = std::min(names.find(',', start), names.size());
            const std::string_view name = trimmed(names.substr(start, end - start));
            if (!is_class_name(name)) return bad_name(name, "a class");
            if (name != kNormalClass) parsed_.coverage.emplace(name);
            start = end + 1;
        }
        return {};
    }

    Status take_label(std::string_view rest, std::size_t number) {
        const std::size_t colon = rest.find(':');
        const std::string_view name = trimmed(rest.substr(0, colon));
        if (colon == std::string_view::npos) {
            return fail(Errc::corrupt,
                        "no ':' after the class. Write: label CLASS: TERM and TERM ...");
        }
        if (!is_class_name(name)) return bad_name(name, "a class");
        const ClassName class_name(name);
        if (class_name != kNormalClass && !parsed_.coverage.contains(class_name)) {
            return fail(Errc::corrupt, "class " + in_quotes(name) +
                                           " is not covered. Add it to a line \"covers\" above");
        }
        return take_rule(class_name, trimmed(rest.substr(colon + 1)), number);
    }

    Status take_rule(const ClassName& class_name, std::string_view terms, std::size_t number) {
        if (parsed_.rules.size() == kMaxRules) {
            return fail(Errc::limit_exceeded,
                        "more than " + std::to_string(kMaxRules) + " rules. Split the file");
        }
        TRIBUTARY_TRY(std::vector<RuleTerm> parsed, parse_terms(terms, kMaxRuleTerms));
        parsed_.rules.push_back(
            {class_name, std::move(parsed), static_cast<std::uint32_t>(number)});
        return {};
    }

    static Status bad_name(std::string_view name, const std::string& what) {
        return fail(Errc::corrupt, in_quotes(name) + " cannot name " + what +
                                       ". Use up to 64 letters, digits, '-', '_' and '.'");
    }

    bool started_ = false;
    Parsed parsed_;
};

/// The range of the first address term of this end that is not negated.
const Cidr* address_range(const Rule& rule, FlowEnd end) {
    for (const RuleTerm& term : rule.terms) {
        const auto* address = std::get_if<AddressTerm>(&term.condition);
        if (address != nullptr && !term.negated && address->end == end) return &address->range;
    }
    return nullptr;
}

}  // namespace

Result<RuleFile> RuleFile::load(const std::filesystem::path& path) {
    TRIBUTARY_TRY(const std::string text, read_text_file(path, kMaxRuleFileBytes));
    return parse(text, path.string());
}

Result<RuleFile> RuleFile::parse(std::string_view text, const std::string& name) {
    LineReader lines(text);
    LineParser parser;
    std::string_view line;
    while (lines.next(line)) {
        const std::string place = name + ", line " + std::to_string(lines.line());
        if (line.size() > kMaxRuleLineBytes) {
            return fail(Errc::limit_exceeded, place + ": longer than " +
                                                  std::to_string(kMaxRuleLineBytes) +
                                                  " bytes. Write several rules");
        }
        line = trimmed(line.substr(0, line.find('#')));
        if (line.empty()) continue;
        if (const Status taken = parser.take(line, lines.line()); !taken) {
            return fail(taken.error().with_context(place));
        }
    }
    Result<Parsed> parsed = std::move(parser).finish();
    if (!parsed) return fail(parsed.error().with_context(name));
    RuleFile file;
    file.source_ = std::move(parsed->source);
    file.coverage_ = std::move(parsed->coverage);
    file.rules_ = std::move(parsed->rules);
    file.build_index();
    return file;
}

void RuleFile::build_index() {
    for (std::uint32_t i = 0; i < rules_.size(); ++i) {
        if (const Cidr* source = address_range(rules_[i], FlowEnd::source)) {
            by_source_.add(*source, i);
        } else if (const Cidr* destination = address_range(rules_[i], FlowEnd::destination)) {
            by_destination_.add(*destination, i);
        } else if (const Cidr* host = address_range(rules_[i], FlowEnd::either)) {
            by_host_.add(*host, i);
        } else {
            unindexed_.push_back(i);
        }
    }
}

LabelVote RuleFile::decide(const FlowRecord& flow) {
    std::size_t best = rules_.size();
    const auto try_all = [&](const std::vector<std::uint32_t>& candidates) {
        first_match(candidates, flow, best);
    };
    try_all(unindexed_);
    by_source_.visit_matches(flow.src, try_all);
    by_destination_.visit_matches(flow.dst, try_all);
    by_host_.visit_matches(flow.src, try_all);
    by_host_.visit_matches(flow.dst, try_all);
    if (best == rules_.size()) return {.source = source_, .evidence = "no line matches"};
    const Rule& rule = rules_[best];
    return {.class_name = rule.class_name,
            .confidence = rule.class_name.empty() ? 0.0 : 1.0,
            .source = source_,
            .evidence = "line " + std::to_string(rule.line)};
}

/// Lowers `best` to the first of the ascending candidates before it whose terms all hold.
void RuleFile::first_match(const std::vector<std::uint32_t>& candidates, const FlowRecord& flow,
                           std::size_t& best) const {
    for (const std::uint32_t candidate : candidates) {
        if (candidate >= best) return;
        const std::vector<RuleTerm>& terms = rules_[candidate].terms;
        if (std::all_of(terms.begin(), terms.end(),
                        [&flow](const RuleTerm& term) { return term.holds(flow); })) {
            best = candidate;
            return;
        }
    }
}

}  // namespace tributary::datasets
