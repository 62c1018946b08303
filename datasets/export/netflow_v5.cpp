#include <algorithm>
#include <array>

#include "datasets/export/decoder.hpp"
#include "datasets/export/wire.hpp"

namespace tributary::datasets {
namespace {

/// The fields of a record, as elements of IPFIX.
struct FixedField {
    std::uint16_t element;
    std::uint8_t offset;
    std::uint8_t width;
};
constexpr std::array<FixedField, 17> kFields{{{8, 0, 4},
                                              {12, 4, 4},
                                              {15, 8, 4},
                                              {10, 12, 2},
                                              {14, 14, 2},
                                              {2, 16, 4},
                                              {1, 20, 4},
                                              {22, 24, 4},
                                              {21, 28, 4},
                                              {7, 32, 2},
                                              {11, 34, 2},
                                              {6, 37, 1},
                                              {4, 38, 1},
                                              {5, 39, 1},
                                              {16, 40, 2},
                                              {17, 42, 2},
                                              {9, 44, 1}}};

void read_v5(const std::uint8_t* record, const ExportTime& time, const Exporter& exporter,
             FlowRecord& flow) {
    set_ipv4(flow.src, record);
    set_ipv4(flow.dst, record + 4);
    flow.src_port = load_be16(record + 32);
    flow.dst_port = load_be16(record + 34);
    flow.protocol = record[38];
    flow.vlan = 0;
    flow.start = exporter.wall_of(load_be32(record + 24), time);
    flow.end = exporter.wall_of(load_be32(record + 28), time);
    flow.forward = {.packets = load_be32(record + 16),
                    .ip_bytes = load_be32(record + 20),
                    .frame_bytes = 0,
                    .flags = record[37],
                    .icmp_type = 0,
                    .icmp_code = 0};
    flow.backward = {};
    flow.forward_start = flow.start;
    flow.backward_start = Micros(0);
    flow.has_flags = true;
    flow.sampling = 1;
}

}  // namespace

bool ExportDecoder::decode_v5(const Sender& sender, ByteView datagram) {
    if (datagram.size() < kV5Header) return false;
    const std::uint8_t* header = datagram.data();
    const std::uint16_t count = load_be16(header + 2);
    if (count == 0 || count > kMostV5Records) return false;
    if (datagram.size() < kV5Header + count * kV5Record) return false;
    ExportTime time;
    time.uptime_ms = load_be32(header + 4);
    time.wall =
        Micros(std::int64_t{load_be32(header + 8)} * 1'000'000 + load_be32(header + 12) / 1000);
    const ExporterKey key{std::uint16_t{5}, sender, load_be16(header + 20)};
    Exporter& exporter = exporter_for(key);
    exporter.set_clock(time);
    follow(exporter, load_be32(header + 16), count);
    const std::uint64_t sampling = load_be16(header + 22) & 0x3fffU;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint8_t* record = header + kV5Header + i * kV5Record;
        if (records_) tell_v5(key, time, record);
        read_v5(record, time, exporter, next_record());
        deliver(sampling, time.wall);
    }
    return true;
}

void ExportDecoder::tell_v5(const ExporterKey& key, const ExportTime& time,
                            const std::uint8_t* record) {
    fields_.clear();
    for (const FixedField& field : kFields) {
        fields_.push_back({0, field.element, ByteView(record + field.offset, field.width)});
    }
    tell(key, time.wall, 0, false);
}

}  // namespace tributary::datasets
