#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/bench.hpp"
#include "app/service/record_files.hpp"
#include "base/file.hpp"
#include "classifier/bench/distribution.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kRecordsFile = "kdd/KDDTrain+.txt.zst";
/// As many as the published file holds.
constexpr const char* kMadeUp = "synthetic:125973:1";

struct BenchUpdatesOptions {
    std::string records;
    std::string csv;
    classifier::DistributionOptions distribution;
    bool json = false;
};

std::string csv_text(const std::vector<classifier::UpdateSample>& samples) {
    std::string text = "class,seen,cpu_ms,vectors,bytes,text_bytes\n";
    for (const classifier::UpdateSample& sample : samples) {
        text += fmt::format("{},{},{:.3f},{},{},{}\n", sample.object_class, sample.seen,
                            sample.seconds * 1e3, sample.vectors, sample.bytes, sample.text_bytes);
    }
    return text;
}

void print_json(const BenchUpdatesOptions& options, std::size_t samples,
                const std::vector<classifier::UpdateQuantile>& quantiles) {
    Json rows = Json::array();
    for (const classifier::UpdateQuantile& row : quantiles) {
        rows.push_back({{"share", row.share},
                        {"cpu_ms", row.seconds * 1e3},
                        {"vectors", row.vectors},
                        {"bytes", row.bytes},
                        {"text_bytes", row.text_bytes}});
    }
    std::cout << Json{{"schema", 1},
                      {"records", options.records},
                      {"updates", samples},
                      {"rows", rows}}
                     .dump()
              << "\n";
}

void print_table(const BenchUpdatesOptions& options, std::size_t samples,
                 const std::vector<classifier::UpdateQuantile>& quantiles) {
    std::cout << samples << " updates of 500 records each, from " << options.records << "\n"
              << fmt::format("{:>8} {:>10} {:>9} {:>10} {:>12}\n", "share", "cpu ms", "vectors",
                             "bytes", "LIBSVM text");
    for (const classifier::UpdateQuantile& row : quantiles) {
        std::cout << fmt::format("{:>7.0f}% {:>10.2f} {:>9.0f} {:>10.0f} {:>12.0f}\n",
                                 row.share * 100, row.seconds * 1e3, row.vectors, row.bytes,
                                 row.text_bytes);
    }
}

Result<int> run_bench_updates(BenchUpdatesOptions options) {
    if (options.records.empty()) options.records = published_or_made_up(kRecordsFile, kMadeUp);
    TRIBUTARY_TRY(const datasets::Schema* schema, find_schema_by_short_name("kdd41"));
    TRIBUTARY_TRY(const datasets::LabelledRecords records, load_records(options.records, *schema));
    TRIBUTARY_TRY(const auto samples, classifier::sample_updates(records, options.distribution));
    if (!options.csv.empty()) {
        TRIBUTARY_CHECK(write_file_atomically(options.csv, to_bytes(csv_text(samples))));
    }
    const auto quantiles = classifier::quantiles(samples);
    if (options.json) {
        print_json(options, samples.size(), quantiles);
    } else {
        print_table(options, samples.size(), quantiles);
    }
    return kExitDone;
}

}  // namespace

void add_bench_updates(CLI::App& bench, Invocation& invocation) {
    auto options = std::make_shared<BenchUpdatesOptions>();
    CLI::App* command = bench.add_subcommand(
        "updates", "How long updates take and how large models become, as a distribution");
    command->add_option("--records", options->records,
                        "Records to learn from, each class with a classifier of its own; default: "
                        "the published KDDTrain+, else made-up ones");
    command
        ->add_option("--updates", options->distribution.updates,
                     "Updates of each classifier, of 500 records each")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    command
        ->add_option("--least-records", options->distribution.least_records,
                     "Classes with fewer records have no classifier")
        ->check(CLI::Range(1, 1'000'000'000))
        ->capture_default_str();
    command->add_option("--seed", options->distribution.seed, "Of the order of the records")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command->add_option("--csv", options->csv, "Write every update to a CSV file");
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback([&invocation, options] {
        invocation.run = [options] { return run_bench_updates(*options); };
    });
}

}  // namespace tributary::app
