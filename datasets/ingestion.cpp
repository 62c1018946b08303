#include "datasets/ingestion.hpp"

#include <algorithm>

#include "datasets/packet/tunnel.hpp"

namespace tributary::datasets {

namespace {

NormalizerOptions normalizer_options(const IngestOptions& options, bool any_exports,
                                     PacketSequences* sequences) {
    NormalizerOptions made;
    made.max_waiting = options.max_waiting;
    made.key_vlan = options.key_vlan;
    made.timeouts = options.timeouts;
    made.hash_seed = FlowTableOptions{}.hash_seed;  // a flow has one hash, in the table and here
    made.hold = options.timeouts.longest_idle() + Micros(2'000'000);
    made.is_for_exports = any_exports;
    made.sequences = sequences;
    if (any_exports) made.hold = std::max(made.hold, options.export_hold);
    return made;
}

}  // namespace

Ingestion::Ingestion(const IngestOptions& options, Kinds kinds, const FlowSink& sink,
                     IngestReport& report)
    : report_(report),
      sink_(sink),
      is_mixed_(kinds.exports && kinds.packets),
      open_tunnels_(options.open_tunnels),
      meters_each_packet_(options.keep_sequences || options.watcher != nullptr),
      timeouts_(options.timeouts),
      normalizer_(normalizer_options(options, kinds.exports,
                                     options.keep_sequences ? &sequences_ : nullptr),
                  [this](const FlowRecord& record) { give(record); }),
      table_(
          {.max_flows = kinds.packets ? options.max_flows : 1,  // without packets, a table for show
           .key_vlan = options.key_vlan,
           .timeouts = options.timeouts,
           .sequences = options.keep_sequences ? &sequences_ : nullptr,
           .watcher = options.watcher,
           .max_released = kinds.packets ? options.max_waiting : 0,
           .is_awaited = [this](std::uint32_t hash) { return normalizer_.awaits(hash); }},
          [this](const FlowRecord& record, std::uint32_t hash) { take_metered(record, hash); },
          [this](FlowRecord& record, std::uint32_t hash) { normalizer_.pass(record, hash); }),
      exports_([this](std::span<FlowRecord> records) { take_exported(records); },
               options.on_record) {
    if (options.is_live && kinds.exports) longest_hold_ = options.export_hold;
}

void Ingestion::take(const Frame& frame, Micros time, bool is_datagram) {
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
        take_exported_packet(info);
    } else {
        if (open_tunnels_) open_tunnels(info);
        take_packet(info);
    }
}

void Ingestion::take_packet(PacketInfo& info) {
    if (info.fragment == Fragment::later) ++report_.fragments;
    if (!fragments_.resolve(info)) ++report_.orphan_fragments;
    if (++filled_ == batch_.size() || meters_each_packet_) meter_batch();
}

void Ingestion::meter_batch() {
    if (filled_ == 0) return;
    std::array<std::uint32_t, FlowTable::kBatch> cuts;
    const std::size_t count = table_.prefetch_cuts(cuts);
    for (std::size_t i = 0; i < count; ++i) normalizer_.prefetch(cuts[i]);
    table_.add(std::span(batch_).first(filled_));
    filled_ = 0;
    advance(table_.clock(), export_clock_);
}

void Ingestion::take_exported_packet(const PacketInfo& info) {
    if (info.udp_payload.empty()) return;
    if (info.fragment == Fragment::whole) {
        take_datagram({info.src, info.src_port}, info.udp_payload, info.time);
        return;
    }
    if (info.fragment == Fragment::later) ++report_.fragments;
    const ByteView datagram = assembler_.add(info);
    if (!datagram.empty()) take_datagram({info.src, assembler_.src_port()}, datagram, info.time);
}

void Ingestion::take_datagram(const Sender& sender, ByteView payload, Micros arrival) {
    exports_.decode(sender, payload, arrival);
    if (longest_hold_) normalizer_.set_hold(std::min(*longest_hold_, hold_of_exports()));
    advance(export_clock_, table_.clock());
}

/// How long a record may still be preceded or continued: the rest of its flow begins within the
/// idle timeout, lasts as long as records of this exporter do, and is sent with their delay.
Micros Ingestion::hold_of_exports() const {
    constexpr Micros kHeaderTick{1'000'000};  // headers tell whole seconds
    return timeouts_.longest_idle() + exports_.longest_record() + exports_.longest_delay() +
           kHeaderTick;
}

void Ingestion::idle_exports(Micros silence) {
    if (export_clock_.started()) normalizer_.advance(export_clock_.now() + silence);
}

void Ingestion::idle(Micros now) {
    meter_batch();
    if (!table_.clock().started()) return;
    table_.advance(now);
    advance(table_.clock(), export_clock_);
}

void Ingestion::finish() {
    meter_batch();
    table_.flush();
    normalizer_.flush();
    fill_report();
}

void Ingestion::take_metered(const FlowRecord& record, std::uint32_t hash) {
    const bool cut =
        record.end_reason == EndReason::evicted || record.end_reason == EndReason::half_open;
    if (cut) {
        normalizer_.add_piece(record, hash);
    } else {
        normalizer_.add_whole(record, hash);
    }
}

/// Asks for the memory of all records before the first is used.
void Ingestion::take_exported(std::span<FlowRecord> records) {
    std::array<std::uint32_t, ExportDecoder::kBatch> hashes;
    for (std::size_t i = 0; i < records.size(); ++i) hashes[i] = normalizer_.prepare(records[i]);
    for (std::size_t i = 0; i < records.size(); ++i) normalizer_.prefetch_record(hashes[i]);
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (export_clock_.observe(records[i].end) == StreamClock::Move::back) normalizer_.flush();
        normalizer_.add_export(records[i], hashes[i]);
    }
}

/// Moves the normalizer to the time of the stream; with both kinds, of the slower one.
void Ingestion::advance(const StreamClock& clock, const StreamClock& other) {
    if (!clock.started() || (is_mixed_ && !other.started())) return;
    const Micros now = is_mixed_ ? std::min(clock.now(), other.now()) : clock.now();
    if (now < advanced_) normalizer_.flush();
    advanced_ = now;
    table_.send_released(now - normalizer_.hold());
    normalizer_.advance(now);
}

void Ingestion::give(const FlowRecord& record) {
    ++ended_[static_cast<std::size_t>(record.end_reason)];
    if (record.continued) ++report_.continued;
    const bool one_way = record.forward.packets == 0 || record.backward.packets == 0;
    if (one_way && record.forward.frame_bytes == 0) ++report_.unpaired;
    sink_(record);
}

void Ingestion::fill_report() {
    for (std::size_t i = 0; i < ended_.size(); ++i) {
        if (ended_[i] != 0) report_.ended[to_string(static_cast<EndReason>(i))] = ended_[i];
    }
    report_.flows = normalizer_.counts().flows;
    report_.out_of_order = normalizer_.counts().out_of_order;
    report_.waiting_full = normalizer_.counts().waiting_full + table_.counts().released_full;
    report_.evictions = table_.counts().evictions;
    report_.half_open = table_.counts().half_open;
    const ExportDecoder::Counts& exported = exports_.counts();
    report_.records = exported.records;
    report_.damaged += exported.damaged + assembler_.lost();
    report_.datagrams = exported.datagrams;
    report_.exporters = exported.exporters;
    report_.templates_unknown = exported.templates_unknown;
    report_.sequence_gaps = exported.sequence_gaps;
    report_.sequence_lost = exported.sequence_lost;
    report_.option_records = exported.option_records;
    report_.sampled = exported.sampled;
    report_.unusable = exported.unusable;
}

}  // namespace tributary::datasets
