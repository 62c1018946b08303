#include "app/bench/export_bench.hpp"

#include <ctime>

#include "app/cli/flow_text.hpp"
#include "datasets/export/decoder.hpp"

namespace tributary::app {

namespace {

constexpr std::size_t kRecordsPerDatagram = 30;

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

/// A header with a sequence number of 0, and where that number stands.
struct Datagram {
    Bytes bytes;
    std::size_t sequence_at = 0;
    std::uint32_t step = 0;
};

Datagram make_datagram(std::uint16_t version, bool is_template) {
    ByteWriter set;
    if (is_template) {
        set.be16(kTemplate);
        set.be16(static_cast<std::uint16_t>(std::size(kElements)));
        for (const auto& [element, width] : kElements) {
            set.be16(element);
            set.be16(width);
        }
    } else {
        for (std::uint32_t i = 0; i < kRecordsPerDatagram; ++i) {
            version == 5 ? put_v5_record(set, i) : put_record(set, i);
        }
    }
    const bool is_v5 = version == 5;
    const bool is_ipfix = version == 10;
    const std::size_t header = is_v5 ? 24 : is_ipfix ? 16 : 20;
    ByteWriter out;
    out.be16(version);
    out.be16(is_ipfix ? static_cast<std::uint16_t>(header + 4 + set.size())
                      : static_cast<std::uint16_t>(kRecordsPerDatagram));
    if (!is_ipfix) out.be32(5000);
    out.be32(1'700'000'000);
    if (is_v5) out.be32(0);
    const std::size_t sequence_at = out.size();
    while (out.size() < header) out.be32(0);
    if (!is_v5) {
        out.be16(is_template ? (is_ipfix ? 2 : 0) : kTemplate);
        out.be16(static_cast<std::uint16_t>(4 + set.size()));
    }
    out.put(set.bytes());
    const bool counts_datagrams = version == 9;
    return {out.take(), sequence_at,
            counts_datagrams ? 1 : static_cast<std::uint32_t>(kRecordsPerDatagram)};
}

double seconds_of_cpu() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

IngestBenchRow row_of(const std::string& input, const std::string& program, std::uint64_t count,
                      double seconds) {
    return {input, program, static_cast<double>(count) / 1e6 / seconds, seconds, 0, 0};
}

IngestBenchRow measure_decoding(const std::string& name, std::uint16_t version,
                                std::uint64_t records) {
    std::uint64_t packets = 0;
    datasets::ExportDecoder decoder(
        [&packets](const datasets::FlowRecord& record) { packets += record.forward.packets; });
    if (version != 5) decoder.decode({}, make_datagram(version, true).bytes, Micros(0));
    Datagram datagram = make_datagram(version, false);
    std::uint32_t sequence = version == 9 ? 1 : 0;
    const double before = seconds_of_cpu();
    for (std::uint64_t done = 0; done < records; done += kRecordsPerDatagram) {
        for (std::size_t i = 0; i < 4; ++i) {
            datagram.bytes[datagram.sequence_at + i] =
                static_cast<std::uint8_t>(sequence >> (24 - 8 * i));
        }
        sequence += datagram.step;
        decoder.decode({}, datagram.bytes, Micros(0));
    }
    return row_of(name, "tributary-decode", packets / 3, seconds_of_cpu() - before);
}

IngestBenchRow measure_text(const std::string& name, FlowText::Format format, std::uint64_t lines) {
    datasets::FlowRecord flow;
    flow.src.bytes = {10, 1, 2, 3};
    flow.dst.bytes = {192, 0, 2, 251};
    flow.dst_port = 443;
    flow.protocol = 6;
    flow.start = Micros(1'700'000'000'123'456);
    flow.end = Micros(1'700'000'012'123'456);
    flow.forward = {123, 45'678, 50'000, 0x1b};
    flow.backward = {153, 445'678, 450'000, 0x1b};
    FlowText flow_text(format);
    std::string text;
    const double before = seconds_of_cpu();
    for (std::uint64_t line = 0; line < lines; ++line) {
        flow.src_port = static_cast<std::uint16_t>(line);
        flow_text.append(text, flow, "normal");
        if (text.size() > 65'536) text.clear();
    }
    return row_of("flows", name, lines, seconds_of_cpu() - before);
}

}  // namespace

std::vector<IngestBenchRow> run_export_bench(std::uint64_t records) {
    return {
        measure_decoding("exports-v5", 5, records),
        measure_decoding("exports-v9", 9, records),
        measure_decoding("exports-ipfix", 10, records),
        measure_text("tributary-csv", FlowText::Format::csv, records / 6),
        measure_text("tributary-jsonl", FlowText::Format::json, records / 6),
    };
}

}  // namespace tributary::app
