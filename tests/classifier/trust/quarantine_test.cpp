#include "classifier/trust/quarantine.hpp"

#include <gtest/gtest.h>

#include "classifier/bench/stream.hpp"
#include "classifier/object/codec.hpp"
#include "classifier/trust/rollback.hpp"
#include "tests/classifier/synthetic.hpp"

namespace tributary::classifier {
namespace {

using testing::kWidth;
using testing::Synthetic;

/// An object that "alder" taught one batch.
ClassifierObject taught(const TrainingBatch& batch) {
    LineageEntry entry;
    entry.contributor = "alder";
    entry.contribution = 1;
    entry.records = batch.size();
    Model model = *(*make_engine("smo"))->learn(Model::empty(kWidth, {}), batch);
    return *next_version(new_object("tiny/1:scan", "scan", "tiny/1", Digest{}, model), Digest{},
                         model, entry);
}

LineageEntry entry_of(const std::string& contributor, std::uint64_t number) {
    LineageEntry entry;
    entry.contributor = contributor;
    entry.contribution = number;
    entry.records = 500;
    return entry;
}

/// The object after `batch` of "birch" was parked.
ClassifierObject parked(const ClassifierObject& object, const TrainingBatch& batch,
                        std::uint64_t number = 1, const std::string& contributor = "birch") {
    const auto engine = *make_engine("smo");
    const PreparedBatch prepared = *prepare(batch, {});
    const Model branch = *engine->update(object.model, prepared);
    return *park(object, Digest{}, branch, prepared, entry_of(contributor, number));
}

TEST(Quarantine, ParkingLeavesTheModelAndBooksTheNumber) {
    Synthetic source(81);
    const ClassifierObject object = taught(source.batch(500));

    const ClassifierObject next = parked(object, source.batch(500));

    EXPECT_EQ(next.model, object.model);
    EXPECT_EQ(next.version, object.version + 1);
    EXPECT_TRUE(next.has_contribution("birch", 1));
    EXPECT_EQ(next.lineage.back().verdict, Verdict::quarantined);
    ASSERT_EQ(next.parked.size(), 1U);
    EXPECT_GT(next.parked[0].rows.rows(), 0U);
    EXPECT_EQ(*decode_object(*encode_object(next)), next);
}

// The branch has vectors of the batch and of all that its site remembers.
TEST(Quarantine, EveryVectorOfTheBatchIsParkedBeforeThoseOfTheMemory) {
    Synthetic source(96);
    const ClassifierObject object = taught(source.batch(500));
    Synthetic contrary(97, 0.5);  // half of the labels are wrong: nearly every row is a vector
    const TrainingBatch batch = contrary.batch(500);
    const PreparedBatch prepared = *prepare(batch, contrary.batch(3000));
    Model branch = *(*make_engine("smo"))->update(object.model, prepared);
    ASSERT_GT(branch.coefficients.size(), 1000U);
    while (branch.coefficients.size() < kParkedRowLimit + 300) {  // more than any site remembers
        branch.vectors.append(source.record(1));
        branch.coefficients.push_back(0.5F);
        branch.weights.push_back(1);
    }

    const ClassifierObject waiting =
        *park(object, Digest{}, branch, prepared, entry_of("birch", 1));

    const Parked& rows = waiting.parked.front();
    ASSERT_EQ(rows.rows.rows(), kParkedRowLimit);
    TrainingSet kept(kWidth);
    for (std::size_t i = 0; i < rows.signs.size(); ++i)
        kept.add(rows.rows.row(i), rows.signs[i], 1);
    TrainingSet old(kWidth);
    for (std::size_t i = 0; i < object.model.coefficients.size(); ++i) {
        old.add(object.model.vectors.row(i), object.model.coefficients[i] > 0 ? 1 : -1, 1);
    }
    for (std::size_t i = 0; i < branch.coefficients.size(); ++i) {
        const std::int8_t sign = branch.coefficients[i] > 0 ? 1 : -1;
        const auto row = branch.vectors.row(i);
        if (prepared.own.find(row, sign) >= prepared.batch_rows) continue;
        EXPECT_TRUE(kept.contains(row, sign) || old.contains(row, sign)) << i;
    }
}

TEST(Quarantine, AConfirmedNewMixIsNotLost) {
    Synthetic old_mix(82);
    Synthetic new_mix(83, 1.0);  // there every record means the opposite
    const ClassifierObject object = taught(old_mix.batch(500));
    const TrainingBatch batch = new_mix.batch(500);
    const TrainingBatch test = new_mix.batch(1000);
    const auto engine = *make_engine("smo");
    const Model direct = *engine->learn(object.model, batch);

    const ClassifierObject waiting = parked(object, batch);
    const auto confirmed = confirm(waiting, Digest{}, {"birch", 1, "cedar", false}, *engine);

    ASSERT_TRUE(confirmed) << confirmed.error().message;
    EXPECT_TRUE(confirmed->parked.empty());
    EXPECT_EQ(confirmed->version, waiting.version + 1);
    EXPECT_EQ(confirmed->lineage.back().verdict, Verdict::confirmed);
    EXPECT_EQ(confirmed->lineage.back().subject, "birch");
    EXPECT_EQ(confirmed->model.seen_positive, direct.seen_positive);
    EXPECT_GE(accuracy_of(confirmed->model, test), accuracy_of(direct, test) - 0.05);
    EXPECT_GT(accuracy_of(confirmed->model, test), accuracy_of(object.model, test) + 0.1);
}

TEST(Quarantine, WhatWasLearntMeanwhileStays) {
    Synthetic source(84);
    const auto engine = *make_engine("smo");
    ClassifierObject waiting = parked(taught(source.batch(500)), source.batch(500));
    Model further = *engine->learn(waiting.model, source.batch(500));
    const std::uint64_t seen = further.seen_positive;
    waiting = *next_version(waiting, Digest{}, std::move(further), entry_of("alder", 2));

    const auto confirmed = confirm(waiting, Digest{}, {"birch", 1, "cedar", false}, *engine);

    ASSERT_TRUE(confirmed);
    EXPECT_GT(confirmed->model.seen_positive, seen);
    EXPECT_TRUE(confirmed->has_contribution("alder", 2));
}

TEST(Quarantine, NobodyConfirmsItselfButAPersonMay) {
    Synthetic source(85);
    const auto engine = *make_engine("smo");
    const ClassifierObject waiting = parked(taught(source.batch(500)), source.batch(500));

    const auto own = confirm(waiting, Digest{}, {"birch", 1, "birch", false}, *engine);
    const auto person = confirm(waiting, Digest{}, {"birch", 1, "birch", true}, *engine);
    const auto unknown = confirm(waiting, Digest{}, {"birch", 9, "cedar", false}, *engine);

    ASSERT_FALSE(own);
    EXPECT_EQ(own.error().code, Errc::permission);
    EXPECT_TRUE(person);
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, Errc::not_found);
}

TEST(Quarantine, ADiscardedContributionIsRefusedForGood) {
    Synthetic source(86);
    const ClassifierObject waiting = parked(taught(source.batch(500)), source.batch(500));

    const auto rest = discard(waiting, Digest{}, {"birch", 1, "cedar", false});

    ASSERT_TRUE(rest);
    EXPECT_TRUE(rest->parked.empty());
    EXPECT_EQ(rest->model, waiting.model);
    EXPECT_EQ(rest->find_contributor("birch")->refused, (std::vector<std::uint64_t>{1}));
    EXPECT_EQ(rest->lineage.back().verdict, Verdict::refused);
}

TEST(Quarantine, AFullQuarantineSaysSo) {
    Synthetic source(87);
    ClassifierObject object = taught(source.batch(200));
    for (std::uint64_t number = 1; number <= kParkedLimit; ++number) {
        object = parked(object, source.batch(50), number, number % 2 == 0 ? "birch" : "cedar");
    }
    const PreparedBatch prepared = *prepare(source.batch(50), {});

    const auto more =
        park(object, Digest{}, object.model, prepared, entry_of("dogwood", kParkedLimit + 1));

    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().code, Errc::limit_exceeded);
    EXPECT_EQ(*decode_object(*encode_object(object)), object);
}

TEST(Quarantine, OneContributorDoesNotFillItAlone) {
    Synthetic source(90);
    ClassifierObject object = taught(source.batch(200));
    for (std::uint64_t number = 1; number <= kParkedOfOneLimit; ++number) {
        object = parked(object, source.batch(50), number);
    }

    EXPECT_FALSE(has_room(object, "birch"));
    EXPECT_TRUE(has_room(object, "cedar"));
}

TEST(Quarantine, AParkedMoveOfWeightsIsLearntOnTopOfWhatCameMeanwhile) {
    Synthetic source(91);
    HyperParameters parameters;
    parameters.fourier = 256;
    const Model empty = Model::empty(kWidth, parameters, ModelKind::rff_linear);
    const auto engine = *make_engine(ModelKind::rff_linear, "");
    const auto book = [](const ClassifierObject& object, Model model, std::uint64_t number) {
        return *next_version(object, Digest{}, std::move(model), entry_of("alder", number));
    };
    const ClassifierObject object =
        book(new_object("tiny/1:scan", "scan", "tiny/1", Digest{}, empty),
             *engine->learn(empty, source.batch(500)), 1);
    const PreparedBatch prepared = *prepare(source.batch(500), {});
    const Model branch = *engine->update(object.model, prepared);
    const ClassifierObject waiting =
        *park(object, Digest{}, branch, prepared, entry_of("birch", 1));
    const ClassifierObject later =
        book(waiting, *engine->learn(waiting.model, source.batch(500)), 2);

    const auto at_once = confirm(waiting, Digest{}, {"birch", 1, "cedar", false}, *engine);
    const auto meanwhile = confirm(later, Digest{}, {"birch", 1, "cedar", false}, *engine);

    ASSERT_TRUE(at_once && meanwhile);
    EXPECT_EQ(waiting.parked[0].rows.rows(), 0U);
    EXPECT_EQ(*decode_object(*encode_object(waiting)), waiting);
    EXPECT_EQ(at_once->model.seen_positive, branch.seen_positive);
    for (std::size_t d = 0; d < branch.linear.size(); ++d) {
        EXPECT_NEAR(at_once->model.linear[d], branch.linear[d], 1e-5);
        const float moved = branch.linear[d] - object.model.linear[d];
        EXPECT_NEAR(meanwhile->model.linear[d], later.model.linear[d] + moved, 1e-5);
    }
}

TEST(Rollback, IsANewVersionWithTheOldModelAndTheNewestNumbers) {
    Synthetic source(88);
    const auto engine = *make_engine("smo");
    ClassifierObject old = taught(source.batch(500));
    old.card.count = 10;
    old.card.accuracy = 0.75;
    const ClassifierObject newer = *next_version(
        old, Digest{}, *engine->learn(old.model, source.batch(500)), entry_of("birch", 4));

    const auto back = roll_back(newer, Digest{}, old, "cedar");

    ASSERT_TRUE(back);
    EXPECT_EQ(back->model, old.model);
    EXPECT_EQ(back->card, old.card);
    EXPECT_EQ(back->version, newer.version + 1);
    EXPECT_TRUE(back->has_contribution("birch", 4));
    EXPECT_EQ(back->lineage.back().verdict, Verdict::rolled_back);
    EXPECT_EQ(back->lineage.back().reference, old.version);
    EXPECT_EQ(*decode_object(*encode_object(*back)), *back);
}

TEST(Rollback, OnlyToAnEarlierVersionOfTheSameObject) {
    Synthetic source(89);
    const ClassifierObject object = taught(source.batch(500));
    ClassifierObject other =
        new_object("tiny/1:other", "other", "tiny/1", Digest{}, Model::empty(kWidth, {}));

    ClassifierObject other_kind = object;
    other_kind.version = 0;
    other_kind.model = Model::empty(kWidth, {}, ModelKind::one_class);

    ClassifierObject other_parameters = object;
    other_parameters.version = 0;
    other_parameters.model.parameters.cost = 77;

    const auto stiff = roll_back(object, Digest{}, other_parameters, "cedar");
    const auto forward = roll_back(object, Digest{}, object, "cedar");
    const auto changed = roll_back(object, Digest{}, other_kind, "cedar");
    const auto foreign = roll_back(object, Digest{}, other, "cedar");

    ASSERT_FALSE(stiff);
    EXPECT_EQ(stiff.error().code, Errc::mismatch);
    ASSERT_FALSE(forward);
    EXPECT_EQ(forward.error().code, Errc::invalid_argument);
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().code, Errc::mismatch);
    ASSERT_FALSE(changed);
    EXPECT_EQ(changed.error().code, Errc::mismatch);
}

}  // namespace
}  // namespace tributary::classifier
