#pragma once
// The way of a packet or an export datagram to a finished record: decode, fragments, meter or
// export decoder, normalizer. Behind files and behind live sources alike.
// Invariant: everything taken is in a record or counted in the report. One thread.
// Source: docs/flows.md.

#include <array>
#include <optional>

#include "datasets/export/datagram_assembler.hpp"
#include "datasets/export/decoder.hpp"
#include "datasets/flow/flow_table.hpp"
#include "datasets/flow/normalizer.hpp"
#include "datasets/flow/stream_clock.hpp"
#include "datasets/ingest.hpp"
#include "datasets/packet/fragment_table.hpp"

namespace tributary::datasets {

class Ingestion {
 public:
    /// What the sources give. With both kinds, records wait for the slower one.
    struct Kinds {
        bool packets = false;
        bool exports = false;
    };

    /// @param sink, report  must outlive the ingestion
    Ingestion(const IngestOptions& options, Kinds kinds, const FlowSink& sink,
              IngestReport& report);

    /// Takes one captured packet.
    /// @param is_datagram  it carries an export datagram and is not traffic itself
    void take(const Frame& frame, Micros time, bool is_datagram);
    /// Takes the payload of one export datagram as received.
    void take_datagram(const Sender& sender, ByteView payload, Micros arrival);
    /// No datagram came for this long: the time of the records goes on without them.
    void idle_exports(Micros silence);
    /// Nothing arrived: flows that are silent at this time end.
    /// @param now  never ahead of the packets that are still to come
    void idle(Micros now);
    /// Ends every flow and completes the report.
    void finish();

 private:
    void take_packet(PacketInfo& info);
    void take_exported_packet(const PacketInfo& info);
    void meter_batch();
    void take_metered(const FlowRecord& record, std::uint32_t hash);
    void take_exported(std::span<FlowRecord> records);
    [[nodiscard]] Micros hold_of_exports() const;
    void advance(const StreamClock& clock, const StreamClock& other);
    void give(const FlowRecord& record);
    void fill_report();

    IngestReport& report_;
    const FlowSink& sink_;
    bool is_mixed_;
    bool open_tunnels_;
    /// What looks into packets sees them before the source reads on.
    bool meters_each_packet_;
    Timeouts timeouts_;
    PacketSequences sequences_;  ///< empty unless they are asked for
    Normalizer normalizer_;
    FlowTable table_;
    ExportDecoder exports_;
    std::optional<Micros> longest_hold_;  ///< set: the hold follows the records, up to this
    FragmentTable fragments_;
    DatagramAssembler assembler_;
    StreamClock export_clock_;
    std::array<PacketInfo, FlowTable::kBatch> batch_;
    std::size_t filled_ = 0;
    std::array<std::uint64_t, kEndReasons> ended_{};  ///< flows by end reason
    Micros advanced_ = Micros::min();
};

}  // namespace tributary::datasets
