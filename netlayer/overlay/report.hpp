#pragma once
// What a child tells its parent beside its messages: the numbers by which policies and joins
// decide. Values; any thread.

#include <cstdint>

namespace tributary::netlayer::overlay {

/// Weights of one process: its own, and of its two subtrees. By traffic: requests that start or end
/// there. By size: processes.
struct Weights {
    std::uint32_t own = 0;
    std::uint32_t left = 0;
    std::uint32_t right = 0;

    [[nodiscard]] std::uint64_t sum() const { return std::uint64_t{own} + left + right; }
    friend bool operator==(const Weights&, const Weights&) = default;
};

/// What a child piggybacks on whatever it sends to its parent next.
struct Report {
    std::uint32_t kept_apart = 0;  ///< messages between its inner subtree and the rest of it
    Weights self;
    Weights left;
    Weights right;
    std::uint32_t plan = 0;  ///< the plan that it follows; 0: none
    std::uint32_t rank = 0;  ///< its depth in the planned tree

    friend bool operator==(const Report&, const Report&) = default;
};

}  // namespace tributary::netlayer::overlay
