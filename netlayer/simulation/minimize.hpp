#pragma once
// Delta debugging (ddmin): leaves out halves, quarters, ..., single ones of a list, as long as what
// remains still fails. Pure; any thread.
// Source: Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input, 2002.

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace tributary::netlayer::simulation {

using Numbers = std::vector<std::uint64_t>;

/// Tries what remains.
/// @return  nothing if it does not fail; otherwise it, or a part of it that fails as well
using Fails = std::function<std::optional<Numbers>(const Numbers& remaining)>;

/// @param failing  what fails
/// @return         a part that fails, and of which, if `fails` has tried all it was asked for, no
///                 single one can be left out
Numbers minimize(Numbers failing, const Fails& fails);

}  // namespace tributary::netlayer::simulation
