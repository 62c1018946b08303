// The gate on one-class objects: honest batches of normal traffic pass, attacks taught as normal
// do not. On published records where they are, else on made-up ones.
#include <gtest/gtest.h>

#include <iostream>

#include "classifier/svm/hyper_parameters.hpp"
#include "classifier/svm/local_memory.hpp"
#include "classifier/svm/one_class_engine.hpp"
#include "classifier/trust/gate.hpp"
#include "datasets/corpus/synthetic.hpp"
#include "tests/classifier/kdd_data.hpp"

namespace tributary::classifier {
namespace {

using datasets::LabelledRecords;

constexpr std::size_t kBatch = 500;
constexpr std::size_t kAttackEvery = 6;

/// A site that teaches normal traffic batch after batch, and what the gate says of each.
class OneClassTrial {
 public:
    OneClassTrial(const LabelledRecords& records, std::uint64_t seed)
        : records_(records),
          random_(seed),
          memory_(records.features.width(), seed),
          model_(Model::empty(records.features.width(),
                              hyper_parameters_for("kdd41/1", ModelKind::one_class),
                              ModelKind::one_class)) {
        std::vector<std::size_t> order(records.labels.size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
        shuffle(order, random_);
        validation_.features = FeatureMatrix(records.features.width());
        for (const std::size_t row : order) {
            const bool is_normal = records.labels[row] == datasets::kNormalClass;
            if (validation_.size() < kGateRecords) {
                validation_.features.append(records.features.row(row));
                validation_.signs.push_back(is_normal ? 1 : -1);
                validation_.strata.push_back(records.labels[row]);
            } else {
                (is_normal ? normal_ : attacks_).push_back(row);
            }
        }
    }

    /// One honest batch; at times a poisoned form of it before.
    void turn() {
        if (++turns_ % kAttackEvery == 0) {
            for (const double share : {0.05, 0.1, 0.2, 0.5, 1.0}) attack(share);
        }
        const TrainingBatch batch = normal_batch(0);
        const Model after = *OneClassEngine().learn(model_, batch, memory_.rows());
        const GateReport report = judge({model_, after, batch}, validation_);
        judged_ += report.judged ? 1 : 0;
        if (!report.passed) {
            ++alarms_;
            std::cout << "false alarm: " << describe(report) << "\n";
        }
        model_ = after;
        ASSERT_TRUE(memory_.remember(batch, model_));
    }

    /// The update of a batch of which a share are attacks.
    void attack(double share) {
        const TrainingBatch batch = normal_batch(share);
        // Once by a site with an honest past, once by a newcomer that remembers nothing.
        for (const TrainingBatch& memory : {memory_.rows(), TrainingBatch{}}) {
            const Model after = *OneClassEngine().learn(model_, batch, memory);
            const GateReport report = judge({model_, after, batch}, validation_);
            poisoned_ += report.judged ? 1 : 0;
            caught_ += report.passed ? 0 : 1;
            if (report.judged && report.passed)
                std::cout << share << " missed: " << describe(report) << "\n";
        }
    }

    [[nodiscard]] bool has_more() const { return normal_.size() >= kBatch; }
    [[nodiscard]] std::size_t judged() const { return judged_; }
    [[nodiscard]] std::size_t alarms() const { return alarms_; }
    [[nodiscard]] std::size_t poisoned() const { return poisoned_; }
    [[nodiscard]] std::size_t caught() const { return caught_; }

 private:
    /// The next normal records, of which a share is replaced by attacks; poisoned batches use up
    /// none.
    TrainingBatch normal_batch(double share) {
        TrainingBatch batch{FeatureMatrix(records_.features.width()), {}, {}};
        const auto attacks = static_cast<std::size_t>(share * kBatch);
        for (std::size_t i = 0; i < kBatch; ++i) {
            const std::size_t row = i < attacks ? attacks_[random_.below(attacks_.size())]
                                                : normal_[normal_.size() - 1 - i];
            batch.append(records_.features.row(row), 1);
        }
        if (share == 0) normal_.resize(normal_.size() - kBatch);
        return batch;
    }

    const LabelledRecords& records_;
    Random random_;
    LocalMemory memory_;
    Model model_;
    Validation validation_;
    std::vector<std::size_t> normal_;
    std::vector<std::size_t> attacks_;
    std::size_t turns_ = 0;
    std::size_t judged_ = 0;
    std::size_t alarms_ = 0;
    std::size_t poisoned_ = 0;
    std::size_t caught_ = 0;
};

TEST(OneClassGate, MadeUpAttacksTaughtAsNormalDoNotPass) {
    const LabelledRecords records = *datasets::synthetic_kdd(16000, 5);
    OneClassTrial trial(records, 3);

    for (int n = 0; n < 8 && trial.has_more(); ++n) trial.turn();

    EXPECT_GT(trial.judged(), 4U);
    EXPECT_EQ(trial.alarms(), 0U);
    EXPECT_GT(trial.poisoned(), 0U);
    EXPECT_EQ(trial.caught(), trial.poisoned());
}

TEST(OneClassGate, PublishedAttacksTaughtAsNormalDoNotPass) {
    TRIBUTARY_KDD_OR_SKIP(records, "KDDTrain+.txt.zst", datasets::KddLabels::attack_name);
    OneClassTrial trial(records, 1);

    for (int n = 0; n < 60 && trial.has_more(); ++n) trial.turn();

    std::cout << trial.alarms() << " false alarms in " << trial.judged() << " judged updates, "
              << trial.caught() << " of " << trial.poisoned() << " poisoned ones caught\n";
    EXPECT_GT(trial.judged(), 30U);
    EXPECT_GT(trial.poisoned(), 0U);
    EXPECT_EQ(trial.alarms(), 0U);
    EXPECT_EQ(trial.caught(), trial.poisoned());
}

TEST(OneClassGate, AYoungModelIsNotJudged) {
    const LabelledRecords records = *datasets::synthetic_kdd(8000, 6);
    OneClassTrial trial(records, 4);

    trial.attack(1.0);

    EXPECT_EQ(trial.caught(), 0U);
}

}  // namespace
}  // namespace tributary::classifier
