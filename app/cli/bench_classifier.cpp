#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/bench.hpp"
#include "app/service/record_files.hpp"
#include "classifier/bench/bench.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kTrainFile = "kdd/KDDTrain+.txt.zst";
constexpr const char* kUnseenFile = "kdd/KDDTest+.txt.zst";
/// As many as the published files hold.
constexpr const char* kMadeUpTrain = "synthetic:125973:1";
constexpr const char* kMadeUpUnseen = "synthetic:22544:2";

struct BenchClassifierOptions {
    std::string records;
    std::string unseen;
    bool json = false;
};

/// What the user named, else the published files, else made-up records of the same shape.
void choose_records(BenchClassifierOptions& options) {
    if (options.records.empty()) {
        options.records = published_or_made_up(kTrainFile, kMadeUpTrain);
    }
    if (options.unseen.empty()) {
        options.unseen = published_or_made_up(kUnseenFile, kMadeUpUnseen);
    }
}

Json row_json(const classifier::BenchRow& row) {
    return {{"quantity", row.quantity},   {"ours", row.ours},
            {"reference", row.reference}, {"ratio", row.ratio},
            {"must", row.must},           {"met", row.met ? Json(*row.met) : Json()}};
}

void print_rows(const std::vector<classifier::BenchRow>& rows) {
    std::cout << fmt::format("{:24} {:>14} {:>14} {:>10} {:>8}  {}\n", "quantity", "ours",
                             "reference", "ratio", "must", "met");
    for (const classifier::BenchRow& row : rows) {
        std::cout << fmt::format("{:24} {:>14.6g} {:>14.6g} {:>10.4g} {:>8.4g}  {}\n", row.quantity,
                                 row.ours, row.reference, row.ratio, row.must,
                                 !row.met ? "-" : (*row.met ? "yes" : "no"));
    }
}

Result<int> run_bench_classifier(BenchClassifierOptions options) {
    choose_records(options);
    TRIBUTARY_TRY(const datasets::Schema* schema, find_schema_by_short_name("kdd41"));
    TRIBUTARY_TRY(const datasets::LabelledRecords records, load_records(options.records, *schema));
    TRIBUTARY_TRY(const datasets::LabelledRecords unseen, load_records(options.unseen, *schema));
    if (::isatty(STDERR_FILENO) != 0) {
        std::cerr << "measuring on " << options.records << "; this takes a few minutes\n";
    }
    classifier::BenchOptions bench;
    bench.unseen = &unseen.features;
    TRIBUTARY_TRY(const auto rows, classifier::bench_classifier(records, bench));
    if (options.json) {
        Json list = Json::array();
        for (const classifier::BenchRow& row : rows) list.push_back(row_json(row));
        std::cout << Json{{"schema", 1}, {"records", options.records}, {"rows", list}}.dump()
                  << "\n";
    } else {
        print_rows(rows);
    }
    return kExitDone;
}

}  // namespace

void add_bench_classifier(CLI::App& bench, Invocation& invocation) {
    auto options = std::make_shared<BenchClassifierOptions>();
    CLI::App* command = bench.add_subcommand(
        "classifier", "Updates, scoring, bytes, accuracy and the gate, against LIBSVM");
    command->add_option("--records", options->records,
                        "Records to learn from; default: the published KDDTrain+, else made-up "
                        "ones");
    command->add_option("--unseen", options->unseen,
                        "Records to compare labels on; default: KDDTest+, else made-up ones");
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback([&invocation, options] {
        invocation.run = [options] { return run_bench_classifier(*options); };
    });
}

}  // namespace tributary::app
