#pragma once
// A history as independent checkers read it. Pure function; any thread.

#include <set>

#include "netlayer/simulation/history.hpp"
#include "netlayer/simulation/simulator.hpp"

namespace tributary::netlayer::simulation {

/// One record an operation, in the order of their invocations.
/// @param durable  those that count (netlayer/simulation/verdict.hpp)
std::vector<OperationRecord> records(const History& history, const std::set<OperationId>& durable);

}  // namespace tributary::netlayer::simulation
