#pragma once
// The rules of CBNet in synchronous rounds: a message moves up to two hops a round, together with a
// cluster of the nodes that a semi-splay step there would change; the step is taken when the counts
// say that it pays. Messages wait for their clusters, oldest first.
// Built for comparison, not used by the migration layer.
// One thread per run. Source: splaynet ch.5 §1 (the potential as a trigger); overlay design, §2,
// §3.

#include "base/result.hpp"
#include "netlayer/overlay/displaynet.hpp"
#include "netlayer/overlay/trace.hpp"
#include "netlayer/overlay/tree.hpp"

namespace tributary::netlayer::overlay {

/// Runs until every request is done; all of them are there at the start, one at a time per source.
/// @error none of its own
Result<RoundResult> run_cbnet(Tree start, const Trace& trace);

}  // namespace tributary::netlayer::overlay
