#include "datasets/label/rule_parser.hpp"

#include <optional>

#include "datasets/corpus/text.hpp"

namespace tributary::datasets {
namespace {

/// The words of a text, separated by spaces and tabs.
class Words {
 public:
    explicit Words(std::string_view text) : rest_(text) { skip_spaces(); }

    [[nodiscard]] bool done() const { return rest_.empty(); }
    [[nodiscard]] std::string_view peek() const {
        return rest_.substr(0, rest_.find_first_of(" \t"));
    }
    std::string_view next() {
        const std::string_view word = peek();
        rest_.remove_prefix(word.size());
        skip_spaces();
        return word;
    }

 private:
    void skip_spaces() {
        const std::size_t start = rest_.find_first_not_of(" \t");
        rest_ = start == std::string_view::npos ? std::string_view{} : rest_.substr(start);
    }

    std::string_view rest_;
};

tl::unexpected<Error> refuse(std::string_view word, const std::string& expected) {
    return fail(Errc::corrupt, (word.empty() ? "the line ends" : in_quotes(word) + " stands") +
                                   " where " + expected + " is expected");
}

Result<PortTerm> parse_ports(FlowEnd end, std::string_view text) {
    constexpr std::uint64_t kLastPort = 65'535;
    const std::size_t dash = text.find('-');
    const auto first = parse_unsigned(text.substr(0, dash), kLastPort);
    const auto last =
        dash == std::string_view::npos ? first : parse_unsigned(text.substr(dash + 1), kLastPort);
    if (!first || !last || *last < *first) return refuse(text, "a port N or a range N-M");
    return PortTerm{end, static_cast<std::uint16_t>(*first), static_cast<std::uint16_t>(*last)};
}

Result<MeasureTerm> parse_measure(Measure measure, Words& words) {
    const std::string_view relation = words.next();
    if (relation != "<" && relation != ">") return refuse(relation, "'<' or '>'");
    const std::string_view number = words.next();
    if (measure == Measure::duration) {
        const auto bound = parse_epoch(number);
        if (!bound) return refuse(number, "a number of seconds with at most six decimals");
        return MeasureTerm{measure, relation == "<", static_cast<std::uint64_t>(bound->count())};
    }
    const auto bound = parse_unsigned(number, UINT64_MAX);
    if (!bound) return refuse(number, "a whole number");
    return MeasureTerm{measure, relation == "<", *bound};
}

std::optional<Measure> find_measure(std::string_view keyword) {
    if (keyword == "pkts") return Measure::packets;
    if (keyword == "bytes") return Measure::bytes;
    if (keyword == "duration") return Measure::duration;
    return std::nullopt;
}

Result<TimeTerm> parse_time(std::string_view text) {
    const std::size_t dots = text.find("..");
    if (dots == std::string_view::npos) return refuse(text, "a time range A..B");
    const auto from = parse_epoch(text.substr(0, dots));
    const auto to = parse_epoch(text.substr(dots + 2));
    if (!from || !to) {
        return refuse(text, "a time range A..B in epoch seconds with at most six decimals");
    }
    if (*to <= *from) return refuse(text, "a time range whose end is after its start");
    return TimeTerm{*from, *to};
}

/// What follows `src`, `dst` or `host`.
Result<RuleTerm> parse_end(FlowEnd end, Words& words) {
    if (end != FlowEnd::either && words.peek() == "port") {
        words.next();
        TRIBUTARY_TRY(const PortTerm term, parse_ports(end, words.next()));
        return RuleTerm{term};
    }
    const std::string_view word = words.next();
    if (word.empty()) return refuse(word, "an address or a prefix");
    TRIBUTARY_TRY(const Cidr range, parse_cidr(word));
    return RuleTerm{AddressTerm{end, range}};
}

Result<RuleTerm> parse_condition(Words& words) {
    const std::string_view keyword = words.next();
    if (keyword == "src") return parse_end(FlowEnd::source, words);
    if (keyword == "dst") return parse_end(FlowEnd::destination, words);
    if (keyword == "host") return parse_end(FlowEnd::either, words);
    if (keyword == "port") {
        TRIBUTARY_TRY(const PortTerm term, parse_ports(FlowEnd::either, words.next()));
        return RuleTerm{term};
    }
    if (keyword == "proto") {
        const std::string_view name = words.next();
        const auto protocol = parse_protocol(name);
        if (!protocol) return refuse(name, "tcp, udp, icmp, icmp6 or a number up to 255");
        return RuleTerm{ProtocolTerm{*protocol}};
    }
    if (const auto measure = find_measure(keyword)) {
        TRIBUTARY_TRY(const MeasureTerm term, parse_measure(*measure, words));
        return RuleTerm{term};
    }
    if (keyword == "time") {
        TRIBUTARY_TRY(const TimeTerm term, parse_time(words.next()));
        return RuleTerm{term};
    }
    return refuse(keyword, "one of src, dst, host, port, proto, pkts, bytes, duration, time, not");
}

}  // namespace

Result<std::vector<RuleTerm>> parse_terms(std::string_view text, std::size_t max_terms) {
    Words words(text);
    std::vector<RuleTerm> terms;
    for (;;) {
        if (terms.size() == max_terms) {
            return fail(Errc::limit_exceeded,
                        "more than " + std::to_string(max_terms) + " terms. Write several rules");
        }
        bool negated = false;
        while (words.peek() == "not") {
            words.next();
            negated = !negated;
        }
        TRIBUTARY_TRY(RuleTerm term, parse_condition(words));
        term.negated = negated;
        terms.push_back(term);
        if (words.done()) return terms;
        if (const std::string_view word = words.next(); word != "and") {
            return refuse(word, "'and'");
        }
    }
}

}  // namespace tributary::datasets
