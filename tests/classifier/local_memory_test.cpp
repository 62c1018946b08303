#include "classifier/svm/local_memory.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "classifier/predict/predictor.hpp"
#include "classifier/svm/engine.hpp"
#include "tests/classifier/synthetic.hpp"

namespace tributary::classifier {
namespace {

using testing::kWidth;
using testing::Synthetic;

Model trained(Synthetic& source) {
    return *(*make_engine("libsvm"))
                ->learn(Model::empty(kWidth, HyperParameters{}), source.batch(300));
}

TEST(LocalMemory, IsBounded) {
    Synthetic source(31);
    const Model model = trained(source);
    LocalMemory memory(kWidth, 1);

    for (int i = 0; i < 10; ++i) ASSERT_TRUE(memory.remember(source.batch(500), model));

    EXPECT_EQ(memory.reservoir_size(), kReservoirLimit);
    EXPECT_EQ(memory.near_margin_size(), kNearMarginLimit);
    EXPECT_EQ(memory.rows().size(), kReservoirLimit + kNearMarginLimit);
}

TEST(LocalMemory, ReservoirKeepsOldAndNewAlike) {
    // Record n carries n in its first two cells; after 6,000 each has the chance 1/2.
    const Model model = Model::empty(2, HyperParameters{});
    LocalMemory memory(2, 7);
    for (int first = 0; first < 6000; first += 500) {
        TrainingBatch batch;
        batch.features = FeatureMatrix(2);
        for (int n = first; n < first + 500; ++n) {
            const std::uint8_t cells[2] = {static_cast<std::uint8_t>(n / 256),
                                           static_cast<std::uint8_t>(n % 256)};
            batch.append(cells, n % 2 == 0 ? 1 : -1);
        }
        ASSERT_TRUE(memory.remember(batch, model));
    }

    const TrainingBatch rows = memory.rows();

    int old_half = 0;
    for (std::size_t i = memory.near_margin_size(); i < rows.size(); ++i) {
        const int n = rows.features.row(i)[0] * 256 + rows.features.row(i)[1];
        old_half += n < 3000 ? 1 : 0;
        EXPECT_EQ(rows.signs[i], n % 2 == 0 ? 1 : -1);
    }
    // Binomial(3000, 1/2) has the standard deviation 27; six of them.
    EXPECT_NEAR(old_half, 1500, 164);
}

TEST(LocalMemory, ReservoirKeepsEveryRecordOfARareClass) {
    const Model model = Model::empty(2, HyperParameters{});
    LocalMemory memory(2, 7);
    int rare = 0;
    for (int first = 0; first < 10000; first += 500) {
        TrainingBatch batch;
        batch.features = FeatureMatrix(2);
        for (int n = first; n < first + 500; ++n) {
            const std::uint8_t cells[2] = {static_cast<std::uint8_t>(n / 256),
                                           static_cast<std::uint8_t>(n % 256)};
            batch.append(cells, n % 20 == 0 ? 1 : -1);
            rare += n % 20 == 0 ? 1 : 0;
        }
        ASSERT_TRUE(memory.remember(batch, model));
    }

    const TrainingBatch rows = memory.rows();

    std::set<int> kept;
    for (std::size_t i = memory.near_margin_size(); i < rows.size(); ++i) {
        if (rows.signs[i] > 0) {
            kept.insert(rows.features.row(i)[0] * 256 + rows.features.row(i)[1]);
        }
    }
    EXPECT_EQ(memory.reservoir_size(), kReservoirLimit);
    EXPECT_EQ(kept.size(), static_cast<std::size_t>(rare));
}

TEST(LocalMemory, NearMarginHoldsNoSupportVectorAndTheNearest) {
    Synthetic source(32);
    const Model model = trained(source);
    const TrainingBatch batch = source.batch(2000);
    LocalMemory memory(kWidth, 1);

    ASSERT_TRUE(memory.remember(batch, model));

    const TrainingBatch rows = memory.rows();
    const Predictor predictor(model);
    double farthest = 0;
    for (std::size_t i = 0; i < memory.near_margin_size(); ++i) {
        const double margin = predictor.score(rows.features.row(i)) * rows.signs[i];
        farthest = std::max(farthest, std::fabs(margin - 1));
    }
    std::size_t nearer = 0;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const double margin = predictor.score(batch.features.row(i)) * batch.signs[i];
        nearer += std::fabs(margin - 1) < farthest ? 1 : 0;
    }
    EXPECT_LE(nearer, kNearMarginLimit);
}

TEST(LocalMemory, GoesOnAfterSaveAndLoadAsIfNeverSaved) {
    Synthetic source(33);
    const Model model = trained(source);
    LocalMemory whole(kWidth, 5);
    ASSERT_TRUE(whole.remember(source.batch(2000), model));
    auto loaded = LocalMemory::load(whole.save());
    ASSERT_TRUE(loaded);

    const TrainingBatch more = source.batch(1000);
    ASSERT_TRUE(whole.remember(more, model));
    ASSERT_TRUE(loaded->remember(more, model));

    EXPECT_EQ(whole.save(), loaded->save());
}

TEST(LocalMemory, DamagedFileIsRefused) {
    Synthetic source(34);
    LocalMemory memory(kWidth, 5);
    ASSERT_TRUE(memory.remember(source.batch(20), trained(source)));
    const Bytes bytes = memory.save();

    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(LocalMemory::load(ByteView(bytes).first(size)));
    }
    Bytes huge = bytes;
    huge[24] = huge[25] = huge[26] = 0xff;
    EXPECT_EQ(LocalMemory::load(huge).error().code, Errc::limit_exceeded);
}

TEST(LocalMemory, AnotherWidthIsRefused) {
    LocalMemory memory(3, 1);
    Synthetic source(35);

    EXPECT_EQ(memory.remember(source.batch(5), trained(source)).error().code, Errc::mismatch);
}

}  // namespace
}  // namespace tributary::classifier
