#include "classifier/trust/inspection.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "classifier/bench/stream.hpp"
#include "classifier/object/codec.hpp"
#include "classifier/trust/lineage.hpp"
#include "tests/classifier/synthetic.hpp"

namespace tributary::classifier {
namespace {

using testing::kWidth;
using testing::Synthetic;

SigningKey key_of(const std::string& contributor) {
    std::array<std::uint8_t, 32> seed{};
    seed.fill(static_cast<std::uint8_t>(contributor.front()));
    return signing_key_from(seed);
}

struct Version {
    ClassifierObject object;
    Bytes bytes;

    /// As whoever keeps the objects knows it.
    [[nodiscard]] Inspected passed() const { return {object, *content_digest(bytes)}; }
};

Digest parent_of(const ClassifierObject& object) {
    return object.version == 0 ? Digest{} : *content_digest(*encode_object(object));
}

Version signed_version(const ClassifierObject& object, const std::string& author) {
    const Bytes bytes = *encode_signed(object, key_of(author));
    return {*decode_object(bytes), bytes};
}

/// The version after a batch of `author`, signed.
Version taught(const ClassifierObject& object, const TrainingBatch& batch,
               const std::string& author, std::uint64_t number) {
    LineageEntry entry;
    entry.contributor = author;
    entry.contribution = number;
    entry.records = batch.size();
    Model model = *(*make_engine("smo"))->learn(object.model, batch);
    return signed_version(*next_version(object, parent_of(object), std::move(model), entry),
                          author);
}

ClassifierObject untaught() {
    return new_object("tiny/1:scan", "scan", "tiny/1", Digest{}, Model::empty(kWidth, {}));
}

TEST(Inspection, SignedVersionsThatFollowPass) {
    Synthetic source(21);
    const Version first = taught(untaught(), source.batch(200), "alder", 1);
    const Version second = taught(first.object, source.batch(200), "birch", 1);
    const Version third = taught(second.object, source.batch(200), "alder", 2);

    const Inspected known = first.passed();

    EXPECT_TRUE(inspect(nullptr, first.bytes));
    EXPECT_TRUE(inspect(&known, second.bytes));
    const auto skipping = inspect(&known, third.bytes);

    ASSERT_TRUE(skipping) << skipping.error().message;
    EXPECT_EQ(skipping->object, third.object);
    EXPECT_EQ(skipping->content, *content_digest(third.bytes));
}

TEST(Inspection, WhatDoesNotFollowIsRefused) {
    Synthetic source(22);
    const Version first = taught(untaught(), source.batch(200), "alder", 1);
    const Inspected known = first.passed();
    const ClassifierObject good = taught(first.object, source.batch(200), "birch", 1).object;
    const auto refusal = [&](const std::function<void(ClassifierObject&)>& change) {
        ClassifierObject changed = good;
        change(changed);
        const auto bytes = encode_signed(changed, key_of("birch"));
        EXPECT_TRUE(bytes) << bytes.error().message;
        const auto version = inspect(&known, *bytes);
        return version ? Errc::internal : version.error().code;
    };

    EXPECT_EQ(refusal([](auto& object) { object.parent.fill(1); }), Errc::mismatch);
    EXPECT_EQ(refusal([](auto& object) { object.class_name = "other"; }), Errc::mismatch);
    EXPECT_EQ(refusal([](auto& object) { object.model.parameters.cost = 1; }), Errc::mismatch);
    EXPECT_EQ(refusal([](auto& object) { object.model.seen_positive += 1; }), Errc::mismatch);
    EXPECT_EQ(refusal([](auto& object) { object.contributors.erase(object.contributors.begin()); }),
              Errc::mismatch);
    EXPECT_EQ(refusal([](auto& object) { object.contributors[0].last_contribution = 0; }),
              Errc::mismatch);
    EXPECT_EQ(refusal([](auto& object) { object.contributors[0].key = Bytes(32, 7); }),
              Errc::mismatch);
    EXPECT_EQ(refusal([](auto& object) { object.lineage.back().version = 1; }), Errc::mismatch);
    EXPECT_EQ(refusal([](auto& object) { object.lineage.front().records += 1; }), Errc::mismatch)
        << "history was rewritten";
    EXPECT_EQ(refusal([](auto& object) { object.schema = "tiny/2"; }), Errc::mismatch);
}

TEST(Inspection, AnOldVersionDoesNotComeBack) {
    Synthetic source(28);
    const Version first = taught(untaught(), source.batch(200), "alder", 1);
    const Inspected known = taught(first.object, source.batch(200), "birch", 1).passed();

    EXPECT_EQ(inspect(&known, first.bytes).error().code, Errc::mismatch);
}

TEST(Inspection, AnActThatNobodySignedIsRefused) {
    Synthetic source(29);
    ClassifierObject object = taught(untaught(), source.batch(200), "alder", 1).object;
    object.lineage.front().signature.assign(64, 5);
    const Version second = taught(object, source.batch(200), "birch", 1);

    const auto version = inspect(nullptr, second.bytes);

    ASSERT_FALSE(version);
    EXPECT_EQ(version.error().code, Errc::permission);
}

TEST(Inspection, AnUnsignedVersionIsRefused) {
    Synthetic source(23);
    Version first = taught(untaught(), source.batch(200), "alder", 1);
    first.object.signatures.clear();

    const auto version = inspect(nullptr, *encode_object(first.object));

    ASSERT_FALSE(version);
    EXPECT_EQ(version.error().code, Errc::permission);
}

TEST(Withhold, ParksTheContributionAndKeepsWhatCameLater) {
    Synthetic source(24);
    Synthetic poison(25, 1.0);  // every label says the opposite
    const Version good = taught(untaught(), source.batch(500), "alder", 1);
    const Version suspect = taught(good.object, poison.batch(500), "mallow", 1);
    const Version current = taught(suspect.object, source.batch(500), "birch", 1);
    const auto engine = *make_engine("smo");

    const auto next = withhold({good.object, suspect.object, current.object},
                               *content_digest(current.bytes), *engine, "coordinator");

    ASSERT_TRUE(next) << next.error().message;
    const TrainingBatch test = source.batch(2000);
    EXPECT_GT(accuracy_of(next->model, test), accuracy_of(current.object.model, test) + 0.05);
    EXPECT_EQ(next->version, current.object.version + 1);
    ASSERT_EQ(next->parked.size(), 1U);
    EXPECT_EQ(next->parked[0].contributor, "mallow");
    EXPECT_GT(next->parked[0].rows.rows(), 0U);
    EXPECT_TRUE(next->has_contribution("birch", 1));
    EXPECT_TRUE(next->has_contribution("mallow", 1)) << "a repeat would enter again";
    EXPECT_EQ(next->model.seen_positive + next->model.seen_negative, 1000U);
    EXPECT_EQ(next->lineage.back().verdict, Verdict::quarantined);
    EXPECT_EQ(next->lineage.back().subject, "mallow");
    const Bytes bytes = *encode_signed(*next, key_of("coordinator"));
    for (const Version* before : {&good, &suspect, &current}) {
        const Inspected known = before->passed();
        const auto followed = inspect(&known, bytes);
        EXPECT_TRUE(followed) << followed.error().message;
    }
}

TEST(Withhold, OfTheNewestVersionGivesTheModelOfBefore) {
    Synthetic source(26);
    const Version good = taught(untaught(), source.batch(500), "alder", 1);
    const Version suspect = taught(good.object, source.batch(500), "mallow", 1);
    const auto engine = *make_engine("smo");

    const auto next = withhold({good.object, suspect.object, suspect.object},
                               *content_digest(suspect.bytes), *engine, "coordinator");

    ASSERT_TRUE(next);
    EXPECT_EQ(next->model, good.object.model);
}

}  // namespace
}  // namespace tributary::classifier
