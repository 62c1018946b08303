#pragma once
// Which bodies a rotation ships, so that every parent can go on reconstituting what lies below its
// child: for the edge (x, p) x must know what p knows of objects at p and below c, for the edge
// (p, b) p must know what x knows of objects below b. Nothing else is needed.
// Invariant (INV-R): for an edge (w, c) and an object below c, w has every version that anybody
// outside of that subtree has. Versions are told first, bodies shipped only when newer.
// One thread, within a step. Protocol rules, section 4.1 and 4.5.

#include <vector>

#include "netlayer/state.hpp"

namespace tributary::netlayer {

class Shipment {
 public:
    explicit Shipment(const State& state) : state_(state) {}

    /// At p: its copies, with the bytes of those that lie where x will need them.
    [[nodiscard]] std::vector<ShippedCopy> offer(ProcessId rising) const;
    /// At x: what would be shipped both ways, in bytes.
    [[nodiscard]] std::uint64_t price(const std::vector<ShippedCopy>& offered) const;
    /// At x: objects below b that are newer than p's.
    [[nodiscard]] std::vector<Object> for_sinking(ProcessId abandoned) const;
    /// At p: objects at p and below c that are newer than x's.
    [[nodiscard]] std::vector<Object> for_rising(ProcessId rising,
                                                 const std::vector<KnownVersion>& known) const;

 private:
    /// Whether p's copy of this object will be needed at x.
    [[nodiscard]] bool stays_below(const ObjectId& id, ProcessId rising) const;

    const State& state_;
};

}  // namespace tributary::netlayer
