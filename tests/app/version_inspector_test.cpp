// What may enter a member from below, and what the coordinator judges by: docs/adr/0005.
#include "app/service/version_inspector.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "app/coordinator/donated_records.hpp"
#include "app/service/catalogue.hpp"
#include "app/service/learner.hpp"
#include "base/compress.hpp"
#include "base/file.hpp"
#include "base/random.hpp"
#include "classifier/object/codec.hpp"
#include "classifier/trust/lineage.hpp"
#include "tests/netlayer/driver/temporary_folder.hpp"

namespace tributary::app {
namespace {

using datasets::LabelledRecords;
using netlayer::Object;
using netlayer::TemporaryFolder;

constexpr const char* kId = "flow/1:scan";

const datasets::Schema& schema() {
    return **datasets::find_schema("flow/1");
}

SigningKey key_of(std::uint8_t owner) {
    std::array<std::uint8_t, 32> seed{};
    seed.fill(owner);
    return signing_key_from(seed);
}

Object version_of(std::uint64_t version, Bytes body, const std::string& id = kId) {
    return {id, version, std::make_shared<const Bytes>(std::move(body))};
}

/// Records of both classes, far apart.
LabelledRecords records(std::uint64_t seed, std::size_t of_each = 40) {
    Random random(seed);
    LabelledRecords made = LabelledRecords::empty(schema(), {"scan"});
    for (std::size_t i = 0; i < 2 * of_each; ++i) {
        const bool scan = i % 2 == 0;
        std::vector<std::uint8_t> row(schema().width(), scan ? 40 : 200);
        for (std::uint8_t& cell : row) cell = static_cast<std::uint8_t>(cell + random.below(9));
        made.features.append(row);
        made.labels.emplace_back(scan ? "scan" : datasets::kNormalClass);
    }
    return made;
}

/// The version that a site makes of the bytes before.
Bytes taught(const Bytes& before, const std::string& site, std::uint64_t number) {
    Learner learner(schema(), *classifier::make_engine("smo"), site, 1);
    learner.sign_with(key_of(static_cast<std::uint8_t>(site.back())));
    const LearningPlan plan = *learner.plan(records(number), number);
    return learner.learn(plan, {{kId, before}})->at(kId);
}

// What is refused here costs its sender the edge, and is counted: versions_refused.
TEST(VersionInspector, ABodyThatUnpacksBeyondTheLimitIsRefusedUnread) {
    const Bytes first = taught({}, "site-a", 1);
    const Bytes bomb = compress(Bytes(std::size_t{64} << 20U, 0));
    ASSERT_LT(bomb.size(), 16'384u);
    ByteWriter writer;
    writer.put(ByteView(first).first(10));  // magic and format
    writer.u32(static_cast<std::uint32_t>(bomb.size()));
    writer.put(bomb);
    writer.u32(0);  // no signatures
    writer.put(blake2b(writer.bytes()));
    VersionInspector inspector;

    const Status passed = inspector(nullptr, version_of(1, writer.take()));

    ASSERT_FALSE(passed);
    EXPECT_NE(passed.error().message.find("limit"), std::string::npos) << passed.error().message;
}

TEST(VersionInspector, SignedVersionsThatFollowPass) {
    VersionInspector inspector;
    const Object first = version_of(1, taught({}, "site-a", 1));
    const Object second = version_of(2, taught(*first.body, "site-b", 1));

    EXPECT_TRUE(inspector(nullptr, first));
    EXPECT_TRUE(inspector(&first, second));
    VersionInspector restarted;
    EXPECT_TRUE(restarted(&first, second)) << "nothing but the two versions may decide";
}

TEST(VersionInspector, BytesThatAreNoClassifierDoNotPass) {
    VersionInspector inspector;
    const Object first = version_of(1, taught({}, "site-a", 1));
    Bytes damaged = taught(*first.body, "site-a", 2);
    damaged[damaged.size() / 2] ^= 1;

    EXPECT_FALSE(inspector(nullptr, version_of(1, to_bytes("garbage"))));
    EXPECT_FALSE(inspector(&first, version_of(2, Bytes{})));
    EXPECT_FALSE(inspector(&first, version_of(2, std::move(damaged))));
}

TEST(VersionInspector, AClassifierUnderAnotherNameDoesNotPass) {
    VersionInspector inspector;

    EXPECT_EQ(
        inspector(nullptr, version_of(1, taught({}, "site-a", 1), "flow/1:other")).error().code,
        Errc::mismatch);
}

TEST(VersionInspector, AnUnsignedVersionDoesNotPass) {
    Learner learner(schema(), *classifier::make_engine("smo"), "site-a", 1);
    const LearningPlan plan = *learner.plan(records(1), 1);
    const Bytes bytes = learner.learn(plan, {{kId, Bytes{}}})->at(kId);

    EXPECT_EQ(VersionInspector()(nullptr, version_of(1, bytes)).error().code, Errc::permission);
}

TEST(VersionInspector, NobodyElseActsInTheNameOfTheCoordinator) {
    const SigningKey keeper = key_of(200);
    const std::string name = keeper_name(keeper.public_key);
    const Object forged = version_of(1, taught({}, name, 1));

    EXPECT_TRUE(VersionInspector()(nullptr, forged));
    EXPECT_EQ(VersionInspector(keeper.public_key)(nullptr, forged).error().code, Errc::permission);
}

TEST(VersionInspector, TheCatalogueForgetsNothingAndListsClassifiersOnly) {
    VersionInspector inspector;
    const auto listing = [](std::uint64_t version, const Catalogue& catalogue) {
        return version_of(version, *encode_catalogue(catalogue), kCatalogueId);
    };
    const Object one = listing(1, {"flow/1:scan"});

    EXPECT_TRUE(inspector(nullptr, one));
    EXPECT_TRUE(inspector(&one, listing(2, {"flow/1:scan", "flow/1:flood"})));
    EXPECT_FALSE(inspector(&one, listing(2, {"flow/1:flood"})));
    EXPECT_FALSE(inspector(&one, listing(2, {"flow/1:scan", "anything"})));
    EXPECT_FALSE(inspector(&one, version_of(2, to_bytes("garbage"), kCatalogueId)));
}

TEST(VersionInspector, OtherObjectsAreNobodysBusiness) {
    EXPECT_TRUE(VersionInspector()(nullptr, version_of(1, to_bytes("a line"), "object-3")));
}

/// An object to be judged.
classifier::ClassifierObject object_of(const std::string& class_name) {
    return classifier::new_object(object_id(schema(), class_name), class_name, schema().name(),
                                  schema().hash(), classifier::Model::empty(schema().width(), {}));
}

TEST(DonatedRecords, AreFoundWhileTheCoordinatorRunsAndOnceEach) {
    const TemporaryFolder folder;
    DonatedRecords donated(folder.path() / "donated");

    EXPECT_EQ(donated.validation_for(object_of("scan")).size(), 0U);
    const auto donation = donate(folder.path() / "donated", records(1));
    ASSERT_TRUE(donation) << donation.error().message;
    ASSERT_TRUE(donate(folder.path() / "donated", records(1)));

    EXPECT_EQ(donated.validation_for(object_of("scan")).size(), donation->rows);
    EXPECT_EQ(donation->rows, 80U);
}

// A source that knows nothing of a class says nothing about it, not even that a record is normal.
TEST(DonatedRecords, JudgeOnlyTheClassesThatTheirSourceCovers) {
    const TemporaryFolder folder;
    ASSERT_TRUE(donate(folder.path(), records(1)));
    DonatedRecords donated(folder.path());

    EXPECT_EQ(donated.validation_for(object_of("flood")).size(), 0U);
}

TEST(DonatedRecords, EveryDonationHasAnEqualShare) {
    const TemporaryFolder folder;
    ASSERT_TRUE(donate(folder.path(), records(1, 3000)));
    ASSERT_TRUE(donate(folder.path(), records(2, 3000)));
    DonatedRecords donated(folder.path());

    const classifier::Validation validation = donated.validation_for(object_of("scan"));

    EXPECT_EQ(validation.size(), classifier::kGateRecords);
    const auto scans = std::ranges::count(validation.signs, std::int8_t{1});
    EXPECT_NEAR(static_cast<double>(scans), 1000, 100) << "the first rows are no fair sample";
}

TEST(DonatedRecords, ADamagedOneIsPassedOver) {
    const TemporaryFolder folder;
    ASSERT_TRUE(donate(folder.path(), records(1)));
    ASSERT_TRUE(write_file_atomically(folder.path() / "0000.batch", to_bytes("garbage")));
    DonatedRecords donated(folder.path());

    EXPECT_EQ(donated.validation_for(object_of("scan")).size(), 80U);
    EXPECT_FALSE(donate(folder.path(), LabelledRecords::empty(schema(), {"scan"})));
}

}  // namespace
}  // namespace tributary::app
