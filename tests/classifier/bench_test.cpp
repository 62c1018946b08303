#include "classifier/bench/bench.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/classifier/kdd_data.hpp"
#include "tests/classifier/synthetic.hpp"

namespace tributary::classifier {
namespace {

using testing::kWidth;
using testing::Synthetic;

datasets::LabelledRecords synthetic_records(std::size_t rows) {
    Synthetic source(91);
    const TrainingBatch batch = source.batch(rows);
    datasets::LabelledRecords records;
    records.features = batch.features;
    for (std::size_t i = 0; i < rows; ++i) {
        const bool flood = i % 2 == 0;
        records.labels.push_back(batch.signs[i] < 0 ? "normal" : (flood ? "dos" : "probe"));
    }
    return records;
}

TEST(Bench, NamesEveryQuantityOnce) {
    const datasets::LabelledRecords records = synthetic_records(4000);
    BenchOptions options;
    options.stream = options.growth = options.accuracy = options.noisy = 2500;
    options.held_out = 500;

    const auto rows = bench_classifier(records, options);

    ASSERT_TRUE(rows) << rows.error().message;
    std::set<std::string> names;
    for (const BenchRow& row : *rows) names.insert(row.quantity);
    EXPECT_EQ(names.size(), rows->size());
    EXPECT_EQ(names, (std::set<std::string>{"update_same_set",
                                            "update_same_set_noise5",
                                            "update_vs_retrain",
                                            "update_growth",
                                            "update_growth_budget",
                                            "predict_avx512",
                                            "predict_avx2",
                                            "predict_sse2",
                                            "label_flips",
                                            "bytes_vs_text",
                                            "bytes_vs_text_zstd19",
                                            "bytes_per_vector",
                                            "encode_share",
                                            "gap_iid",
                                            "gap_skewed",
                                            "gap_shift",
                                            "noise_gap",
                                            "new_mix_gain",
                                            "gate_false",
                                            "gate_caught"}));
}

/// What does not depend on the machine: accuracy beside one training on everything, and the gate.
TEST(Bench, AccuracyAndGateHoldOnPublishedRecords) {
    TRIBUTARY_KDD_OR_SKIP(records, "KDDTrain+.txt.zst", datasets::KddLabels::attack_name);

    for (const auto& measure : {&bench_accuracy, &bench_gate}) {
        const auto rows = measure(records, BenchOptions{});

        ASSERT_TRUE(rows) << rows.error().message;
        for (const BenchRow& row : *rows) {
            EXPECT_EQ(row.met, true) << row.quantity << " " << row.ours << " " << row.reference;
        }
    }
}

TEST(Bench, TooFewRecordsAreAnError) {
    const auto rows = bench_classifier(synthetic_records(100));

    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace tributary::classifier
