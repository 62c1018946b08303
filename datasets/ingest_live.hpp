#pragma once
// Packets of a network interface -> finished flow records, in end-time order. The live counterpart
// of `ingest`. One thread per call; the sink is called on that thread.
// Source: docs/flows.md, "Live capture".

#include "datasets/export/live_exports.hpp"
#include "datasets/packet/live_capture.hpp"

namespace tributary::datasets {

/// Meters packets until told to stop; then what waits in the ring, and every open flow.
/// @return  counts of everything that was seen, what the kernel dropped among them
/// @error   io: the interface is gone
Result<IngestReport> ingest_live(LiveCapture& capture, const IngestOptions& options,
                                 const LiveHooks& hooks, const FlowSink& sink);

}  // namespace tributary::datasets
