#include "datasets/flow/netflow.hpp"

#include <algorithm>

namespace tributary::datasets {

namespace {

constexpr std::size_t kV5Header = 24;
constexpr std::size_t kV5Record = 48;
constexpr std::size_t kV9Header = 20;
constexpr std::uint16_t kMostV5Records = 30;
constexpr std::uint64_t kHighestCount = std::uint64_t{1} << 53;

Address read_v4(ByteReader& reader) {
    Address address;
    const ByteView bytes = reader.take(4);
    std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
    return address;
}

void scale(FlowSide& side, std::uint32_t sampling) {
    const std::uint64_t most = kHighestCount / sampling;
    side.packets = std::min(side.packets, most) * sampling;
    side.ip_bytes = std::min(side.ip_bytes, most) * sampling;
}

/// Ports mean something for TCP and UDP only; exporters keep the ICMP type in the port.
void settle_ports(FlowRecord& record) {
    const bool is_icmp = record.protocol == kProtocolIcmp || record.protocol == kProtocolIcmp6;
    if (is_icmp && record.dst_port != 0) {
        record.icmp_type = static_cast<std::uint8_t>(record.dst_port >> 8);
        record.icmp_code = static_cast<std::uint8_t>(record.dst_port & 0xff);
    }
    if (record.protocol == kProtocolTcp || record.protocol == kProtocolUdp) return;
    record.src_port = 0;
    record.dst_port = 0;
}

}  // namespace

bool looks_like_netflow(ByteView payload) {
    ByteReader reader(payload);
    const std::uint16_t version = reader.be16();
    const std::uint16_t count = reader.be16();
    if (version == 5) {
        return count >= 1 && count <= kMostV5Records &&
               payload.size() == kV5Header + count * kV5Record;
    }
    if (version != 9 || payload.size() < kV9Header + 4) return false;
    reader.skip(kV9Header - 4);
    const std::uint16_t id = reader.be16();
    const std::uint16_t length = reader.be16();
    return (id <= 1 || id >= 256) && length >= 4 && length <= payload.size() - kV9Header;
}

bool NetflowDecoder::decode(const Address& exporter, ByteView datagram) {
    ++counts_.datagrams;
    ByteReader reader(datagram);
    const std::uint16_t version = reader.be16();
    bool intact = false;
    if (version == 5) intact = decode_v5(exporter, reader);
    if (version == 9) intact = decode_v9(exporter, reader);
    if (!intact) ++counts_.damaged;
    return intact;
}

Exporter& NetflowDecoder::exporter_for(const ExporterKey& key) {
    const auto found = exporters_.find(key);
    if (found == exporters_.end()) {
        ++counts_.exporters;
        if (exporters_.size() >= kMaxExporters) {
            exporters_.erase(std::min_element(exporters_.begin(), exporters_.end(),
                                              [](const auto& a, const auto& b) {
                                                  return a.second.last_used < b.second.last_used;
                                              }));
        }
    }
    Known& known = exporters_[key];
    known.last_used = ++uses_;
    return known.exporter;
}

bool NetflowDecoder::decode_v5(const Address& exporter, ByteReader& reader) {
    const std::uint16_t count = reader.be16();
    ExportTime time;
    time.uptime_ms = reader.be32();
    const std::uint32_t seconds = reader.be32();
    const std::uint32_t nanoseconds = reader.be32();
    const std::uint32_t sequence = reader.be32();
    const std::uint16_t engine = reader.be16();
    const std::uint32_t interval = reader.be16() & 0x3fffU;
    if (!reader.ok() || count == 0 || count > kMostV5Records) return false;
    if (reader.remaining() < count * kV5Record) return false;
    time.wall = Micros(std::int64_t{seconds} * 1'000'000 + nanoseconds / 1000);
    Exporter& known = exporter_for({std::uint16_t{5}, exporter, engine});
    known.set_clock(time);
    if (!known.expect(sequence, count)) ++counts_.sequence_gaps;
    for (std::uint16_t i = 0; i < count; ++i) {
        decode_v5_record(reader, known, time, std::max<std::uint32_t>(interval, 1));
    }
    return true;
}

void NetflowDecoder::decode_v5_record(ByteReader& reader, const Exporter& exporter,
                                      const ExportTime& time, std::uint32_t sampling) {
    FlowRecord record;
    record.src = read_v4(reader);
    record.dst = read_v4(reader);
    reader.skip(8);  // next hop, interfaces
    record.forward.packets = reader.be32();
    record.forward.ip_bytes = reader.be32();
    record.start = exporter.wall_of(reader.be32(), time);
    record.end = exporter.wall_of(reader.be32(), time);
    record.src_port = reader.be16();
    record.dst_port = reader.be16();
    reader.skip(1);
    record.forward.flags = reader.u8();
    record.protocol = reader.u8();
    reader.skip(9);  // type of service, autonomous systems, masks, padding
    record.has_flags = true;
    deliver(record, sampling);
}

/// The last step of every format: what a record must have, scaling, ports.
void NetflowDecoder::deliver(FlowRecord& record, std::uint32_t sampling) {
    ++counts_.records;
    if (record.forward.packets == 0 && record.backward.packets == 0) {
        ++counts_.unusable;
        return;
    }
    if (sampling > 1) ++counts_.sampled;
    record.sampling = sampling;
    scale(record.forward, sampling);
    scale(record.backward, sampling);
    settle_ports(record);
    record.end = std::max(record.start, record.end);
    if (record.forward.packets != 0) record.forward_start = record.start;
    if (record.backward.packets != 0) record.backward_start = record.start;
    if (record.protocol != kProtocolTcp) record.forward.flags = record.backward.flags = 0;
    record.end_reason = EndReason::exported;
    sink_(record);
}

}  // namespace tributary::datasets
