#include "datasets/export/decoder.hpp"

#include <algorithm>

#include "datasets/export/wire.hpp"

namespace tributary::datasets {
namespace {

constexpr std::uint64_t kHighestCount = std::uint64_t{1} << 53;
constexpr std::uint64_t kHighestSampling = 1U << 24;
constexpr Micros kLongestBelieved{3'600'000'000};

void scale(FlowSide& side, std::uint64_t sampling) {
    const std::uint64_t most = kHighestCount / sampling;
    side.packets = std::min(side.packets, most) * sampling;
    side.ip_bytes = std::min(side.ip_bytes, most) * sampling;
}

/// Ports mean something for TCP and UDP only; exporters keep the ICMP type in the port.
void settle_ports(FlowRecord& record) {
    if (record.protocol == kProtocolTcp || record.protocol == kProtocolUdp) return;
    const bool is_icmp = record.protocol == kProtocolIcmp || record.protocol == kProtocolIcmp6;
    if (is_icmp && record.dst_port != 0) {
        record.forward.icmp_type = static_cast<std::uint8_t>(record.dst_port >> 8);
        record.forward.icmp_code = static_cast<std::uint8_t>(record.dst_port & 0xff);
        // A record of both directions tells one type, not whose it is.
        if (record.backward.packets != 0) {
            record.backward.icmp_type = record.forward.icmp_type;
            record.backward.icmp_code = record.forward.icmp_code;
        }
    }
    record.src_port = 0;
    record.dst_port = 0;
}

bool looks_like_sets(ByteView payload, std::size_t header, std::uint16_t lowest) {
    if (payload.size() < header + 4) return false;
    const std::uint16_t id = load_be16(payload.data() + header);
    const std::uint16_t length = load_be16(payload.data() + header + 2);
    const bool is_set = (id >= lowest && id <= lowest + 1) || id >= kLowestDataSet;
    return is_set && length >= 4 && length <= payload.size() - header;
}

}  // namespace

bool looks_like_export(ByteView payload) {
    if (payload.size() < 16) return false;
    const std::uint16_t version = load_be16(payload.data());
    const std::uint16_t second = load_be16(payload.data() + 2);
    switch (version) {
        case 5:
            return second >= 1 && second <= kMostV5Records &&
                   payload.size() == kV5Header + second * kV5Record;
        case 9: return looks_like_sets(payload, kV9Header, 0);
        case 10: return second == payload.size() && looks_like_sets(payload, kIpfixHeader, 2);
        case 0: {
            const std::uint32_t kind = load_be32(payload.data() + 4);
            return second == 5 && (kind == 1 || kind == 2) && payload.size() >= kSflowHeader;
        }
        default: return false;
    }
}

bool begins_like_export(ByteView first_piece) {
    if (first_piece.size() < kIpfixHeader) return false;
    switch (load_be16(first_piece.data())) {
        case 9: return true;
        case kIpfixVersion: return load_be16(first_piece.data() + 2) > first_piece.size();
        case 0: return load_be16(first_piece.data() + 2) == 5;
        default: return false;  // version 5 fits into one packet
    }
}

bool ExportDecoder::decode(const Sender& sender, ByteView datagram, Micros arrival) {
    ++counts_.datagrams;
    bool intact = false;
    if (datagram.size() >= 4 && datagram.size() <= kLargestDatagram) {
        switch (load_be16(datagram.data())) {
            case 5: intact = decode_v5(sender, datagram); break;
            case 9: intact = decode_v9(sender, datagram); break;
            case 10: intact = decode_ipfix(sender, datagram); break;
            case 0: intact = decode_sflow(sender, datagram, arrival); break;
            default: break;
        }
    }
    if (!intact) ++counts_.damaged;
    give_batch();
    return intact;
}

void ExportDecoder::give_batch() {
    if (filled_ == 0) return;
    sink_(std::span(batch_).first(filled_));
    filled_ = 0;
}

Exporter& ExportDecoder::exporter_for(const ExporterKey& key) {
    auto found = exporters_.find(key);
    if (found == exporters_.end()) {
        ++counts_.exporters;
        if (exporters_.size() >= kMaxExporters) {
            exporters_.erase(std::min_element(exporters_.begin(), exporters_.end(),
                                              [](const auto& a, const auto& b) {
                                                  return a.second.last_used < b.second.last_used;
                                              }));
        }
        found = exporters_.try_emplace(key).first;
    }
    found->second.last_used = ++uses_;
    return found->second.exporter;
}

void ExportDecoder::follow(Exporter& exporter, std::uint32_t sequence, std::uint32_t units) {
    const std::uint32_t missing = exporter.missing_before(sequence);
    exporter.expect_next(sequence + units);
    if (missing == 0) return;
    ++counts_.sequence_gaps;
    counts_.sequence_lost += missing;
}

/// The last step of every format, with the record that was read: what it must have, scaling, ports.
void ExportDecoder::deliver(std::uint64_t sampling, Micros sent) {
    FlowRecord& record = batch_[filled_];
    ++counts_.records;
    if (record.forward.packets == 0 && record.backward.packets == 0) {
        ++counts_.unusable;
        return;
    }
    if (sampling > 1) {
        ++counts_.sampled;
        record.sampling = static_cast<std::uint32_t>(std::min(sampling, kHighestSampling));
        scale(record.forward, record.sampling);
        scale(record.backward, record.sampling);
    }
    settle_ports(record);
    record.start = std::max(record.start, Micros(0));
    record.end = std::max(record.start, record.end);
    if (record.forward.packets == 0) record.forward_start = Micros(0);
    if (record.protocol != kProtocolTcp) record.forward.flags = record.backward.flags = 0;
    record.end_reason = EndReason::exported;
    const Micros delay = sent - record.end;
    if (delay > longest_delay_ && delay < kLongestBelieved) longest_delay_ = delay;
    const Micros duration = record.end - record.start;
    if (duration > longest_record_ && duration < kLongestBelieved) longest_record_ = duration;
    if (++filled_ == batch_.size()) give_batch();
}

}  // namespace tributary::datasets
