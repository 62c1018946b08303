// The gate along streams of published records in which the class is one kind of attack, mostly a
// rare one: honest updates pass at every age, flipped labels never do.

#include <gtest/gtest.h>

#include <numeric>

#include "base/random.hpp"
#include "classifier/svm/engine.hpp"
#include "classifier/svm/local_memory.hpp"
#include "classifier/trust/gate.hpp"
#include "tests/classifier/kdd_data.hpp"

namespace tributary::classifier {
namespace {

constexpr std::size_t kBatch = 500;
constexpr std::size_t kUpdates = 16;
constexpr std::size_t kLearntBeforeAttacks = 4;
constexpr std::size_t kHeldOutOne = 10;

/// One site that teaches one class and holds every tenth record out.
class RareClassStream {
 public:
    RareClassStream(const datasets::LabelledRecords& records, datasets::ClassName name,
                    std::uint64_t seed)
        : records_(records),
          name_(std::move(name)),
          random_(seed),
          order_(records.labels.size()),
          memory_(records.features.width(), seed),
          model_(Model::empty(records.features.width(), {})),
          validation_{FeatureMatrix(records.features.width()), {}, {}} {
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        shuffle(order_, random_);
    }

    TrainingBatch next() {
        TrainingBatch batch{FeatureMatrix(records_.features.width()), {}, {}};
        while (batch.size() < kBatch) {
            const std::size_t row = order_.at(place_++);
            const auto features = records_.features.row(row);
            const std::int8_t sign =
                records_.labels[row] == name_ ? std::int8_t{1} : std::int8_t{-1};
            if (place_ % kHeldOutOne != 0) {
                batch.append(features, sign);
                continue;
            }
            validation_.features.append(features);
            validation_.signs.push_back(sign);
            validation_.strata.push_back(records_.labels[row]);
        }
        return batch;
    }

    TrainingBatch flipped(TrainingBatch batch, double share) {
        for (std::int8_t& sign : batch.signs) {
            if (random_.chance(share)) sign = static_cast<std::int8_t>(-sign);
        }
        return batch;
    }

    GateReport judge(const TrainingBatch& batch) {
        after_ = *engine_->update(model_, *prepare(batch, memory_.rows()));
        return classifier::judge({model_, after_, batch}, validation_);
    }

    void learn(const TrainingBatch& batch) {
        ASSERT_TRUE(memory_.remember(batch, after_));
        model_ = after_;
    }

    [[nodiscard]] const Model& model() const { return model_; }

 private:
    const datasets::LabelledRecords& records_;
    const datasets::ClassName name_;
    Random random_;
    std::vector<std::size_t> order_;
    std::size_t place_ = 0;
    std::unique_ptr<Engine> engine_ = *make_engine("smo");
    LocalMemory memory_;
    Model model_;
    Model after_ = model_;
    Validation validation_;
};

class RareClass : public ::testing::TestWithParam<const char*> {};

TEST_P(RareClass, HonestUpdatesPassAndFlippedLabelsDoNot) {
    TRIBUTARY_KDD_OR_SKIP(records, "KDDTrain+.txt.zst", datasets::KddLabels::attack_name);
    for (const std::uint64_t seed : {1, 2}) {
        RareClassStream stream(records, GetParam(), seed);
        std::size_t judged = 0;
        for (std::size_t n = 0; n < kUpdates; ++n) {
            const TrainingBatch batch = stream.next();
            const bool attacked = n % kLearntBeforeAttacks == kLearntBeforeAttacks - 1;
            for (const double share : {0.05, 0.2, 1.0}) {
                if (!attacked) break;
                const GateReport report = stream.judge(stream.flipped(batch, share));
                EXPECT_TRUE(report.judged);
                EXPECT_FALSE(report.passed) << n << ", " << share << ": " << describe(report);
            }
            const GateReport report = stream.judge(batch);
            judged += report.judged ? 1 : 0;
            EXPECT_TRUE(report.passed) << n << ": " << describe(report);
            stream.learn(batch);
        }
        EXPECT_GE(judged, kUpdates - kLearntBeforeAttacks);
        EXPECT_LT(stream.model().seen_positive, 1000);
    }
}

INSTANTIATE_TEST_SUITE_P(Kdd, RareClass,
                         ::testing::Values("back", "ipsweep", "nmap", "satan", "teardrop",
                                           "warezclient"),
                         [](const auto& kind) { return std::string(kind.param); });

}  // namespace
}  // namespace tributary::classifier
