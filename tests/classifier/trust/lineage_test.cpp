#include "classifier/trust/lineage.hpp"

#include <gtest/gtest.h>
#include <sodium.h>
#include <unistd.h>

#include <filesystem>

#include "base/file.hpp"
#include "classifier/object/codec.hpp"
#include "classifier/svm/engine.hpp"
#include "tests/classifier/synthetic.hpp"

namespace tributary::classifier {
namespace {

using testing::kWidth;
using testing::Synthetic;

SigningKey key_of(std::uint8_t seed) {
    std::array<std::uint8_t, 32> bytes{};
    bytes.fill(seed);
    return signing_key_from(bytes);
}

/// An object after contributions 1..count of "alder", signed.
ClassifierObject taught(int count, const SigningKey& key) {
    Synthetic source(61);
    ClassifierObject object =
        new_object("tiny/1:scan", "scan", "tiny/1", Digest{}, Model::empty(kWidth, {}));
    for (int number = 1; number <= count; ++number) {
        LineageEntry entry;
        entry.contributor = "alder";
        entry.contribution = static_cast<std::uint64_t>(number);
        entry.records = 100;
        Model model = *(*make_engine("smo"))->learn(object.model, source.batch(100));
        object = *next_version(object, Digest{}, std::move(model), entry);
        EXPECT_TRUE(sign_newest_entry(object, key));
    }
    return object;
}

TEST(Signing, LibsodiumAcceptsTheSignature) {
    const SigningKey key = key_of(7);
    const Bytes message = to_bytes("what was learnt");

    const SignatureBytes signature = sign(message, key);

    EXPECT_EQ(crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                          key.public_key.data()),
              0);
    EXPECT_FALSE(verify(to_bytes("something else"), signature, key.public_key));
    EXPECT_FALSE(verify(message, signature, key_of(8).public_key));
}

TEST(Signing, TheKeyOfAFolderStays) {
    const auto folder = std::filesystem::temp_directory_path() /
                        ("tributary-signing-" + std::to_string(::getpid()));
    ASSERT_TRUE(make_folder(folder));

    const auto made = load_or_create_signing_key(folder);
    const auto again = load_or_create_signing_key(folder);
    ASSERT_TRUE(write_file_atomically(folder / "sign.secret", to_bytes("no key\n")));
    const auto damaged = load_or_create_signing_key(folder);
    std::filesystem::remove_all(folder);

    ASSERT_TRUE(made && again);
    EXPECT_EQ(*made, *again);
    ASSERT_FALSE(damaged);
    EXPECT_EQ(damaged.error().code, Errc::corrupt);
}

TEST(Lineage, EveryEntryAndTheWholeAreProven) {
    const auto encoded = encode_signed(taught(3, key_of(1)), key_of(1));

    ASSERT_TRUE(encoded);
    const auto proof = prove_lineage(*encoded);
    ASSERT_TRUE(proof);
    EXPECT_EQ(proof->entries, 3U);
    EXPECT_EQ(proof->proven, 3U);
    EXPECT_TRUE(proof->forged.empty());
    EXPECT_TRUE(proof->whole);
}

TEST(Lineage, AForgedEntryIsFound) {
    ClassifierObject object = taught(3, key_of(1));
    object.lineage[1].records = 5;

    const auto proof = prove_lineage(*encode_object(object));

    ASSERT_TRUE(proof);
    EXPECT_EQ(proof->proven, 2U);
    EXPECT_EQ(proof->forged, (std::vector<std::size_t>{1}));
}

TEST(Lineage, AnEntryMovedToAnotherObjectIsForged) {
    ClassifierObject object = taught(1, key_of(1));
    object.id = "tiny/1:other";

    const auto proof = prove_lineage(*encode_object(object));

    ASSERT_TRUE(proof);
    EXPECT_EQ(proof->proven, 0U);
    EXPECT_EQ(proof->forged.size(), 1U);
}

TEST(Lineage, ContentChangedAfterSigningIsNoticed) {
    ClassifierObject object = *decode_object(*encode_signed(taught(2, key_of(1)), key_of(1)));
    object.model.rho += 1;

    const auto proof = prove_lineage(*encode_object(object));

    ASSERT_TRUE(proof);
    EXPECT_EQ(proof->proven, 2U);
    EXPECT_FALSE(proof->whole);
}

TEST(Lineage, AnEarlierVersionIsProvenByItsAuthorAndTheHistory) {
    const ClassifierObject now = taught(3, key_of(1));
    const Bytes second = *encode_signed(taught(2, key_of(1)), key_of(1));
    ClassifierObject changed = *decode_object(second);
    changed.model.rho += 1;
    ClassifierObject local = *decode_object(second);
    local.lineage.back().records = 99;

    const Status as_it_was = prove_earlier(now, second);
    const Status unsigned_copy = prove_earlier(now, *encode_object(taught(2, key_of(1))));
    const Status other_model = prove_earlier(now, *encode_object(changed));
    const Status other_key = prove_earlier(now, *encode_signed(taught(2, key_of(2)), key_of(2)));
    const Status other_act = prove_earlier(now, *encode_signed(local, key_of(1)));

    EXPECT_TRUE(as_it_was) << as_it_was.error().message;
    for (const Status& refused : {unsigned_copy, other_model, other_key, other_act}) {
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Errc::permission);
    }
}

TEST(Lineage, WhatTheKeeperVouchesForIsProvenWhenTheHistoryHasForgottenIt) {
    ClassifierObject now = taught(3, key_of(1));
    now.lineage.erase(now.lineage.begin(), now.lineage.end() - 1);
    const SigningKey keeper = key_of(9);
    const Bytes second = *encode_signed(taught(2, key_of(1)), key_of(1));
    const Bytes vouched = *vouch_for(second, keeper);
    ClassifierObject changed = *decode_object(vouched);
    changed.model.rho += 1;
    ClassifierObject posing = *decode_object(second);
    posing.signatures.front().signer = "keeper";
    ClassifierObject elsewhere = now;
    elsewhere.id = "tiny/1:other";

    const Status proven = prove_earlier(now, vouched, keeper.public_key);
    const Status forgotten = prove_earlier(now, second, keeper.public_key);
    const Status unknown_keeper = prove_earlier(now, vouched);
    const Status other_keeper = prove_earlier(now, vouched, key_of(8).public_key);
    const Status other_model = prove_earlier(now, *encode_object(changed), keeper.public_key);
    const Status author = prove_earlier(now, *encode_object(posing), key_of(1).public_key);
    const Status other_object = prove_earlier(elsewhere, vouched, keeper.public_key);

    EXPECT_TRUE(proven) << proven.error().message;
    EXPECT_EQ(*content_digest(vouched), *content_digest(second));
    EXPECT_EQ(*vouch_for(vouched, keeper), vouched);
    for (const Status& refused :
         {forgotten, unknown_keeper, other_keeper, other_model, author, other_object}) {
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Errc::permission);
    }
    EXPECT_TRUE(prove_earlier(taught(3, key_of(1)), vouched)) << "its author's signature is there";
}

TEST(Lineage, AnotherKeyUnderTheSameNameIsRefused) {
    ClassifierObject object = taught(1, key_of(1));

    const Status status = sign_newest_entry(object, key_of(2));

    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Errc::permission);
}

}  // namespace
}  // namespace tributary::classifier
