#include "app/bench/ingest_bench.hpp"

#include <algorithm>
#include <optional>

#include "app/bench/export_bench.hpp"
#include "app/bench/export_receive.hpp"
#include "app/bench/ingest_inputs.hpp"
#include "app/bench/measured_process.hpp"
#include "datasets/packet/read_loops.hpp"

namespace tributary::app {

namespace {

using Path = std::filesystem::path;
using Command = std::vector<std::string>;

constexpr const char* kLibpcapLoop = "libpcap-loop";
constexpr const char* kMixed = "mixed";
constexpr const char* kExports = "exports";
constexpr const char* kListen = "listen";
/// A program that needs this many CPU seconds is steady enough to be run once.
constexpr double kLongRun = 10;

/// How one program is run on one capture.
struct Contender {
    std::string name;
    std::string needs;  ///< program in PATH; empty: part of ours
    std::function<Result<ProcessCost>(const IngestBenchOptions&, const Path& capture)> run;
    /// On the scan it would need gigabytes of memory, or many minutes.
    bool is_for_mixed_only = false;
};

template <typename Loop>
Contender loop(const std::string& name, Loop read) {
    return {name, "", [name, read](const IngestBenchOptions&, const Path& capture) {
                return run_measured(name, [&] { return read(capture).has_value(); });
            }};
}

Contender ours(const std::string& name, const std::string& reader, const std::string& schema) {
    return {name, "", [=](const IngestBenchOptions& options, const Path& capture) {
                return run_measured(Command{options.program.string(), "flows", capture.string(),
                                            "--input", "packets", "--reader", reader, "--format",
                                            "batch", "--schema", schema});
            }};
}

Contender with_applications() {
    return {"tributary-ndpi", "",
            [](const IngestBenchOptions& options, const Path& capture) {
                return run_measured(Command{options.program.string(), "flows", capture.string(),
                                            "--input", "packets", "--ndpi", "--format", "batch",
                                            "--schema", "flow/1"});
            },
            true};
}

Contender for_mixed_only(Contender contender) {
    contender.is_for_mixed_only = true;
    return contender;
}

/// The words "FILE" and "FOLDER" stand for the capture and a folder to write to.
Contender peer(const Command& command) {
    return {command.front(), command.front(),
            [command](const IngestBenchOptions& options, const Path& capture) {
                Command words = command;
                std::replace(words.begin(), words.end(), std::string("FILE"), capture.string());
                std::replace(words.begin(), words.end(), std::string("FOLDER"),
                             options.folder.string());
                return run_measured(words);
            }};
}

std::vector<Contender> contenders() {
    return {
        loop(kLibpcapLoop, datasets::libpcap_loop),
        loop("mapped-loop", datasets::mapped_loop),
        ours("tributary-mapped", "mapped", "flow/1"),
        ours("tributary-libpcap", "libpcap", "flow/1"),
        ours("tributary-kdd41", "mapped", "kdd41/1"),
        with_applications(),
        peer({"softflowd", "-r", "FILE", "-n", "127.0.0.1:9", "-v", "5", "-c", "none", "-p",
              "none"}),
        peer({"nfpcapd", "-r", "FILE", "-w", "FOLDER"}),
        peer({"argus", "-r", "FILE", "-w", "/dev/null"}),
        for_mixed_only(peer({"ndpiReader", "-q", "-i", "FILE"})),
        for_mixed_only(
            peer({"tshark", "-n", "-q", "-r", "FILE", "-z", "conv,tcp", "-z", "conv,udp"})),
    };
}

/// What is measured, and how many packets it has.
struct Input {
    std::string name;
    Path capture;
    std::uint64_t packets = 0;
};

Result<std::vector<Input>> build_inputs(const IngestBenchOptions& options) {
    const std::vector<Input> inputs = {
        {kMixed, options.folder / "mixed.pcap", options.mixed_packets},
        {"scan", options.folder / "scan.pcap", options.scan_packets},
    };
    options.progress("building the captures");
    TRIBUTARY_CHECK(build_mixed(options.captures, inputs[0].packets, inputs[0].capture));
    TRIBUTARY_CHECK(build_scan(inputs[1].packets, inputs[1].capture));
    return inputs;
}

bool is_wanted(const IngestBenchOptions& options, const std::string& name) {
    const auto& only = options.only;
    return only.empty() || std::find(only.begin(), only.end(), name) != only.end();
}

/// With any program on a capture goes the loop that its ratio refers to.
bool wants_captures(const IngestBenchOptions& options) {
    const auto is_of_exports = [](const std::string& name) {
        return name == kExports || name == kListen;
    };
    return options.only.empty() ||
           !std::all_of(options.only.begin(), options.only.end(), is_of_exports);
}

/// Every contender in turn, and the whole round again: drift of the machine meets all alike.
/// A program that fails has no row and stands in `result.missing`.
void measure(const IngestBenchOptions& options, const Input& input,
             const std::vector<Contender>& programs, IngestBenchResult& result) {
    std::vector<IngestBenchRow> rows(programs.size());
    std::vector<bool> has_failed(programs.size(), false);
    for (int run = 0; run < options.runs; ++run) {
        for (std::size_t i = 0; i < programs.size(); ++i) {
            IngestBenchRow& row = rows[i];
            if (row.cpu_seconds > kLongRun || has_failed[i]) continue;
            if (programs[i].is_for_mixed_only && input.name != kMixed) continue;
            options.progress(input.name + ": " + programs[i].name);
            const auto cost = programs[i].run(options, input.capture);
            if (!cost) {
                has_failed[i] = true;
                result.missing.push_back(input.name + ": " + cost.error().message);
                continue;
            }
            if (run > 0 && row.cpu_seconds <= cost->cpu_seconds) continue;
            row = {input.name, programs[i].name, 0, cost->cpu_seconds, cost->peak_bytes, 0};
        }
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (has_failed[i] || rows[i].program.empty()) continue;
        rows[i].mpps = static_cast<double>(input.packets) / 1e6 / rows[i].cpu_seconds;
        rows[i].ratio_to_libpcap = rows.front().cpu_seconds / rows[i].cpu_seconds;
        result.rows.push_back(rows[i]);
    }
}

}  // namespace

std::vector<std::string> ingest_bench_programs() {
    std::vector<std::string> names;
    for (const Contender& contender : contenders()) names.push_back(contender.name);
    names.insert(names.end(), {kExports, kListen});
    return names;
}

namespace {

std::vector<Contender> wanted_programs(const IngestBenchOptions& options,
                                       IngestBenchResult& result) {
    std::vector<Contender> programs;
    for (Contender& contender : contenders()) {
        const bool is_reference = contender.name == kLibpcapLoop;
        if (!is_reference && !is_wanted(options, contender.name)) continue;
        if (contender.needs.empty() || is_installed(contender.needs)) {
            programs.push_back(std::move(contender));
        } else {
            result.missing.push_back(contender.needs + " is not installed: scripts/setup --all");
        }
    }
    return programs;
}

}  // namespace

Result<IngestBenchResult> run_ingest_bench(const IngestBenchOptions& options) {
    IngestBenchResult result;
    if (wants_captures(options)) {
        const std::vector<Contender> programs = wanted_programs(options, result);
        TRIBUTARY_TRY(const auto inputs, build_inputs(options));
        for (const Input& input : inputs) measure(options, input, programs, result);
    }
    if (is_wanted(options, kExports)) {
        options.progress("exports and text");
        const std::vector<IngestBenchRow> rows = run_export_bench();
        result.rows.insert(result.rows.end(), rows.begin(), rows.end());
    }
    if (is_wanted(options, kListen)) run_receive_bench(options, result);
    return result;
}

}  // namespace tributary::app
