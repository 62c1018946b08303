#pragma once
// The default policy: per child edge one number, what rotating the child over us would have saved.
// With x the child, a its outer and b its inner subtree, c our other subtree: +1 for a message
// between x or a and anything above us, -1 between us or c and above, +1 between b and us or c,
// -1 between b and x or a (only x sees these; it piggybacks their number), 0 otherwise.
// Invariant: never below 0 when clamped; 0 again whenever the edge changes.
// One thread per object. Source: overlay design, decision 2.

#include <array>
#include <cstdint>

#include "netlayer/overlay/policy.hpp"

namespace tributary::netlayer::overlay {

class RegretPolicy final : public Policy {
 public:
    RegretPolicy(std::uint32_t floor, bool clamped) : floor_(floor), clamped_(clamped) {}

    [[nodiscard]] bool only_ends() const override { return false; }
    void on_request(const View& view, const Message& message) override;
    void on_weights(const View& view, Side child, const Report& report) override;
    Report report(const View& view) override;
    /// Proposes the child whose regret exceeds max(floor, 2 alpha), and after a refusal half more
    /// than it was then.
    Lift propose_rotation(const View& view, Price average) override;
    /// Refuses while the regret is below twice the true price.
    bool confirm(const View& view, Lift lift, Price actual) override;
    Price limit(Lift lift) override;
    void on_child(Side side) override { edges_[index(side)] = {}; }
    void on_rotation(const View& view, bool inner) override;

    /// The number kept for the edge to a child.
    [[nodiscard]] std::int64_t regret(Side child) const { return edges_[index(child)].regret; }

 private:
    struct Edge {
        std::int64_t regret = 0;
        std::int64_t refused_at = 0;
    };

    static std::size_t index(Side side) { return side == Side::left ? 0 : 1; }
    void add(Edge& edge, std::int64_t change) const;

    std::array<Edge, 2> edges_{};
    std::uint32_t kept_apart_ = 0;
    std::uint32_t floor_;
    bool clamped_;
};

}  // namespace tributary::netlayer::overlay
