#include "classifier/bench/bench.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "classifier/bench/distribution.hpp"
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

// Two classes that learn the same records: every update of each is there, and what is told of it is
// what its model has.
TEST(UpdateDistribution, EveryUpdateOfEveryClassIsASample) {
    const datasets::LabelledRecords records = synthetic_records(4000);
    DistributionOptions options;
    options.updates = 5;

    const auto samples = sample_updates(records, options);

    ASSERT_TRUE(samples) << samples.error().message;
    ASSERT_EQ(samples->size(), 3U * 5U);
    std::map<std::string, std::size_t> seen;
    for (const UpdateSample& sample : *samples) {
        EXPECT_EQ(sample.seen, seen[sample.object_class] += 500) << sample.object_class;
        EXPECT_GT(sample.seconds, 0);
        EXPECT_GT(sample.vectors, 0U);
        // A vector takes at least a byte here, and a line of several numbers there.
        EXPECT_GT(sample.bytes, sample.vectors);
        EXPECT_GT(sample.text_bytes, 10 * sample.vectors);
    }
    EXPECT_EQ(seen.size(), 3U);
}

TEST(UpdateDistribution, RareClassesHaveNoClassifier) {
    datasets::LabelledRecords records = synthetic_records(4000);
    for (std::size_t i = 0; i < 49; ++i) records.labels[i] = "rare";
    DistributionOptions options;
    options.updates = 1;

    const auto samples = sample_updates(records, options);
    options.least_records = 4000;
    const auto none = sample_updates(records, options);

    ASSERT_TRUE(samples) << samples.error().message;
    for (const UpdateSample& sample : *samples) EXPECT_NE(sample.object_class, "rare");
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, Errc::invalid_argument);
}

TEST(UpdateDistribution, QuantilesAreTheSharesOfEachColumn) {
    std::vector<UpdateSample> samples;
    for (std::size_t i = 0; i <= 100; ++i) {
        samples.push_back({"a", 500, static_cast<double>(i), 100 - i, 2 * i, 7});
    }

    const auto rows = quantiles(samples);

    ASSERT_EQ(rows.size(), 8U);
    EXPECT_EQ(rows.front().seconds, 0);
    EXPECT_EQ(rows[3].share, 0.5);
    EXPECT_EQ(rows[3].seconds, 50);
    EXPECT_EQ(rows[3].vectors, 50);
    EXPECT_EQ(rows[5].seconds, 90);
    EXPECT_EQ(rows[5].bytes, 180);
    EXPECT_EQ(rows.back().seconds, 100);
    EXPECT_EQ(rows.back().text_bytes, 7);
    EXPECT_TRUE(quantiles({}).empty());
}

TEST(Bench, TooFewRecordsAreAnError) {
    const auto rows = bench_classifier(synthetic_records(100));

    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace tributary::classifier
