#pragma once
// A set of numbers written as ranges: 3-17,40. Invariant: ranges ascend, with a gap between any
// two. A value; any thread.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace tributary::netlayer {

class Ranges {
 public:
    /// @param text  numbers and ranges from 1 to kMostNumber with commas between, in any order
    /// @error       invalid_argument, with the part that is wrong
    static Result<Ranges> parse(std::string_view text);

    void add(std::uint64_t first, std::uint64_t last);
    void add(std::uint64_t number) { add(number, number); }

    [[nodiscard]] bool empty() const { return ranges_.empty(); }
    [[nodiscard]] bool contains(std::uint64_t number) const;
    /// How many numbers there are.
    [[nodiscard]] std::uint64_t size() const;
    /// The greatest number, 0 if there is none.
    [[nodiscard]] std::uint64_t last() const { return empty() ? 0 : ranges_.back().second; }
    /// What parse() reads.
    [[nodiscard]] std::string text() const;

    friend bool operator==(const Ranges&, const Ranges&) = default;

    static constexpr std::uint64_t kMostNumber = 1'000'000'000;
    static constexpr std::size_t kMostParts = 10'000;

 private:
    using Range = std::pair<std::uint64_t, std::uint64_t>;

    std::vector<Range> ranges_;
};

}  // namespace tributary::netlayer
