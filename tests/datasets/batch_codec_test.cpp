#include "datasets/batch_codec.hpp"

#include <gtest/gtest.h>

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
