#include "datasets/batch.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/random.hpp"

namespace tributary::datasets {
namespace {

using ::testing::ElementsAre;
using Rows = std::multiset<std::pair<ClassName, std::vector<std::uint8_t>>>;

const Schema& test_schema() {
    static const Schema schema("batch-test/1", std::vector<Feature>(8));
    return schema;
}

/// A row that stands for a number and is not held out; `salt` is counted up until it is so.
std::vector<std::uint8_t> row_of(std::uint32_t number) {
    std::vector<std::uint8_t> row(8);
    for (std::size_t i = 0; i < 4; ++i) row[i] = static_cast<std::uint8_t>(number >> (8 * i));
    while (is_held_out(row)) ++row[7];
    return row;
}

std::uint32_t number_of(FeatureRow row) {
    return row[0] | std::uint32_t{row[1]} << 8 | std::uint32_t{row[2]} << 16;
}

std::vector<LabelledRecords> drain(Batcher& batcher) {
    std::vector<LabelledRecords> batches;
    while (auto batch = batcher.next()) batches.push_back(std::move(*batch));
    return batches;
}

std::vector<LabelledRecords> finish(Batcher& batcher, std::vector<LabelledRecords> batches) {
    while (auto batch = batcher.flush()) batches.push_back(std::move(*batch));
    return batches;
}

std::size_t largest_class(const LabelledRecords& batch) {
    std::map<ClassName, std::size_t> counts;
    for (const ClassName& label : batch.labels) ++counts[label];
    std::size_t largest = 0;
    for (const auto& [label, count] : counts) largest = std::max(largest, count);
    return largest;
}

TEST(Batcher, EvenStreamBecomesFullBatchesInOrder) {
    Batcher batcher(test_schema(), {"scan"});
    for (std::uint32_t i = 0; i < 1000; ++i) batcher.add(row_of(i), i % 2 == 0 ? "scan" : "normal");

    const auto batches = drain(batcher);

    ASSERT_EQ(batches.size(), 2u);
    for (std::uint32_t i = 0; i < 1000; ++i) {
        EXPECT_EQ(number_of(batches[i / 500].features.row(i % 500)), i);
        EXPECT_EQ(batches[i / 500].labels[i % 500], i % 2 == 0 ? "scan" : "normal");
    }
    EXPECT_THAT(batches[0].coverage, ElementsAre("scan"));
    EXPECT_EQ(batches[0].schema, &test_schema());
}

TEST(Batcher, SurplusOfOneClassWaitsForOthers) {
    Batcher batcher(test_schema(), {"scan"});
    for (std::uint32_t i = 0; i < 600; ++i) batcher.add(row_of(i), "normal");
    const bool too_early = batcher.next().has_value();
    for (std::uint32_t i = 600; i < 850; ++i) batcher.add(row_of(i), "scan");

    const auto batches = drain(batcher);

    EXPECT_FALSE(too_early);
    ASSERT_EQ(batches.size(), 1u);
    EXPECT_EQ(number_of(batches[0].features.row(249)), 249u);  // the oldest normal rows
    EXPECT_EQ(number_of(batches[0].features.row(250)), 600u);
    EXPECT_EQ(batcher.counts().pending, 350u);
}

TEST(Batcher, EndOfStreamSpreadsTheSmallClassAndThenSendsTheRest) {
    Batcher batcher(test_schema(), {"scan"});
    for (std::uint32_t i = 0; i < 700; ++i) batcher.add(row_of(i), i < 10 ? "scan" : "normal");

    const auto batches = finish(batcher, drain(batcher));

    ASSERT_EQ(batches.size(), 3u);
    EXPECT_EQ(batches[0].labels.size(), 20u);
    EXPECT_EQ(largest_class(batches[0]), 10u);
    EXPECT_EQ(batches[1].labels.size(), 500u);
    EXPECT_EQ(batches[2].labels.size(), 180u);
}

TEST(Batcher, FullWaitingRoomSendsTheOldestUnbalanced) {
    Batcher batcher(test_schema(), {"scan"}, {.batch_rows = 100, .pending_rows = 1000});
    std::size_t waited = 0;
    for (std::uint32_t i = 0; i < 999; ++i) {
        batcher.add(row_of(i), i == 500 ? "scan" : "normal");
        waited += batcher.next().has_value() ? 1 : 0;
    }
    batcher.add(row_of(999), "normal");

    const auto batch = batcher.next();

    EXPECT_EQ(waited, 0u);
    ASSERT_TRUE(batch);
    EXPECT_EQ(batch->labels.size(), 100u);
    EXPECT_EQ(number_of(batch->features.row(98)), 98u);
    EXPECT_EQ(batch->labels[99], "scan");  // taken first, because it is rare
    EXPECT_FALSE(batcher.next());
}

TEST(Batcher, UnknownRowsNeverEnter) {
    Batcher batcher(test_schema(), {"scan"});
    for (std::uint32_t i = 0; i < 100; ++i) batcher.add(row_of(i), "");

    EXPECT_FALSE(batcher.flush());
    EXPECT_EQ(batcher.counts().unknown, 100u);
    EXPECT_TRUE(batcher.held_out().labels.empty());
}

// blake2b of eight zero bytes, of 1 and of other single values: computed with Python's hashlib.
TEST(Batcher, HeldOutRowsAreThoseWhoseHashIsDivisibleByTen) {
    std::vector<int> held_out;
    for (int value = 0; value < 60; ++value) {
        std::vector<std::uint8_t> row(8);
        row[0] = static_cast<std::uint8_t>(value);
        if (is_held_out(row)) held_out.push_back(value);
    }

    EXPECT_THAT(held_out, ElementsAre(8, 13, 16, 18, 28, 36, 45, 55));
}

TEST(Batcher, AboutATenthIsHeldOutAndEqualRowsShareTheirFate) {
    Batcher batcher(test_schema(), {"scan"}, {.held_out_rows = 1500});
    Random random(3);
    std::vector<std::uint8_t> row(8);
    for (int i = 0; i < 10'000; ++i) {
        for (std::uint8_t& cell : row) cell = static_cast<std::uint8_t>(random.below(256));
        batcher.add(row, "scan");
        batcher.add(row, "normal");
    }

    EXPECT_NEAR(static_cast<double>(batcher.counts().held_out), 2000, 150);
    EXPECT_EQ(batcher.held_out().labels.size(), 1500u);
    EXPECT_EQ(batcher.counts().held_out_dropped, batcher.counts().held_out - 1500);
    for (std::size_t i = 0; i < 1500; i += 2) {
        EXPECT_EQ(number_of(batcher.held_out().features.row(i)),
                  number_of(batcher.held_out().features.row(i + 1)));
    }
}

TEST(Batcher, OtherSchemaIsRefusedByName) {
    Batcher batcher(test_schema(), {});
    const Schema other("other/1", std::vector<Feature>(8));
    LabelledRecords records;
    records.schema = &other;

    const Status added = batcher.add(records);

    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code, Errc::mismatch);
    EXPECT_THAT(added.error().message, ::testing::HasSubstr("other/1"));
}

TEST(Batcher, NothingIsLostOrRepeatedWhateverTheMix) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE(seed);
        Random random(seed);
        const BatchOptions options{.batch_rows = 2 + random.below(60),
                                   .pending_rows = 62 + random.below(300)};
        Batcher batcher(test_schema(), {"a", "b", "c"}, options);
        Rows given, received;
        std::vector<LabelledRecords> batches;
        const double common = random.unit();
        for (int i = 0; i < 2000; ++i) {
            std::vector<std::uint8_t> row(8);
            row[0] = static_cast<std::uint8_t>(random.below(256));
            const ClassName label = random.chance(common) ? "normal"
                                    : random.chance(0.5)  ? "a"
                                    : random.chance(0.5)  ? "b"
                                                          : "";
            if (!label.empty()) given.emplace(label, row);
            batcher.add(row, label);
            while (auto batch = batcher.next()) batches.push_back(std::move(*batch));
            EXPECT_LE(batcher.counts().pending, options.pending_rows);
        }
        const std::size_t streamed = batches.size();
        batches = finish(batcher, std::move(batches));

        for (std::size_t i = 0; i < batches.size(); ++i) {
            const LabelledRecords& batch = batches[i];
            EXPECT_LE(batch.labels.size(), options.batch_rows);
            const bool one_class = largest_class(batch) == batch.labels.size();
            if (i >= streamed && !one_class) {
                EXPECT_LE(largest_class(batch) * 2, batch.labels.size());
            }
            for (std::size_t row = 0; row < batch.labels.size(); ++row) {
                const FeatureRow cells = batch.features.row(row);
                EXPECT_FALSE(is_held_out(cells));
                received.emplace(batch.labels[row],
                                 std::vector<std::uint8_t>(cells.begin(), cells.end()));
            }
        }
        const LabelledRecords& held = batcher.held_out();
        for (std::size_t row = 0; row < held.labels.size(); ++row) {
            const FeatureRow cells = held.features.row(row);
            received.emplace(held.labels[row],
                             std::vector<std::uint8_t>(cells.begin(), cells.end()));
        }
        EXPECT_TRUE(given == received);
    }
}

}  // namespace
}  // namespace tributary::datasets
