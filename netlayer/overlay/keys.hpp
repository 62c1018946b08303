#pragma once
// Which key a process gets. Keys come before rotations: neighbours in key order can become
// neighbours in the tree. The coordinator assigns them by organization, then site and sensor, with
// the bits of the organization's and the sensor's number reversed, so that numbers that come in
// order do not build a path.
// Invariant: distinct origins get distinct keys, none of them reserved.
// Values; any thread. Source: overlay design, decision 5; protocol §6.

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "netlayer/overlay/trace.hpp"
#include "netlayer/overlay/tree.hpp"

namespace tributary::netlayer::overlay {

/// Where a process stands: numbers that count from 0.
struct Origin {
    std::uint32_t organization = 0;
    std::uint32_t site = 0;
    std::uint32_t sensor = 0;
};

inline constexpr int kOrganizationBits = 20;
inline constexpr int kSiteBits = 20;
inline constexpr int kSensorBits = 20;

/// The default: processes of one organization, and of one site, are neighbours in key order.
/// @error limit_exceeded (a number that does not fit)
Result<Key> organization_key(const Origin& origin);

/// A key that says nothing about its owner.
/// @error limit_exceeded
Result<Key> hashed_key(const Origin& origin);

/// Orders nodes so that those which exchange most stand close: halves the demand again and again,
/// exchanging nodes between the halves as long as fewer requests cross.
std::vector<NodeId> bisection_order(std::uint32_t nodes, std::span<const Request> requests);

}  // namespace tributary::netlayer::overlay
