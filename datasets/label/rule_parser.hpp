#pragma once
// The condition of a label rule as text, `TERM and TERM ...`, into terms. The language stands in
// docs/features.md. Pure function; any thread.

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "datasets/label/rule_term.hpp"

namespace tributary::datasets {

/// @param max_terms  most terms accepted
/// @error corrupt, limit_exceeded; the caller adds the line
Result<std::vector<RuleTerm>> parse_terms(std::string_view text, std::size_t max_terms);

}  // namespace tributary::datasets
