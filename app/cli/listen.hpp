#pragma once
// `tributary flows --listen`: export datagrams from the network until SIGINT or SIGTERM. Main
// thread only.

#include <functional>
#include <string>

#include "base/result.hpp"
#include "datasets/ingest.hpp"

namespace tributary::app {

/// @param address   "udp:2055", "udp:ADDRESS:PORT"
/// @param on_quiet  nothing arrives right now: a good moment to write
/// @error invalid_argument, permission, conflict, io
Result<datasets::IngestReport> listen_for_exports(const std::string& address,
                                                  const datasets::IngestOptions& options,
                                                  const std::function<void()>& on_quiet,
                                                  const datasets::FlowSink& sink);

}  // namespace tributary::app
