#pragma once
// The paper's policy and its relatives: the ends of a request rise until one is the other's parent.
// Either end waits while it is the lowest common ancestor, and resumes when another rotation ended
// that. Zig-zig is "parent over grandparent, then self over parent", zig-zag "self" twice.
// Invariant: an end never rises above the lowest common ancestor's place.
// One thread per object. Source: splaynet ch.2 Def. 3, 5, 6, 8; ch.5 §1 (lazy splaying).

#include <array>
#include <cstdint>
#include <limits>

#include "netlayer/overlay/policy.hpp"

namespace tributary::netlayer::overlay {

class SplayPolicy : public Policy {
 public:
    static constexpr std::uint32_t kUnbounded = std::numeric_limits<std::uint32_t>::max();

    /// @param budget  single rotations that one end may ask for per request (lazy splaying)
    explicit SplayPolicy(std::uint32_t budget) : budget_(budget) {}

    bool invite(const View& view, const Message& message, Price average) override;
    void on_request(const View& view, const Message& message) override;
    Lift propose_rotation(const View& view, Price average) override;
    bool confirm(const View& view, Lift lift, Price actual) override;
    void abandon(const View& view, Lift lift) override;

 private:
    /// The parent is the common ancestor, or a child of the goal: a zig, not a double step.
    [[nodiscard]] bool takes_one_step(const View& view) const;

    std::uint32_t budget_;
    std::uint32_t left_ = 0;
    Key goal_ = kNoKey;
    bool half_done_ = false;  ///< of a zig-zig or zig-zag
};

/// Splays only a pair whose repeats are measured at the source: when the share of requests that go
/// where the last one went exceeds alpha / (1 + alpha).
class GatePolicy final : public SplayPolicy {
 public:
    GatePolicy() : SplayPolicy(kUnbounded) {}

    bool invite(const View& view, const Message& message, Price average) override;

 private:
    static constexpr std::uint32_t kOne = 1 << 16;

    Key last_ = kNoKey;
    std::uint32_t repeats_ = 0;  ///< moving share in units of 1/65536, one sixteenth new
};

}  // namespace tributary::netlayer::overlay
