#include "app/bench/export_datagrams.hpp"

#include <utility>

namespace tributary::app {

namespace {

/// Element and width, in the order of the record below.
constexpr std::uint16_t kElements[][2] = {{8, 4}, {12, 4}, {7, 2}, {11, 2}, {4, 1},
                                          {6, 1}, {2, 4},  {1, 4}, {22, 4}, {21, 4}};
constexpr std::uint16_t kTemplate = 256;

void put_record(ByteWriter& out, std::uint32_t number) {
    out.be32(0x0a000000 + number);
    out.be32(0x0a010001);
    out.be16(static_cast<std::uint16_t>(1024 + number));
    out.be16(443);
    out.u8(6);
    out.u8(0x1b);
    out.be32(3);
    out.be32(300);
    out.be32(1000);
    out.be32(2500);
}

void put_v5_record(ByteWriter& out, std::uint32_t number) {
    out.be32(0x0a000000 + number);
    out.be32(0x0a010001);
    out.be64(0);
    for (const std::uint32_t value : {3U, 300U, 1000U, 2500U}) out.be32(value);
    out.be16(static_cast<std::uint16_t>(1024 + number));
    out.be16(443);
    out.be32(0x001b0600);
    out.be64(0);
}

void write_be32(Bytes& bytes, std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) {
        bytes[at + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
    }
}

}  // namespace

void ExportDatagram::set_sequence(std::uint32_t sequence) {
    write_be32(bytes, sequence_at, sequence);
}

void ExportDatagram::set_ends(std::uint32_t number) {
    constexpr std::uint32_t kServer = 0xac100001;
    constexpr std::uint32_t kClientPort = 40'000;
    constexpr std::uint32_t kServerPort = 443;
    for (std::uint32_t i = 0; i < kRecords; ++i) {
        const std::size_t at = records_at + i * record_bytes;
        std::uint32_t ends[2] = {0x0a000000 | ((number * (kRecords / 2) + i / 2) & 0xffffff),
                                 kServer};
        std::uint32_t ports[2] = {kClientPort, kServerPort};
        if (i % 2 != 0) {
            std::swap(ends[0], ends[1]);
            std::swap(ports[0], ports[1]);
        }
        write_be32(bytes, at, ends[0]);
        write_be32(bytes, at + 4, ends[1]);
        write_be32(bytes, at + ports_at, (ports[0] << 16) | ports[1]);
    }
}

ExportDatagram make_export_datagram(std::uint16_t version, bool is_template) {
    ByteWriter set;
    if (is_template) {
        set.be16(kTemplate);
        set.be16(static_cast<std::uint16_t>(std::size(kElements)));
        for (const auto& [element, width] : kElements) {
            set.be16(element);
            set.be16(width);
        }
    } else {
        for (std::uint32_t i = 0; i < ExportDatagram::kRecords; ++i) {
            version == 5 ? put_v5_record(set, i) : put_record(set, i);
        }
    }
    const bool is_v5 = version == 5;
    const bool is_ipfix = version == 10;
    const std::size_t header = is_v5 ? 24 : is_ipfix ? 16 : 20;
    ByteWriter out;
    out.be16(version);
    out.be16(is_ipfix ? static_cast<std::uint16_t>(header + 4 + set.size())
                      : static_cast<std::uint16_t>(ExportDatagram::kRecords));
    if (!is_ipfix) out.be32(5000);
    out.be32(1'700'000'000);
    if (is_v5) out.be32(0);
    const std::size_t sequence_at = out.size();
    while (out.size() < header) out.be32(0);
    if (!is_v5) {
        out.be16(is_template ? (is_ipfix ? 2 : 0) : kTemplate);
        out.be16(static_cast<std::uint16_t>(4 + set.size()));
    }
    const std::size_t records_at = out.size();
    out.put(set.bytes());
    const bool counts_datagrams = version == 9;
    return {.bytes = out.take(),
            .sequence_at = sequence_at,
            .step = counts_datagrams ? 1 : ExportDatagram::kRecords,
            .records_at = records_at,
            .record_bytes = set.size() / ExportDatagram::kRecords,
            .ports_at = std::size_t{is_v5 ? 32U : 8U}};
}

}  // namespace tributary::app
