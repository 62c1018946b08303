#include "datasets/ingest.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "datasets/flow/flow_table.hpp"
#include "datasets/flow/netflow.hpp"
#include "datasets/flow/normalizer.hpp"
#include "datasets/packet/capture_merge.hpp"
#include "datasets/packet/fragment_table.hpp"

namespace tributary::datasets {

namespace {

constexpr std::size_t kMaxFiles = 256;
constexpr std::uint32_t kMostEntries = 1U << 26;

using Paths = std::span<const std::filesystem::path>;

bool is_export(const Frame& frame, PacketInfo& info) {
    return decode(frame, info) == Decoded::flow && info.fragment == Fragment::whole &&
           looks_like_netflow(info.udp_payload);
}

/// True when the first packets are all NetFlow datagrams to one port.
bool holds_exports(const std::vector<Bytes>& packets, int link_type) {
    std::uint16_t port = 0;
    for (const Bytes& bytes : packets) {
        PacketInfo info;
        const Frame frame{link_type, bytes, static_cast<std::uint32_t>(bytes.size())};
        if (!is_export(frame, info)) return false;
        if (port != 0 && info.dst_port != port) return false;
        port = info.dst_port;
    }
    return port != 0;
}

/// The opened files and what is known of them.
struct Inputs {
    CaptureMerge merge;
    std::vector<std::string> names;
    std::vector<bool> exports;
    bool any_exports = false;
    bool any_packets = false;
};

Result<Inputs> open_all(Paths files, InputKind kind, IngestReport& report) {
    Inputs inputs;
    Error first_error;
    for (const std::filesystem::path& path : files) {
        auto file = CaptureFile::open(path);
        if (!file) {
            if (report.damages.empty()) first_error = file.error();
            report.damages.push_back({path.string(), 0, file.error().message});
            continue;
        }
        const int link_type = file->link_type();
        inputs.merge.add(std::move(*file));
        const std::size_t number = inputs.names.size();
        inputs.names.push_back(path.string());
        const bool exports = kind == InputKind::exports ||
                             (kind == InputKind::automatic &&
                              holds_exports(inputs.merge.first_packets(number), link_type));
        inputs.exports.push_back(exports);
        (exports ? inputs.any_exports : inputs.any_packets) = true;
    }
    if (inputs.names.empty()) return fail(first_error);
    report.files = inputs.names.size();
    return inputs;
}

NormalizerOptions normalizer_options(const IngestOptions& options, bool any_exports) {
    NormalizerOptions made;
    made.max_waiting = options.max_waiting;
    made.key_vlan = options.key_vlan;
    made.timeouts = options.timeouts;
    made.hold = options.timeouts.longest_idle() + Micros(2'000'000);
    if (any_exports) made.hold = std::max(made.hold, options.export_hold);
    return made;
}

/// Packets and datagrams in, finished records to the sink; everything is counted in the report.
class Ingestion {
 public:
    Ingestion(const IngestOptions& options, const Inputs& inputs, const FlowSink& sink,
              IngestReport& report)
        : report_(report),
          sink_(sink),
          is_mixed_(inputs.any_exports && inputs.any_packets),
          normalizer_(normalizer_options(options, inputs.any_exports),
                      [this](const FlowRecord& record) { give(record); }),
          table_({options.max_flows, options.key_vlan, options.timeouts},
                 [this](const FlowRecord& record) { take_metered(record); }),
          netflow_([this](const FlowRecord& record) { take_exported(record); }) {}

    void take(const Frame& frame, Micros time, bool is_datagram) {
        ++report_.packets;
        report_.bytes += frame.wire_bytes;
        PacketInfo& info = batch_[filled_];
        info.time = time;
        switch (decode(frame, info)) {
            case Decoded::flow: break;
            case Decoded::unknown_link: ++report_.unknown_link; return;
            case Decoded::unknown_network: ++report_.unknown_network; return;
            case Decoded::damaged: ++report_.damaged; return;
        }
        if (is_datagram) {
            take_datagram(info);
        } else {
            take_packet(info);
        }
    }

    void finish() {
        meter_batch();
        table_.flush();
        normalizer_.flush();
        fill_report();
    }

 private:
    void take_packet(PacketInfo& info) {
        if (info.fragment == Fragment::later) ++report_.fragments;
        if (!fragments_.resolve(info)) ++report_.orphan_fragments;
        if (++filled_ == batch_.size()) meter_batch();
    }

    void meter_batch() {
        if (filled_ == 0) return;
        table_.add(std::span(batch_).first(filled_));
        filled_ = 0;
        advance(table_.clock(), export_clock_);
    }

    void take_datagram(const PacketInfo& info) {
        if (info.udp_payload.empty()) return;
        netflow_.decode(info.src, info.udp_payload);
        advance(export_clock_, table_.clock());
    }

    void take_metered(const FlowRecord& record) {
        const bool cut =
            record.end_reason == EndReason::evicted || record.end_reason == EndReason::half_open;
        if (cut) {
            normalizer_.add_piece(record);
        } else {
            normalizer_.add_whole(record);
        }
    }

    void take_exported(const FlowRecord& record) {
        if (export_clock_.observe(record.end) == StreamClock::Move::back) normalizer_.flush();
        normalizer_.add_export(record);
    }

    /// Moves the normalizer to the time of the stream; with both kinds, of the slower one.
    void advance(const StreamClock& clock, const StreamClock& other) {
        if (!clock.started() || (is_mixed_ && !other.started())) return;
        const Micros now = is_mixed_ ? std::min(clock.now(), other.now()) : clock.now();
        if (now < advanced_) normalizer_.flush();
        advanced_ = now;
        normalizer_.advance(now);
    }

    void give(const FlowRecord& record) {
        ++report_.ended[to_string(record.end_reason)];
        const bool one_way = record.forward.packets == 0 || record.backward.packets == 0;
        if (one_way && record.forward.frame_bytes == 0) ++report_.unpaired;
        sink_(record);
    }

    void fill_report() {
        report_.flows = normalizer_.counts().flows;
        report_.out_of_order = normalizer_.counts().out_of_order;
        report_.waiting_full = normalizer_.counts().waiting_full;
        report_.evictions = table_.counts().evictions;
        report_.half_open = table_.counts().half_open;
        const NetflowDecoder::Counts& exported = netflow_.counts();
        report_.records = exported.records;
        report_.damaged += exported.damaged;
        report_.datagrams = exported.datagrams;
        report_.exporters = exported.exporters;
        report_.templates_unknown = exported.templates_unknown;
        report_.sequence_gaps = exported.sequence_gaps;
        report_.sampled = exported.sampled;
        report_.unusable = exported.unusable;
    }

    IngestReport& report_;
    const FlowSink& sink_;
    bool is_mixed_;
    Normalizer normalizer_;
    FlowTable table_;
    NetflowDecoder netflow_;
    FragmentTable fragments_;
    StreamClock export_clock_;
    std::array<PacketInfo, FlowTable::kBatch> batch_;
    std::size_t filled_ = 0;
    Micros advanced_ = Micros::min();
};

Status check_options(Paths files, const IngestOptions& options) {
    if (files.empty()) {
        return fail(Errc::invalid_argument, "no capture was given: name at least one file");
    }
    if (files.size() > kMaxFiles) {
        return fail(Errc::limit_exceeded, "more than 256 files at once: ingest them in parts");
    }
    const auto within = [](std::uint32_t value) { return value >= 1 && value <= kMostEntries; };
    if (!within(options.max_flows) || !within(options.max_waiting)) {
        return fail(
            Errc::invalid_argument,
            "max_flows and max_waiting must be between 1 and 67108864: correct the options");
    }
    return {};
}

}  // namespace

Result<IngestReport> ingest(Paths files, const IngestOptions& options, const FlowSink& sink) {
    TRIBUTARY_CHECK(check_options(files, options));
    IngestReport report;
    TRIBUTARY_TRY(auto inputs, open_all(files, options.kind, report));
    Ingestion ingestion(options, inputs, sink, report);
    RawPacket packet;
    std::size_t file = 0;
    while (inputs.merge.next(packet, file)) {
        const Frame frame{inputs.merge.file(file).link_type(), packet.bytes, packet.wire_bytes};
        ingestion.take(frame, packet.time, inputs.exports[file]);
    }
    ingestion.finish();
    for (std::size_t i = 0; i < inputs.names.size(); ++i) {
        if (const auto& damage = inputs.merge.file(i).damage()) {
            report.damages.push_back({inputs.names[i], damage->offset, damage->cause});
        }
    }
    return report;
}

}  // namespace tributary::datasets
