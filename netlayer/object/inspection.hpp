#pragma once
// What the application can check of a version that is about to enter a process from below. The
// migration layer asks and does not know what is asked: to it a body is bytes.
// Invariant: a pure function of the two versions, or a log replayed would end otherwise.
// Source: protocol rules, section 7; docs/adr/0005.

#include <functional>

#include "base/result.hpp"
#include "netlayer/object/object.hpp"

namespace tributary::netlayer {

/// Whether a version may follow the copy that this process holds (null: it holds none). Versions
/// between the two may have been skipped. Empty: every version may.
using Inspection = std::function<Status(const Object* before, const Object& after)>;

}  // namespace tributary::netlayer
