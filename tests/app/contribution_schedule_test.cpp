// Schedules of contributions that the protocol rules name (sections 1 and 3): what a journal asks
// for again after the object has decided about it. Decision 5: exactly once applied, or exactly
// once refused, whatever is lost or repeated.
#include <gtest/gtest.h>

#include "app/bench/migration/temporary_folder.hpp"
#include "app/service/learner.hpp"
#include "base/random.hpp"
#include "classifier/object/codec.hpp"
#include "classifier/trust/quarantine.hpp"
#include "classifier/trust/rollback.hpp"
#include "datasets/batch_codec.hpp"
#include "netlayer/store/journal.hpp"

namespace tributary::app {
namespace {

using classifier::ClassifierObject;
using datasets::LabelledRecords;

constexpr const char* kObject = "flow/1:scan";

const datasets::Schema& schema() {
    return **datasets::find_schema("flow/1");
}

LabelledRecords batch(std::uint8_t scan, std::uint8_t normal, std::uint64_t seed) {
    Random random(seed);
    LabelledRecords records = LabelledRecords::empty(schema(), {"scan"});
    for (int i = 0; i < 120; ++i) {
        const bool is_scan = i % 2 == 0;
        std::vector<std::uint8_t> row(schema().width());
        for (std::uint8_t& each : row) {
            each = static_cast<std::uint8_t>((is_scan ? scan : normal) + random.below(9));
        }
        records.features.append(row);
        records.labels.push_back(is_scan ? "scan" : datasets::kNormalClass);
    }
    return records;
}

/// A site with its journal, and the one object as the service holds it.
class Site {
 public:
    Site() : journal_(*netlayer::Journal::open(folder_->path() / "journal.sqlite")) {}

    std::uint64_t submit(const LabelledRecords& records) {
        return *journal_.append(*datasets::encode_records(records));
    }
    /// Applies the oldest entry; its durable confirmation is lost, so that it stays.
    /// @return  whether the object changed
    bool contribute() { return attempt(plan()); }
    [[nodiscard]] LearningPlan plan() {
        const netlayer::JournalEntry entry = **journal_.oldest();
        return *learner_.plan(*datasets::decode_records(entry.payload), entry.number);
    }
    /// @return  whether the object changed
    bool attempt(const LearningPlan& plan) {
        const auto learnt = learner_.learn(plan, {{kObject, bytes_}});
        if (!learnt || !learnt->contains(kObject)) return false;
        bytes_ = learnt->at(kObject);
        return true;
    }
    /// Notes in the object that the plan could not be learnt.
    void refuse(const LearningPlan& plan) {
        const auto noted = *learner_.refuse(plan, {{kObject, bytes_}});
        if (noted.contains(kObject)) bytes_ = noted.at(kObject);
    }
    void confirm() { EXPECT_TRUE(journal_.remove((**journal_.oldest()).number)); }
    [[nodiscard]] std::uint64_t waiting() const { return *journal_.size(); }

    [[nodiscard]] ClassifierObject object() const { return *classifier::decode_object(bytes_); }
    void replace(const ClassifierObject& object) { bytes_ = *classifier::encode_object(object); }

 private:
    Result<TemporaryFolder> folder_ = TemporaryFolder::make();
    netlayer::Journal journal_;
    Learner learner_{schema(), *classifier::make_engine("smo"), "birch", 1};
    Bytes bytes_;
};

TEST(ContributionSchedule, RepeatAfterALostConfirmationIsAppliedOnce) {
    Site site;
    site.submit(batch(40, 200, 1));
    const bool first = site.contribute();
    const ClassifierObject once = site.object();

    const bool second = site.contribute();

    EXPECT_TRUE(first);
    EXPECT_FALSE(second);
    EXPECT_EQ(site.object(), once);
    EXPECT_EQ(site.waiting(), 1u) << "applied is not durable: the journal keeps it";
}

// Another organization threw it away; the object says so, and its journal asks again.
TEST(ContributionSchedule, RetryOfARefusedContributionIsNotAppliedAndNotAskedAgain) {
    Site site;
    site.submit(batch(40, 200, 1));
    site.contribute();
    site.confirm();
    const std::uint64_t number = site.submit(batch(200, 40, 2));
    ClassifierObject refusing = site.object();
    const auto birch = classifier::contributor_entry(refusing, "birch");
    ASSERT_TRUE(birch);
    (*birch)->last_contribution = number;  // it was parked first, which books its number
    ASSERT_TRUE(classifier::note_refused(refusing, "birch", number));
    site.replace(refusing);

    const bool applied = site.contribute();
    site.confirm();
    site.submit(batch(40, 200, 3));
    const bool successor = site.contribute();

    EXPECT_FALSE(applied);
    EXPECT_TRUE(refusing.has_contribution("birch", number)) << "refused is decided";
    EXPECT_TRUE(successor) << "its successor is applied behind it";
    EXPECT_EQ(site.object().lineage.back().contribution, number + 1);
}

// A poison is taken back while its contributor waits for the confirmation, and repeats it.
TEST(ContributionSchedule, RollbackDoesNotLetAJournalledContributionReturn) {
    Site site;
    site.submit(batch(40, 200, 1));
    site.contribute();
    site.confirm();
    const ClassifierObject good = site.object();
    const std::uint64_t poison = site.submit(batch(200, 40, 2));
    site.contribute();  // its confirmation is lost
    const ClassifierObject poisoned = site.object();
    site.replace(*classifier::roll_back(poisoned, Digest{}, good, "cedar"));

    const bool returned = site.contribute();

    EXPECT_NE(poisoned.model, good.model);
    EXPECT_FALSE(returned);
    EXPECT_EQ(site.object().model, good.model);
    EXPECT_TRUE(site.object().has_contribution("birch", poison));
}

// What the rule prevents: with the old version's table of numbers the poison enters again.
TEST(ContributionSchedule, PlantedFaultRollbackOfTheNumbersLetsThePoisonReturn) {
    Site site;
    site.submit(batch(40, 200, 1));
    site.contribute();
    site.confirm();
    const ClassifierObject good = site.object();
    site.submit(batch(200, 40, 2));
    site.contribute();
    ClassifierObject restored = *classifier::roll_back(site.object(), Digest{}, good, "cedar");
    restored.contributors = good.contributors;
    site.replace(restored);

    EXPECT_TRUE(site.contribute());
    EXPECT_NE(site.object().model, good.model);
}

/// A contribution is refused; then its object could take it, and an attempt that had waited, or a
/// journal that was not written, asks for it again.
/// @param noted  the refusal is recorded, as decision 5 wants
/// @return       whether it is applied after all
bool returns_after_its_refusal(bool noted) {
    Site site;
    site.submit(batch(40, 200, 1));
    site.contribute();
    site.confirm();
    const std::uint64_t number = site.submit(batch(200, 40, 2));
    const LearningPlan waiting = site.plan();
    const ClassifierObject before = site.object();
    if (noted) {
        site.refuse(waiting);
        const ClassifierObject after = site.object();
        EXPECT_TRUE(after.has_refused("birch", number));
        EXPECT_TRUE(after.has_contribution("birch", number));
        EXPECT_EQ(after.model, before.model);
        EXPECT_EQ(after.version, before.version + 1);
        EXPECT_EQ(after.find_contributor("birch")->records,
                  before.find_contributor("birch")->records);
        EXPECT_EQ(after.lineage.back().verdict, classifier::Verdict::refused);
        site.refuse(waiting);  // a repeated refusal changes nothing
        EXPECT_EQ(site.object(), after);
    }
    const bool late = site.attempt(waiting);
    const bool asked_again = site.contribute();
    site.confirm();
    site.submit(batch(40, 200, 3));
    EXPECT_TRUE(site.contribute()) << "its successor is applied behind it";
    return late || asked_again;
}

TEST(ContributionSchedule, RecordedRefusalIsForGood) {
    EXPECT_FALSE(returns_after_its_refusal(true));
}

// What the rule prevents: a refusal that leaves no mark is taken for a contribution still to come.
TEST(ContributionSchedule, PlantedFaultUnrecordedRefusalIsAppliedAfterAll) {
    EXPECT_TRUE(returns_after_its_refusal(false));
}

// One refusal stands for all objects of a contribution: it is in all of them or in none.
TEST(ContributionSchedule, RefusalInOneObjectKeepsTheContributionFromTheOthers) {
    const char* const other = "flow/1:flood";
    Learner learner(schema(), *classifier::make_engine("smo"), "birch", 1);
    LabelledRecords both = batch(40, 200, 1);
    both.coverage.insert("flood");
    const LearningPlan first = *learner.plan(both, 1);
    ObjectBytes objects = *learner.learn(first, {{kObject, {}}, {other, {}}});
    const LearningPlan second = *learner.plan(both, 2);
    const ObjectBytes noted =
        *learner.refuse(second, {{kObject, objects.at(kObject)}, {other, {}}});

    EXPECT_EQ(noted.size(), 1u) << "the object that nobody has taught is not begun for it";
    const auto learnt =
        learner.learn(second, {{kObject, noted.at(kObject)}, {other, objects.at(other)}});

    ASSERT_FALSE(learnt);
    EXPECT_EQ(learnt.error().code, Errc::conflict);
    const ObjectBytes begun = *learner.refuse(first, {{kObject, {}}, {other, {}}});
    EXPECT_EQ(begun.size(), 2u) << "where nobody else can hold the note";
    EXPECT_FALSE(learner.learn(first, begun));
}

}  // namespace
}  // namespace tributary::app
