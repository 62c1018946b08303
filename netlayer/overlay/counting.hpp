#pragma once
// The counting policy (the idea of CBNet), kept for comparison: each process counts the requests
// that start or end at it, and a semi-splay step is taken when it lowers the sum of the logarithms
// of the subtrees' weights by more than one half. Weights are known along the travelled path only.
// Invariant: a process' weight is its own count plus what its children last reported, each halved
// once per era.
// One thread per object. Source: splaynet ch.1 (CB tree), ch.5 §1; overlay design, decision 2.

#include <array>
#include <cstdint>

#include "netlayer/overlay/log2.hpp"
#include "netlayer/overlay/policy.hpp"

namespace tributary::netlayer::overlay {

/// A semi-splay step must lower the sum of log2(weight) by more than one half.
inline constexpr std::int32_t kSemiSplayGain = kLog2One / 2;

/// What a process knows of the weights around it.
struct Surroundings {
    std::uint32_t own = 0;
    std::array<Report, 2> children{};  ///< to the left, to the right

    [[nodiscard]] std::uint64_t weight() const {
        return own + children[0].self.sum() + children[1].self.sum();
    }
};

/// How far a step lowers the sum of log2(weight): the child on this side over the process.
std::int32_t single_gain(const Surroundings& around, Side child);
/// The same of the double step: the child's inner child over it, then over the process.
std::int32_t double_gain(const Surroundings& around, Side child);

class CountingPolicy final : public Policy {
 public:
    [[nodiscard]] bool only_ends() const override { return false; }
    void on_request(const View& view, const Message& message) override;
    void on_weights(const View& view, Side child, const Report& report) override;
    Report report(const View& view) override;
    Lift propose_rotation(const View& view, Price average) override;
    void on_rotation(const View& view, bool inner) override;

    [[nodiscard]] std::uint64_t weight() const { return around_.weight(); }

 private:
    void age(std::uint32_t era);

    Surroundings around_;
    std::array<bool, 2> single_{};  ///< the last message went through that child's outer side
    std::array<bool, 2> double_{};  ///< ... through its inner side
    std::uint32_t era_ = 0;
};

/// How far one rotation of x over p lowers log2(weight of x) + log2(weight of p): all other weights
/// stay, and x takes over the weight of p. In units of `log2_fixed`.
std::int32_t rotation_gain(std::uint64_t x_before, std::uint64_t p_after);

}  // namespace tributary::netlayer::overlay
