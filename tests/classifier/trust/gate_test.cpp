#include "classifier/trust/gate.hpp"

#include <gtest/gtest.h>

#include "classifier/svm/engine.hpp"
#include "tests/classifier/synthetic.hpp"

namespace tributary::classifier {
namespace {

using testing::kWidth;
using testing::Synthetic;

Validation validation_from(const TrainingBatch& batch) {
    Validation validation;
    validation.features = batch.features;
    validation.signs = batch.signs;
    for (const std::int8_t sign : batch.signs) {
        validation.strata.emplace_back(sign > 0 ? "attack" : "normal");
    }
    return validation;
}

Model learnt(const Model& from, const TrainingBatch& batch) {
    return *(*make_engine("smo"))->learn(from, batch);
}

TrainingBatch with_flipped_labels(TrainingBatch batch) {
    for (std::int8_t& sign : batch.signs) sign = static_cast<std::int8_t>(-sign);
    return batch;
}

/// A record far from all that the source makes.
const std::vector<std::uint8_t> kRare(kWidth, 255);

/// The model, which also knows the rare record to be of the class.
Model with_rare_vector(Model model) {
    model.vectors.append(kRare);
    model.coefficients.push_back(10);
    model.weights.push_back(1);
    return model;
}

void hold_out_rare(Validation& validation, std::size_t records, std::int8_t sign) {
    for (std::size_t i = 0; i < records; ++i) {
        validation.features.append(kRare);
        validation.signs.push_back(sign);
        validation.strata.emplace_back("rare");
    }
}

TEST(Gate, TheRampLossEndsAtTwo) {
    EXPECT_DOUBLE_EQ(ramp_loss(5), 0);
    EXPECT_DOUBLE_EQ(ramp_loss(0.25), 0.75);
    EXPECT_DOUBLE_EQ(ramp_loss(-1), 2);
    EXPECT_DOUBLE_EQ(ramp_loss(-40), 2);
}

TEST(Gate, AnHonestUpdatePasses) {
    Synthetic source(71);
    const Model before = learnt(Model::empty(kWidth, {}), source.batch(2400));
    const TrainingBatch batch = source.batch(500);
    const Model after = learnt(before, batch);

    const GateReport report = judge({before, after, batch}, validation_from(source.batch(2400)));

    EXPECT_TRUE(report.judged);
    EXPECT_TRUE(report.passed) << describe(report);
}

TEST(Gate, FlippedLabelsDoNotPass) {
    Synthetic source(72);
    const Model before = learnt(Model::empty(kWidth, {}), source.batch(2400));
    const TrainingBatch flipped = with_flipped_labels(source.batch(500));
    const Model after = learnt(before, flipped);

    const GateReport report = judge({before, after, flipped}, validation_from(source.batch(2400)));

    EXPECT_FALSE(report.passed) << describe(report);
    EXPECT_GT(report.ramp_after, report.ramp_before);
}

// Each of the three signs by itself.
TEST(Gate, AModelThatIsLessSureEverywhereDoesNotPass) {
    Synthetic source(81);
    const Model before = learnt(Model::empty(kWidth, {}), source.batch(2400));
    Model after = before;
    after.rho += 0.5;

    const GateReport report =
        judge({before, after, source.batch(500)}, validation_from(source.batch(2400)));

    EXPECT_FALSE(report.passed) << describe(report);
    EXPECT_LT(report.contradicted_batch, report.contradicted_held_out + 0.02);
    EXPECT_LT(report.recall_before - report.recall_after, 0.05);
}

/// A vector far from all others is forgotten, with it so many held-out records of a stratum.
GateReport forgotten(std::size_t records, std::uint64_t seen_of_class = 1000) {
    Synthetic source(82);
    const Model after = learnt(Model::empty(kWidth, {}), source.batch(2400));
    Model before = with_rare_vector(after);
    before.seen_positive = seen_of_class;
    Validation validation = validation_from(source.batch(2400));
    hold_out_rare(validation, records, 1);
    return judge({before, after, source.batch(500)}, validation);
}

TEST(Gate, AStratumThatIsForgottenDoesNotPass) {
    const GateReport four = forgotten(4);
    const GateReport two = forgotten(2);

    EXPECT_FALSE(four.passed) << describe(four);
    EXPECT_EQ(four.stratum, "rare");
    EXPECT_LT(four.ramp_after - four.ramp_before, 0.01);
    EXPECT_LT(four.contradicted_batch, four.contradicted_held_out + 0.02);
    EXPECT_TRUE(two.passed) << "two records may be chance: " << describe(two);
}

TEST(Gate, ABatchThatContradictsTheModelDoesNotPassEvenWhenNothingChanged) {
    Synthetic source(75);
    const Model model = learnt(Model::empty(kWidth, {}), source.batch(2400));
    Synthetic noisy(75, 0.05);
    const TrainingBatch batch = noisy.batch(500);

    const GateReport report = judge({model, model, batch}, validation_from(source.batch(2400)));

    EXPECT_DOUBLE_EQ(report.ramp_before, report.ramp_after);
    EXPECT_FALSE(report.passed) << describe(report);
}

TEST(Gate, ANewMixThatTheSiteHoldsOutTooPasses) {
    Synthetic old_mix(76);
    const Model before = learnt(Model::empty(kWidth, {}), old_mix.batch(2400));
    Synthetic new_mix(77, 1.0);  // every record means the opposite there
    const TrainingBatch batch = new_mix.batch(500);
    const Model after = learnt(before, batch);

    const GateReport report = judge({before, after, batch}, validation_from(new_mix.batch(2000)));

    EXPECT_TRUE(report.passed) << describe(report);
    EXPECT_LT(report.ramp_after, report.ramp_before);
}

TEST(Gate, AnUpdateThatServesTheSitePassesWhateverElseSpeaksAgainstIt) {
    Synthetic old_mix(79);
    Synthetic new_mix(80, 1.0);
    const Model before = learnt(Model::empty(kWidth, {}), old_mix.batch(2400));
    const TrainingBatch batch = new_mix.batch(500);
    Validation both = validation_from(old_mix.batch(300));
    const Validation more = validation_from(new_mix.batch(2000));
    for (std::size_t i = 0; i < more.size(); ++i) {
        both.features.append(more.features.row(i));
        both.signs.push_back(more.signs[i]);
        both.strata.push_back(more.strata[i]);
    }

    const GateReport report = judge({before, learnt(before, batch), batch}, both);

    EXPECT_GT(report.contradicted_batch, report.contradicted_held_out + 0.02);
    EXPECT_TRUE(report.passed) << describe(report);
}

/// What becomes of a class whose records a batch calls normal, where the site holds none of them
/// out and the loss of the others falls.
GateReport denied(std::size_t held_out_of_class) {
    Synthetic source(83);
    const Model after = learnt(Model::empty(kWidth, {}), source.batch(2400));
    Model before = with_rare_vector(after);
    before.rho += 0.5;
    TrainingBatch batch = source.batch(400);
    for (std::size_t i = 0; i < 100; ++i) batch.append(kRare, -1);
    Validation validation = validation_from(source.batch(2400));
    hold_out_rare(validation, held_out_of_class, -1);
    return judge({before, after, batch}, validation);
}

TEST(Gate, AFallOfTheLossSaysNothingOfRecordsThatNobodyHoldsOut) {
    const GateReport unseen = denied(0);
    const GateReport seen = denied(5);

    EXPECT_LT(unseen.ramp_after, unseen.ramp_before - 0.001);
    EXPECT_GT(unseen.contradicted_batch, unseen.contradicted_held_out + 0.02);
    EXPECT_FALSE(unseen.passed) << describe(unseen);
    EXPECT_TRUE(seen.passed) << describe(seen);
}

TEST(Gate, OneRecordOfAFewIsNoRise) {
    const auto rise_of = [](std::size_t records) {
        Synthetic source(84);
        const Model before = learnt(Model::empty(kWidth, {}), source.batch(2400));
        Model after = before;
        after.rho += 0.25;
        return judge({before, after, source.batch(500)}, validation_from(source.batch(records)));
    };
    const GateReport few = rise_of(120);
    const GateReport many = rise_of(2400);

    EXPECT_GT(few.ramp_after, few.ramp_before + 0.01);
    EXPECT_TRUE(few.passed) << describe(few);
    EXPECT_FALSE(many.passed) << describe(many);
}

TEST(Gate, AModelWithOneRareClassIsJudged) {
    Synthetic source(85);
    Model before = learnt(Model::empty(kWidth, {}), source.batch(2400));
    before.seen_positive = 3;
    before.seen_negative = 997;
    const TrainingBatch flipped = with_flipped_labels(source.batch(500));

    const GateReport report =
        judge({before, learnt(before, flipped), flipped}, validation_from(source.batch(2400)));

    EXPECT_TRUE(report.judged);
    EXPECT_FALSE(report.passed) << describe(report);
}

TEST(Gate, ARecordOrTwoOfASmallBatchContradictNothing) {
    Synthetic source(86);
    const Model model = learnt(Model::empty(kWidth, {}), source.batch(2400));
    const auto judged = [&](std::size_t contrary) {
        TrainingBatch batch = source.batch(20);
        for (std::size_t i = 0; i < contrary; ++i) {
            const auto row = source.record(1);
            batch.append(row, -1);
        }
        return judge({model, model, batch}, validation_from(source.batch(2400)));
    };
    const GateReport two = judged(2);
    const GateReport six = judged(6);

    EXPECT_GT(two.contradicted_batch, two.contradicted_held_out + 0.02);
    EXPECT_TRUE(two.passed) << describe(two);
    EXPECT_FALSE(six.passed) << describe(six);
}

TEST(Gate, RecallSaysNothingOfAModelThatHasSeenFewOfAClass) {
    EXPECT_FALSE(forgotten(4).passed);
    EXPECT_TRUE(forgotten(4, 999).passed);
}

TEST(Gate, AYoungModelIsNotJudged) {
    Synthetic source(78);
    const Model before = learnt(Model::empty(kWidth, {}), source.batch(500));
    Synthetic noisy(78, 1.0);
    const TrainingBatch batch = noisy.batch(500);

    const GateReport report =
        judge({before, learnt(before, batch), batch}, validation_from(source.batch(500)));

    EXPECT_FALSE(report.judged);
    EXPECT_TRUE(report.passed);
}

TEST(Gate, WithoutAModelBeforeNothingIsJudged) {
    Synthetic source(73);
    const Model nothing = Model::empty(kWidth, {});
    const TrainingBatch batch = source.batch(500);
    const Model after = learnt(nothing, batch);

    const GateReport report = judge({nothing, after, batch}, validation_from(source.batch(500)));

    EXPECT_FALSE(report.judged);
    EXPECT_TRUE(report.passed);
}

TEST(Gate, TooFewRecordsJudgeNothing) {
    Synthetic source(74);
    const Model before = learnt(Model::empty(kWidth, {}), source.batch(2400));

    const Model worse = Model::empty(kWidth, {});
    const GateReport report =
        judge({before, worse, source.batch(100)}, validation_from(source.batch(50)));

    EXPECT_FALSE(report.judged);
    EXPECT_TRUE(report.passed);
}

}  // namespace
}  // namespace tributary::classifier
