#pragma once
// `tributary flows --listen` and `--interface`: export datagrams or packets from the network until
// SIGINT or SIGTERM. Main thread only.

#include <functional>
#include <string>

#include "base/result.hpp"
#include "datasets/ingest.hpp"
#include "datasets/packet/live_capture.hpp"

namespace tributary::app {

/// @param address   "udp:2055", "udp:ADDRESS:PORT"
/// @param on_quiet  nothing arrives right now: a good moment to write
/// @error invalid_argument, permission, conflict, io
Result<datasets::IngestReport> listen_for_exports(const std::string& address,
                                                  const datasets::IngestOptions& options,
                                                  const std::function<void()>& on_quiet,
                                                  const datasets::FlowSink& sink);

/// @param on_quiet  nothing arrives right now: a good moment to write
/// @error not_found, permission, invalid_argument (filter), io
Result<datasets::IngestReport> capture_live(const datasets::LiveOptions& live,
                                            const datasets::IngestOptions& options,
                                            const std::function<void()>& on_quiet,
                                            const datasets::FlowSink& sink);

}  // namespace tributary::app
