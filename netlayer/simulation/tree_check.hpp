#pragma once
// What must hold of the search tree and of rotations, looked at from outside.
// Checked: a process' children lie in its two slots, one in each; of two neighbours that take each
// other for parent and child, the child's interval is the slot it stands in; every lock of g and b
// belongs to a rotation that is under way or to one whose end is on its way to it.
// Pure functions; any thread. Protocol rules, section 8.

#include <string>

#include "netlayer/simulation/world.hpp"
#include "netlayer/state.hpp"

namespace tributary::netlayer::simulation {

// Each returns the first violation found, or an empty string.
[[nodiscard]] std::string check_place(const State& state);
[[nodiscard]] std::string check_edge(const State& parent, const State& child);
[[nodiscard]] std::string check_locks(const World& world);

}  // namespace tributary::netlayer::simulation
