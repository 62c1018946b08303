#include "netlayer/simulation/ranges.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace tributary::netlayer {
namespace {

/// A whole text that is a number from 1 to the most.
std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (number < 1 || number > Ranges::kMostNumber) return std::nullopt;
    return number;
}

Error wrong(std::string_view part) {
    return {Errc::invalid_argument,
            "'" + std::string(part) + "' is neither a number from 1 to " +
                std::to_string(Ranges::kMostNumber) +
                " nor a range of two, the smaller one first. Write for example 3-17,40"};
}

}  // namespace

Result<Ranges> Ranges::parse(std::string_view text) {
    Ranges parsed;
    for (std::size_t parts = 1;; ++parts) {
        if (parts > kMostParts) {
            return fail(Errc::invalid_argument,
                        "more than " + std::to_string(kMostParts) + " ranges");
        }
        const std::string_view part = text.substr(0, text.find(','));
        const std::size_t dash = part.find('-');
        const auto first = number_of(part.substr(0, dash));
        const auto last = dash == std::string_view::npos ? first : number_of(part.substr(dash + 1));
        if (!first || !last || *first > *last) return fail(wrong(part));
        parsed.add(*first, *last);
        if (part.size() == text.size()) return parsed;
        text.remove_prefix(part.size() + 1);
    }
}

void Ranges::add(std::uint64_t first, std::uint64_t last) {
    // Those that it touches become one with it.
    const auto begin =
        std::partition_point(ranges_.begin(), ranges_.end(),
                             [&](const Range& range) { return range.second + 1 < first; });
    const auto end = std::partition_point(
        begin, ranges_.end(), [&](const Range& range) { return range.first <= last + 1; });
    if (begin != end) {
        first = std::min(first, begin->first);
        last = std::max(last, std::prev(end)->second);
    }
    ranges_.insert(ranges_.erase(begin, end), {first, last});
}

bool Ranges::contains(std::uint64_t number) const {
    const auto found = std::partition_point(
        ranges_.begin(), ranges_.end(), [&](const Range& range) { return range.second < number; });
    return found != ranges_.end() && found->first <= number;
}

std::uint64_t Ranges::size() const {
    std::uint64_t sum = 0;
    for (const auto& [first, last] : ranges_) sum += last - first + 1;
    return sum;
}

std::string Ranges::text() const {
    std::string text;
    for (const auto& [first, last] : ranges_) {
        if (!text.empty()) text += ',';
        text += std::to_string(first);
        if (last != first) text += '-' + std::to_string(last);
    }
    return text;
}

}  // namespace tributary::netlayer
