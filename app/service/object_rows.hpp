#pragma once
// Objects as people see them: the rows of `models` and of `status`. JSON text, because every
// reader of these rows sits behind the control socket. Any thread.

#include <string>

#include "app/service/learner.hpp"

namespace tributary::app {

/// `{"object","version","features","kind","records","vectors","bytes","contributors"}` of one
/// encoded classifier, as JSON text. `version` is the number that the migration layer gave it.
/// @error corrupt, mismatch
Result<std::string> model_row(const std::string& id, std::uint64_t version, ByteView encoded);

}  // namespace tributary::app
