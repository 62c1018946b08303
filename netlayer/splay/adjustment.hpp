#pragma once
// What a process remembers in order to know when to rotate: the policy with its numbers, what hops
// and rotations cost, and the wish that it has just now.
// Invariant: the numbers of an edge belong to one epoch of it; a wish keeps its age while it is
// refused, and is given up after a bounded number of tries.
// One thread. Overlay design, decisions 2 and 4; protocol rules, section 5.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "netlayer/identity.hpp"
#include "netlayer/options.hpp"
#include "netlayer/overlay/policy.hpp"

namespace tributary::netlayer {

/// That a child rises over this process.
struct Wish {
    ProcessId child = 0;
    std::uint64_t age = 0;  ///< when it came up
    unsigned tries = 0;
};

struct Adjustment {
    std::unique_ptr<overlay::Policy> policy;  ///< none: this process wishes nothing
    overlay::PriceMeter meter;                ///< in bytes
    std::array<Epoch, 2> edges{};             ///< to the left and to the right child; 0: none
    std::optional<Wish> wish;
    bool look = false;  ///< a number changed, or a wish was refused, since the policy was asked
};

/// Without a policy where the tree does not rotate.
Adjustment make_adjustment(const ProcessOptions& options, bool server);

}  // namespace tributary::netlayer
