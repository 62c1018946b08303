#include "app/cli/listen.hpp"

#include <iostream>

#include "app/cli/signals.hpp"
#include "datasets/export/live_exports.hpp"
#include "datasets/ingest_live.hpp"

namespace tributary::app {

Result<datasets::IngestReport> listen_for_exports(const std::string& address,
                                                  const datasets::IngestOptions& options,
                                                  const std::function<void()>& on_quiet,
                                                  const datasets::FlowSink& sink) {
    TRIBUTARY_TRY(const auto where, datasets::parse_listen_address(address));
    TRIBUTARY_TRY(datasets::UdpListener listener, datasets::UdpListener::open(where));
    block_signals();
    std::cerr << "tributary: listening on UDP port " << listener.port() << "; end with Ctrl-C\n";
    return ingest_live(listener, options, {.should_stop = signal_came, .on_quiet = on_quiet}, sink);
}

Result<datasets::IngestReport> capture_live(const datasets::LiveOptions& live,
                                            const datasets::IngestOptions& options,
                                            const std::function<void()>& on_quiet,
                                            const datasets::FlowSink& sink) {
    TRIBUTARY_TRY(datasets::LiveCapture capture, datasets::LiveCapture::open(live));
    block_signals();
    std::cerr << "tributary: capturing on " << live.interface << "; end with Ctrl-C\n";
    return ingest_live(capture, options, {.should_stop = signal_came, .on_quiet = on_quiet}, sink);
}

}  // namespace tributary::app
