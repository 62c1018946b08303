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
#include "netlayer/message.hpp"
#include "netlayer/options.hpp"
#include "netlayer/overlay/policy.hpp"

namespace tributary::netlayer {

/// A rotation that the policy proposes.
struct Wish {
    overlay::Lift lift = overlay::Lift::none;
    ProcessId child = 0;    ///< who rises, where that is a child
    std::uint64_t age = 0;  ///< when it came up
    unsigned tries = 0;
};

/// The second half of a double step: whoever comes to stand on that side instead of this child
/// rises over this process as well.
struct SecondHalf {
    overlay::Side side = overlay::Side::left;
    ProcessId instead_of = 0;
    std::uint64_t age = 0;
    Micros until{0};
};

struct Adjustment {
    std::unique_ptr<overlay::Policy> policy;  ///< none: this process wishes nothing
    overlay::PriceMeter meter;                ///< in bytes
    std::array<Epoch, 2> edges{};             ///< to the left and to the right child; 0: none
    std::optional<Wish> wish;
    std::optional<SecondHalf> second_half;
    Micros next_raise{0};     ///< a neighbour is not asked to rotate before
    Micros balance_until{0};  ///< after a join that passed here
    bool look_sizes = false;  ///< a size changed, or a step was refused, since they were looked at
    bool look = false;      ///< a number changed, or a wish was refused, since the policy was asked
    std::uint32_t era = 0;  ///< of ageing counts, as the server knows

    // At the server, for policy rebuild.
    Plan plan{};  ///< the last one; number 0: none
    std::uint64_t plans = 0;
    std::uint64_t planned_at = 0;  ///< hand-overs counted then
    std::uint64_t beats = 0;
};

/// Without a policy where the tree does not rotate.
Adjustment make_adjustment(const ProcessOptions& options, bool server);

}  // namespace tributary::netlayer
