#pragma once
// Seeded pseudo-random numbers (xoshiro256**, seeded by splitmix64): the same seed gives the same
// sequence on every platform, which the standard distributions do not promise. Not for keys.
// One thread per generator; `split` gives a component its own independent generator.

#include <array>
#include <cstdint>
#include <string_view>

namespace tributary {

class Random {
 public:
    explicit Random(std::uint64_t seed);

    std::uint64_t next();
    /// Uniform in [0, bound); bound must not be zero.
    std::uint64_t below(std::uint64_t bound);
    /// Uniform in [0, 1), 53 bits.
    double unit();
    /// True with the given probability.
    bool chance(double probability) { return unit() < probability; }
    /// A generator whose sequence depends on this seed and the component's name only.
    [[nodiscard]] Random split(std::string_view component) const;

 private:
    std::uint64_t seed_;
    std::array<std::uint64_t, 4> state_{};
};

/// Shuffles a random-access range in place (Fisher-Yates).
template <typename Range>
void shuffle(Range& range, Random& random) {
    for (std::size_t i = range.size(); i > 1; --i) {
        std::swap(range[i - 1], range[static_cast<std::size_t>(random.below(i))]);
    }
}

}  // namespace tributary
