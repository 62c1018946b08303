#pragma once
// Captures and flow exports in, finished flow records out: the one entry of the program into this
// layer. Records come in end-time order, direction decided, whatever the source was.
// Memory is bounded by the options, not by the input. One thread per call; the sink is called on
// that thread and must not keep the reference.
// Source: docs/flows.md.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "datasets/export/export_record.hpp"
#include "datasets/flow/timeouts.hpp"
#include "datasets/packet/packet_source.hpp"
#include "datasets/record.hpp"

namespace tributary::datasets {

class PacketWatcher;

/// What the packets of a file are taken for.
enum class InputKind {
    automatic,  ///< exports when its first packets are all export datagrams to one UDP port
    packets,    ///< traffic to be metered
    exports,    ///< datagrams of flow exporters: NetFlow v5/v9, IPFIX, sFlow v5
};

struct IngestOptions {
    InputKind kind = InputKind::automatic;
    Reader reader = Reader::mapped;
    std::uint32_t max_flows = 262'144;    ///< open flows in the table; one more evicts one
    std::uint32_t max_waiting = 131'072;  ///< records that wait for their place in end order
    bool key_vlan = false;                ///< flows of different VLANs are different flows
    bool open_tunnels = false;            ///< meter what tunnels carry instead of the tunnel
    Timeouts timeouts;                    ///< the defaults are the shared specification
    Micros export_hold{420'000'000};      ///< how long an export record waits for its pieces
    bool keep_sequences = false;  ///< records bear their packets' sizes and gaps (schema splt/1)
    PacketWatcher* watcher = nullptr;  ///< tells the applications of flows; outlives the ingestion
    bool is_live = false;  ///< export records wait only as long as their exporters' timeouts ask
    ExportRecordSink on_record;  ///< receives export records as they were sent; may be empty
};

/// A place where a file could not be read further; everything before it was used.
struct Damage {
    std::string file;
    std::optional<std::uint64_t> offset;  ///< bytes into the uncompressed capture; none: not opened
    std::string cause;
};

/// What was seen. Every packet, datagram and record that did not become part of a flow is counted.
struct IngestReport {
    std::uint64_t files = 0;    ///< opened
    std::uint64_t packets = 0;  ///< read from all files
    std::uint64_t bytes = 0;    ///< on the wire, all packets
    std::uint64_t records = 0;  ///< export records decoded
    std::uint64_t flows = 0;    ///< given to the sink

    std::uint64_t evictions = 0;     ///< flows cut because the table was full
    std::uint64_t half_open = 0;     ///< flows cut early while the table was more than half full
    std::uint64_t continued = 0;     ///< flows that go on where one of the longest duration ended
    std::uint64_t out_of_order = 0;  ///< records given after one that ended later
    std::uint64_t waiting_full = 0;  ///< records given early because too many waited

    std::uint64_t unknown_link = 0;     ///< packets of a link type that is not decoded
    std::uint64_t unknown_network = 0;  ///< packets that carry no IP
    std::uint64_t damaged = 0;    ///< packets or datagrams whose headers contradict themselves
    std::uint64_t fragments = 0;  ///< IP fragments after the first
    std::uint64_t orphan_fragments = 0;  ///< of these, without ports: the first was not seen

    std::uint64_t datagrams = 0;          ///< export datagrams decoded
    std::uint64_t exporters = 0;          ///< distinct exporter address and source id
    std::uint64_t templates_unknown = 0;  ///< data sets that arrived before their template
    std::uint64_t option_records = 0;     ///< export records about the exporter
    std::uint64_t sequence_gaps = 0;      ///< times that an exporter's sequence number jumped ahead
    std::uint64_t sequence_lost = 0;      ///< records (v9, sFlow: datagrams) missing in these gaps
    std::uint64_t kernel_drops = 0;       ///< packets or datagrams that the system had no room for
    std::uint64_t sampled = 0;            ///< records scaled up by a sampling rate above one
    std::uint64_t unusable = 0;           ///< export records without addresses or packets
    std::uint64_t unpaired = 0;           ///< flows from exports with one direction only

    std::map<std::string, std::uint64_t> ended;  ///< flows by end reason
    std::vector<Damage> damages;                 ///< not empty: the command exits 1
};

/// Receives each finished flow.
using FlowSink = std::function<void(const FlowRecord&)>;

/// Reads capture files (pcap, pcapng; plain, .gz, .zst), merged by packet time, and gives every
/// finished flow to the sink. A file that is damaged, or is one of several that cannot be opened,
/// stands in `damages`; what came before the damage is kept.
/// @param files    at least one
/// @return         counts of everything that was seen
/// @error          invalid_argument (no file), not_found, permission, corrupt: no file could be
///                 opened; the message names the first, the cause and the next step
/// @thread         any; one call at a time per sink
Result<IngestReport> ingest(std::span<const std::filesystem::path> files,
                            const IngestOptions& options, const FlowSink& sink);

}  // namespace tributary::datasets
