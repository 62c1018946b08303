#pragma once
// What a rotation costs, in hops: measured, not assumed. alpha = (messages and bodies shipped per
// rotation) / (cost of one hop), in fixed point, because the protocol decides by it.
// Values; one thread. Source: overlay design, decision 4.

#include <algorithm>
#include <cstdint>

namespace tributary::netlayer::overlay {

/// One hop in the fixed point of prices.
inline constexpr std::uint64_t kHop = 256;

/// The price of one rotation in units of 1/256 hop.
struct Price {
    std::uint64_t alpha = kHop;
};

/// Measures alpha from what was sent.
/// Invariant: counts are halved together before they could overflow, so that old costs fade.
class PriceMeter {
 public:
    /// Counts what one message over one edge cost (bytes, say; the unit cancels).
    void hop(std::uint64_t cost) { add(hop_cost_, hops_, cost); }
    /// Counts what one rotation cost in all, messages and bodies together.
    void rotation(std::uint64_t cost) { add(rotation_cost_, rotations_, cost); }

    /// The measured price; `assumed` as long as nothing was measured.
    [[nodiscard]] Price price(Price assumed) const {
        if (hops_ == 0 || rotations_ == 0 || hop_cost_ < hops_) return assumed;
        return Price{kHop * (rotation_cost_ / rotations_) / (hop_cost_ / hops_)};
    }
    /// What so much makes in hops as they were measured; nothing as long as none was.
    [[nodiscard]] Price price_of(std::uint64_t cost) const {
        return Price{hops_ == 0 ? 0 : kHop * std::min(cost, kFull) / mean_hop()};
    }
    /// The other way round: how much may be spent at this price.
    [[nodiscard]] std::uint64_t cost_of(Price price) const {
        return std::min(price.alpha / kHop, kFull / mean_hop()) * mean_hop();
    }

 private:
    static constexpr std::uint64_t kFull = std::uint64_t{1} << 40;

    static void add(std::uint64_t& sum, std::uint64_t& count, std::uint64_t cost) {
        sum += std::min(cost, kFull);
        ++count;
        if (sum >= kFull && count > 1) {
            sum /= 2;
            count /= 2;
        }
    }

    [[nodiscard]] std::uint64_t mean_hop() const {
        return hops_ == 0 ? 1 : std::max<std::uint64_t>(hop_cost_ / hops_, 1);
    }

    std::uint64_t hop_cost_ = 0;
    std::uint64_t hops_ = 0;
    std::uint64_t rotation_cost_ = 0;
    std::uint64_t rotations_ = 0;
};

}  // namespace tributary::netlayer::overlay
