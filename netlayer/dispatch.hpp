#pragma once
// Which part of a process handles which message of a tree edge.
// Invariant: the message was admitted, and its sender is a current neighbour.
// One thread, within a step.

#include "netlayer/state.hpp"

namespace tributary::netlayer {

/// @return  false when the neighbour broke the protocol and is to be cut off
bool dispatch(State& state, ProcessId from, const Message& message);

}  // namespace tributary::netlayer
