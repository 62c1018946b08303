#include "datasets/export/live_exports.hpp"

#include "base/clock.hpp"
#include "datasets/ingestion.hpp"

namespace tributary::datasets {

namespace {

constexpr Micros kTick{100'000};
constexpr int kMostLastBatches = 4096;  // when told to stop while datagrams keep coming

}  // namespace

Result<IngestReport> ingest_live(UdpListener& listener, const IngestOptions& options,
                                 const LiveHooks& hooks, const FlowSink& sink) {
    IngestOptions live = options;
    live.is_live = true;
    IngestReport report;
    Ingestion ingestion(live, {.packets = false, .exports = true}, sink, report);
    const SystemClock clock;
    Micros last_arrival = clock.monotonic();
    const auto take = [&](const Sender& sender, ByteView datagram) {
        ++report.packets;
        report.bytes += datagram.size();
        ingestion.take_datagram(sender, datagram, clock.wall());
    };
    while (!hooks.should_stop()) {
        TRIBUTARY_TRY(const std::size_t received, listener.receive(kTick, take));
        if (received > 0) {
            last_arrival = clock.monotonic();
            continue;
        }
        ingestion.idle_exports(clock.monotonic() - last_arrival);
        if (hooks.on_quiet) hooks.on_quiet();
    }
    for (int batch = 0; batch < kMostLastBatches; ++batch) {
        TRIBUTARY_TRY(const std::size_t received, listener.receive(Micros(0), take));
        if (received == 0) break;
    }
    ingestion.finish();
    report.kernel_drops = listener.drops();
    return report;
}

}  // namespace tributary::datasets
