#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/bench/ingest_bench.hpp"
#include "app/cli/bench.hpp"
#include "base/file.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

struct BenchIngestOptions {
    IngestBenchOptions bench;
    std::string samples = "datasets/samples";
    std::string folder;
    bool json = false;
};

/// A folder that is gone with the object, unless the user named one.
class BenchFolder {
 public:
    explicit BenchFolder(const std::string& named) : path_(named), is_own_(named.empty()) {
        if (!is_own_) return;
        std::string name = (fs::temp_directory_path() / "tributary-bench-XXXXXX").string();
        if (mkdtemp(name.data()) != nullptr) path_ = name;
    }
    BenchFolder(const BenchFolder&) = delete;
    BenchFolder& operator=(const BenchFolder&) = delete;
    ~BenchFolder() {
        std::error_code ignored;
        if (is_own_ && !path_.empty()) fs::remove_all(path_, ignored);
    }
    [[nodiscard]] const fs::path& path() const { return path_; }

 private:
    fs::path path_;
    bool is_own_;
};

/// The captures of packets in the folder, in the order of their names.
std::vector<fs::path> sample_captures(const fs::path& folder) {
    std::vector<fs::path> captures;
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
        const std::string name = entry.path().filename().string();
        const bool is_export = name.find("-v5.") != name.npos || name.find("-v9.") != name.npos;
        if (name.find(".pcap") != name.npos && !is_export) captures.push_back(entry.path());
    }
    std::sort(captures.begin(), captures.end());
    return captures;
}

Json ingest_json(const IngestBenchResult& result) {
    Json rows = Json::array();
    for (const IngestBenchRow& row : result.rows) {
        rows.push_back({{"input", row.input},
                        {"program", row.program},
                        {"mpps", row.mpps},
                        {"cpu_seconds", row.cpu_seconds},
                        {"peak_bytes", row.peak_bytes},
                        {"ratio_to_libpcap", row.ratio_to_libpcap}});
    }
    return {{"schema", 1}, {"rows", rows}, {"missing", result.missing}};
}

void print_ingest(const IngestBenchResult& result) {
    for (const IngestBenchRow& row : result.rows) {
        std::cout << fmt::format("{:6} {:20} {:8.3f} Mpps {:8.3f} s {:8.1f} MB {:7.3f} x libpcap\n",
                                 row.input, row.program, row.mpps, row.cpu_seconds,
                                 static_cast<double>(row.peak_bytes) / 1e6, row.ratio_to_libpcap);
    }
    for (const std::string& sentence : result.missing) {
        std::cerr << sentence << "\n";
    }
}

Result<int> run_bench_ingest(BenchIngestOptions options) {
    const BenchFolder folder(options.folder);
    IngestBenchOptions& bench = options.bench;
    bench.folder = folder.path();
    std::error_code error;
    bench.program = fs::read_symlink("/proc/self/exe", error);
    if (folder.path().empty()) {
        return fail(Errc::io, "cannot make a temporary folder: name one with --folder");
    }
    TRIBUTARY_CHECK(make_folder(folder.path()));
    if (bench.captures.empty()) bench.captures = sample_captures(options.samples);
    if (bench.captures.empty()) {
        return fail(Errc::not_found, "no captures in " + options.samples + ": name some");
    }
    if (isatty(STDERR_FILENO) != 0) {
        bench.progress = [](const std::string& what) { std::cerr << what << "\n"; };
    }
    TRIBUTARY_TRY(const IngestBenchResult result, run_ingest_bench(bench));
    if (options.json) {
        std::cout << ingest_json(result).dump() << "\n";
    } else {
        print_ingest(result);
    }
    return kExitDone;
}

}  // namespace

void add_bench_ingest(CLI::App& bench, Invocation& invocation) {
    auto options = std::make_shared<BenchIngestOptions>();
    CLI::App* command = bench.add_subcommand(
        "ingest", "Packets to encoded flow records, beside reading loops and other meters");
    command->add_option("captures", options->bench.captures, "Captures to build `mixed` from");
    command->add_option("--samples", options->samples, "Folder of captures when none is named")
        ->capture_default_str();
    command->add_option("--folder", options->folder, "Where to build and keep the captures");
    command->add_option("--only", options->bench.only, "Measure these programs only")
        ->check(CLI::IsMember(ingest_bench_programs()));
    command->add_option("--runs", options->bench.runs, "Of each; the quickest counts")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    command->add_option("--mixed-packets", options->bench.mixed_packets, "Packets of `mixed`")
        ->check(CLI::Range(1, 100'000'000))
        ->capture_default_str();
    command->add_option("--scan-packets", options->bench.scan_packets, "Packets of `scan`")
        ->check(CLI::Range(1, 16'000'000))
        ->capture_default_str();
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback([&invocation, options] {
        invocation.run = [options] { return run_bench_ingest(*options); };
    });
}

}  // namespace tributary::app
