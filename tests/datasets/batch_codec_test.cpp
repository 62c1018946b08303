#include "datasets/batch_codec.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.hpp"

namespace tributary::datasets {
namespace {

LabelledRecords some_records() {
    LabelledRecords records;
    records.schema = find_schema("flowctx/1").value();
    records.features = FeatureMatrix(records.schema->width());
    records.coverage = {"beacon", "port-scan"};
    Random random(3);
    std::vector<std::uint8_t> row(records.schema->width());
    for (const char* label : {"normal", "", "beacon", "normal"}) {
        for (std::uint8_t& cell : row) cell = static_cast<std::uint8_t>(random.below(256));
        records.features.append(row);
        records.labels.emplace_back(label);
    }
    return records;
}

TEST(BatchCodec, RoundTrips) {
    const LabelledRecords records = some_records();

    const auto back = decode_records(encode_records(records).value());

    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->schema, records.schema);
    EXPECT_EQ(back->features, records.features);
    EXPECT_EQ(back->labels, records.labels);
    EXPECT_EQ(back->coverage, records.coverage);
}

TEST(BatchCodec, ReadsBatchesThatFollowEachOtherAsOne) {
    const LabelledRecords records = some_records();
    Bytes twice = encode_records(records).value();
    const Bytes again = twice;
    twice.insert(twice.end(), again.begin(), again.end());

    const auto back = decode_records(twice);

    ASSERT_TRUE(back) << back.error().message;
    ASSERT_EQ(back->labels.size(), 2 * records.labels.size());
    EXPECT_EQ(back->labels.back(), records.labels.back());
    EXPECT_TRUE(std::ranges::equal(back->features.row(5), records.features.row(1)));
}

TEST(BatchCodec, RefusesBatchesOfDifferentSchemasAndBytesBehindTheLast) {
    const LabelledRecords other = LabelledRecords::empty(*find_schema("flow/1").value());
    Bytes mixed = encode_records(some_records()).value();
    Bytes tail = mixed;
    const Bytes second = encode_records(other).value();
    mixed.insert(mixed.end(), second.begin(), second.end());
    tail.push_back(0);

    const auto read_mixed = decode_records(mixed);
    const auto read_tail = decode_records(tail);

    ASSERT_FALSE(read_mixed);
    EXPECT_EQ(read_mixed.error().code, Errc::mismatch);
    ASSERT_FALSE(read_tail);
    EXPECT_EQ(read_tail.error().code, Errc::corrupt);
}

TEST(BatchCodec, EveryPrefixAndEveryMutationIsAnErrorOrARecordBatch) {
    const Bytes bytes = encode_records(some_records()).value();

    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(decode_records(ByteView(bytes).first(size)));
    }
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (const int flip : {0x01, 0x80, 0xff}) {
            Bytes changed = bytes;
            changed[at] = static_cast<std::uint8_t>(changed[at] ^ flip);
            const auto back = decode_records(changed);
            if (back) {
                EXPECT_EQ(back->labels.size(), back->features.rows());
            }
        }
    }
}

}  // namespace
}  // namespace tributary::datasets
