#include "datasets/ingest_live.hpp"

#include "base/clock.hpp"
#include "datasets/ingestion.hpp"

namespace tributary::datasets {

namespace {

/// A packet may stay in the ring for LiveCapture::kWaitMs before it is seen.
constexpr Micros kLatestPacket{2'000'000};
constexpr int kMostLastVisits = 4096;  // when told to stop while packets keep coming

class LiveFeeder final : public PacketVisitor {
 public:
    LiveFeeder(int link_type, Ingestion& ingestion)
        : link_type_(link_type), ingestion_(ingestion) {}

    void take(const RawPacket& packet) override {
        ingestion_.take({link_type_, packet.bytes, packet.wire_bytes}, packet.time, false);
    }

 private:
    int link_type_;
    Ingestion& ingestion_;
};

}  // namespace

Result<IngestReport> ingest_live(LiveCapture& capture, const IngestOptions& options,
                                 const LiveHooks& hooks, const FlowSink& sink) {
    IngestReport report;
    Ingestion ingestion(options, {.packets = true, .exports = false}, sink, report);
    LiveFeeder feeder(capture.link_type(), ingestion);
    const SystemClock clock;
    while (!hooks.should_stop()) {
        TRIBUTARY_TRY(const std::size_t shown, capture.visit(feeder));
        if (shown > 0) continue;
        ingestion.idle(clock.wall() - kLatestPacket);
        if (hooks.on_quiet) hooks.on_quiet();
    }
    for (int visit = 0; visit < kMostLastVisits; ++visit) {
        TRIBUTARY_TRY(const std::size_t shown, capture.visit(feeder));
        if (shown == 0) break;
    }
    ingestion.finish();
    report.kernel_drops = capture.drops();
    return report;
}

}  // namespace tributary::datasets
