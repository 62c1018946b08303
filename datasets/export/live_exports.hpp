#pragma once
// Flow exports as they arrive -> finished flow records, in end-time order. The live counterpart of
// `ingest`. One thread per call; the sink is called on that thread.
// Source: docs/flows.md, "Live exports".

#include <functional>

#include "datasets/export/udp_listener.hpp"
#include "datasets/ingest.hpp"

namespace tributary::datasets {

/// What a live source asks its owner.
struct LiveHooks {
    std::function<bool()> should_stop;  ///< asked a few times a second
    std::function<void()> on_quiet;     ///< nothing arrives right now; may be empty
};

/// Takes datagrams until told to stop; then what has arrived, and everything that still waits.
/// @return  counts of everything that was seen, what the kernel dropped among them
/// @error   io; limits as in `ingest`
Result<IngestReport> ingest_live(UdpListener& listener, const IngestOptions& options,
                                 const LiveHooks& hooks, const FlowSink& sink);

}  // namespace tributary::datasets
