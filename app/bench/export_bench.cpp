#include "app/bench/export_bench.hpp"

#include <ctime>

#include "app/bench/export_datagrams.hpp"
#include "app/cli/flow_text.hpp"
#include "datasets/export/decoder.hpp"

namespace tributary::app {

namespace {

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
    datasets::ExportDecoder decoder([&packets](std::span<datasets::FlowRecord> decoded) {
        for (const datasets::FlowRecord& record : decoded) packets += record.forward.packets;
    });
    if (version != 5) decoder.decode({}, make_export_datagram(version, true).bytes, Micros(0));
    ExportDatagram datagram = make_export_datagram(version, false);
    std::uint32_t sequence = version == 9 ? 1 : 0;
    const double before = seconds_of_cpu();
    for (std::uint64_t done = 0; done < records; done += ExportDatagram::kRecords) {
        datagram.set_sequence(sequence);
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
