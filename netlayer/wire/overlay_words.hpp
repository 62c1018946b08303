#pragma once
// Private to netlayer/wire: what processes tell of themselves and of the tree, on generated types.
// Reading returns nothing when a list, a text or a number is beyond what any process says.
// Functions; any thread.

#include <netlayer/wire/message.pb.h>

#include "netlayer/message.hpp"

namespace tributary::netlayer::schema {

void put(const Ping& from, wire::Ping& to);
std::optional<Ping> get(const wire::Ping& from);

/// Without the lease, whose bound is the codec's.
void put(const Pong& from, wire::Pong& to);
std::optional<Pong> get(const wire::Pong& from, Micros lease);

void put(const Raise& from, wire::Raise& to);
std::optional<Raise> get(const wire::Raise& from);

void put(const Plan& from, wire::Plan& to);
std::optional<Plan> get(const wire::Plan& from);

std::optional<RotationPolicy> policy_of(std::uint32_t number);

}  // namespace tributary::netlayer::schema
