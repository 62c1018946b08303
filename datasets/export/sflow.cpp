// sFlow v5: packets sampled by a switch. Each sample is one packet that stands for `rate` packets;
// the normalizer joins those of one key.

#include <algorithm>
#include <optional>

#include "datasets/export/decoder.hpp"
#include "datasets/export/wire.hpp"
#include "datasets/packet/decode.hpp"

namespace tributary::datasets {
namespace {

constexpr std::uint32_t kFlowSample = 1;
constexpr std::uint32_t kExpandedFlowSample = 3;
constexpr std::uint32_t kRawHeader = 1;
constexpr std::uint32_t kSampledV4 = 3;
constexpr std::uint32_t kSampledV6 = 4;
constexpr std::uint32_t kMaxSamples = 4096;
constexpr std::uint32_t kMaxSampleRecords = 256;

// Numbers of libpcap for what a raw header starts with.
constexpr int kLinkEthernet = 1;
constexpr int kLinkPpp = 9;
constexpr int kLinkRawIp = 12;

std::optional<int> link_type_of(std::uint32_t header_protocol) {
    switch (header_protocol) {
        case 1: return kLinkEthernet;
        case 7: return kLinkPpp;
        case 11:
        case 12: return kLinkRawIp;
        default: return std::nullopt;
    }
}

/// A packet header as the switch saw it.
std::optional<PacketInfo> read_raw_header(ByteReader record) {
    const auto link_type = link_type_of(record.be32());
    const std::uint32_t frame_bytes = record.be32();
    const std::uint32_t stripped = record.be32();
    const std::uint32_t header_bytes = record.be32();
    const ByteView header = record.take(header_bytes);
    if (!record.ok() || !link_type) return std::nullopt;
    PacketInfo packet;
    const std::uint32_t wire_bytes = frame_bytes - std::min(frame_bytes, stripped);
    const Frame frame{*link_type, header, std::max(wire_bytes, header_bytes)};
    if (decode(frame, packet) != Decoded::flow) return std::nullopt;
    return packet;
}

/// The parts of a packet that the switch has taken apart itself.
std::optional<PacketInfo> read_sampled_ip(ByteReader record, bool is_v6) {
    PacketInfo packet;
    packet.ip_bytes = record.be32();
    packet.protocol = static_cast<std::uint8_t>(record.be32());
    for (Address* address : {&packet.src, &packet.dst}) {
        const ByteView bytes = record.take(is_v6 ? 16 : 4);
        std::copy(bytes.begin(), bytes.end(), address->bytes.begin());
        address->is_v6 = is_v6;
    }
    packet.src_port = static_cast<std::uint16_t>(record.be32());
    packet.dst_port = static_cast<std::uint16_t>(record.be32());
    packet.flags = static_cast<std::uint8_t>(record.be32());
    if (!record.ok()) return std::nullopt;
    return packet;
}

/// The packet of a sample; a raw header tells most, whatever the order of the records.
/// @param intact  false when a record is cut off
std::optional<PacketInfo> read_packet(ByteReader& sample, std::uint32_t records, bool& intact) {
    std::optional<PacketInfo> raw;
    std::optional<PacketInfo> taken_apart;
    for (std::uint32_t i = 0; i < records; ++i) {
        const std::uint32_t kind = sample.be32();
        const ByteReader record(sample.take(sample.be32()));
        if (!sample.ok()) {
            intact = false;
            break;
        }
        if (kind == kRawHeader && !raw) raw = read_raw_header(record);
        if (kind == kSampledV4 || kind == kSampledV6) {
            taken_apart = read_sampled_ip(record, kind == kSampledV6);
        }
    }
    return raw ? raw : taken_apart;
}

Address read_agent(ByteReader& reader) {
    Address agent;
    const std::uint32_t kind = reader.be32();
    agent.is_v6 = kind == 2;
    const ByteView bytes = reader.take(agent.is_v6 ? 16 : 4);
    std::copy(bytes.begin(), bytes.end(), agent.bytes.begin());
    return agent;
}

}  // namespace

bool ExportDecoder::decode_sflow(const Sender& sender, ByteView datagram, Micros arrival) {
    ByteReader reader(datagram);
    if (reader.be32() != 5) return false;
    const Address agent = read_agent(reader);
    const std::uint32_t sub_agent = reader.be32();
    const std::uint32_t sequence = reader.be32();
    const ExportTime time{reader.be32(), arrival};
    const std::uint32_t samples = reader.be32();
    if (!reader.ok() || samples > kMaxSamples) return false;
    // One sender may pass on the datagrams of many agents.
    const ExporterKey key{kSflowVersion, Sender{agent, sender.port}, sub_agent};
    Exporter& exporter = exporter_for(key);
    exporter.set_clock(time);
    follow(exporter, sequence, 1);
    const Micros seen = exporter.wall_of(time.uptime_ms, time);
    bool intact = true;
    for (std::uint32_t i = 0; i < samples; ++i) {
        const std::uint32_t kind = reader.be32();
        ByteReader sample(reader.take(reader.be32()));
        if (!reader.ok()) return false;
        if (kind == kFlowSample || kind == kExpandedFlowSample) {
            const bool is_expanded = kind == kExpandedFlowSample;
            intact = read_flow_sample(sample, is_expanded, key, seen) && intact;
        } else {
            ++counts_.option_records;
        }
    }
    return intact;
}

bool ExportDecoder::read_flow_sample(ByteReader& sample, bool is_expanded, const ExporterKey& key,
                                     Micros time) {
    sample.skip(is_expanded ? 12 : 8);  // sequence, source
    const std::uint32_t rate = sample.be32();
    sample.skip(is_expanded ? 24 : 16);  // pool, drops, interfaces
    const std::uint32_t records = sample.be32();
    if (!sample.ok() || records > kMaxSampleRecords) return false;
    bool intact = true;
    const std::optional<PacketInfo> packet = read_packet(sample, records, intact);
    FlowRecord& flow = next_record();
    flow = FlowRecord{};
    flow.start = flow.end = flow.forward_start = time;
    if (packet) {
        flow.src = packet->src;
        flow.dst = packet->dst;
        flow.src_port = packet->src_port;
        flow.dst_port = packet->dst_port;
        flow.protocol = packet->protocol;
        flow.vlan = packet->vlan;
        flow.has_flags = true;
        flow.forward = {.packets = 1,
                        .ip_bytes = packet->ip_bytes,
                        .frame_bytes = 0,
                        .flags = packet->flags,
                        .icmp_type = packet->icmp_type,
                        .icmp_code = packet->icmp_code};
        if (records_) tell_packet(flow, rate, key);
    }
    deliver(rate, time);
    return intact;
}

/// Tells a sampled packet as if it were a record of elements.
void ExportDecoder::tell_packet(const FlowRecord& packet, std::uint32_t rate,
                                const ExporterKey& key) {
    ByteWriter numbers;
    fields_.clear();
    numbers.be64(packet.forward.ip_bytes);
    numbers.be64(packet.forward.packets);
    numbers.be32(rate);
    numbers.be16(packet.src_port);
    numbers.be16(packet.dst_port);
    numbers.u8(packet.protocol);
    numbers.u8(packet.forward.flags);
    ByteReader reader(numbers.bytes());
    const auto add = [this](std::uint16_t element, ByteView value) {
        fields_.push_back({0, element, value});
    };
    const bool is_v6 = packet.src.is_v6;
    const std::size_t address_bytes = is_v6 ? 16 : 4;
    add(is_v6 ? 27 : 8, ByteView(packet.src.bytes).first(address_bytes));
    add(is_v6 ? 28 : 12, ByteView(packet.dst.bytes).first(address_bytes));
    add(1, reader.take(8));
    add(2, reader.take(8));
    add(34, reader.take(4));
    add(7, reader.take(2));
    add(11, reader.take(2));
    add(4, reader.take(1));
    add(6, reader.take(1));
    tell(key, packet.start, 0, false);
}

}  // namespace tributary::datasets
