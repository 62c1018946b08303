#include <gtest/gtest.h>

#include "classifier/svm/retention.hpp"
#include "tests/classifier/synthetic.hpp"

namespace tributary::classifier {
namespace {

using testing::kWidth;
using testing::Synthetic;

TEST(Assemble, ARecordThatTheSiteRemembersCountsOnceAndANewOneAgain) {
    Synthetic source(51);
    const TrainingBatch vectors = source.batch(6);
    Model model = Model::empty(kWidth, HyperParameters{});
    for (std::size_t i = 0; i < vectors.size(); ++i) {
        model.vectors.append(vectors.features.row(i));
        model.coefficients.push_back(vectors.signs[i] > 0 ? 2.0F : -2.0F);
        model.weights.push_back(3);
    }
    TrainingBatch batch = source.batch(4);   // new records, and vectors 0 and 1 once more
    TrainingBatch memory = source.batch(5);  // past records, among them vectors 1, 2 and 3
    for (const std::size_t i : {0U, 1U}) batch.append(vectors.features.row(i), vectors.signs[i]);
    for (const std::size_t i : {1U, 2U, 3U}) {
        memory.append(vectors.features.row(i), vectors.signs[i]);
    }
    const auto prepared = prepare(batch, memory);
    ASSERT_TRUE(prepared);

    const TrainingSet set = assemble(model, *prepared);

    ASSERT_EQ(set.size(), 6U + 4 + 5);
    const int weights[] = {4, 4, 3, 3, 3, 3};
    for (std::size_t i = 0; i < vectors.size(); ++i) {
        const std::size_t at = set.find(vectors.features.row(i), vectors.signs[i]);
        ASSERT_LT(at, set.size());
        EXPECT_EQ(set.weight(at), weights[i]) << i;
        EXPECT_EQ(set.alpha(at), 2.0) << i;
    }
    for (std::size_t i = 0; i < 4; ++i) {
        const std::size_t at = set.find(batch.features.row(i), batch.signs[i]);
        EXPECT_EQ(set.weight(at), 1);
        EXPECT_EQ(set.alpha(at), 0);
    }
}

TEST(Assemble, EqualPendingRecordsWeighTogetherEvenIfTheSiteRemembersThem) {
    Synthetic source(52);
    const TrainingBatch one = source.batch(1, 1.0);
    Model model = Model::empty(kWidth, HyperParameters{});
    model.pending = Pending{FeatureMatrix(kWidth), 1};
    for (int copies = 0; copies < 3; ++copies) model.pending.features.append(one.features.row(0));
    const auto prepared = prepare(source.batch(2, 0.0), one);
    ASSERT_TRUE(prepared);

    const TrainingSet set = assemble(model, *prepared);

    EXPECT_EQ(set.size(), 3U);
    EXPECT_EQ(set.weight(set.find(one.features.row(0), 1)), 3);
}

}  // namespace
}  // namespace tributary::classifier
