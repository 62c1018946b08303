#include "classifier/object/codec.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/compress.hpp"
#include "classifier/object/wire_scan.hpp"
#include "classifier/predict/predictor.hpp"
#include "classifier/svm/engine.hpp"
#include "tests/classifier/synthetic.hpp"

namespace tributary::classifier {
namespace {

using testing::kWidth;
using testing::Synthetic;

Digest digest_of(std::uint8_t fill) {
    Digest digest;
    digest.fill(fill);
    return digest;
}

ClassifierObject sample(std::size_t records = 60, std::size_t updates = 3) {
    Synthetic source(61);
    const auto engine = *make_engine("libsvm");
    ClassifierObject object = new_object("synthetic/1:plus", "plus", "synthetic/1", digest_of(9),
                                         Model::empty(kWidth, HyperParameters{}));
    for (std::size_t i = 0; i < updates; ++i) {
        LineageEntry entry{
            i % 2 == 0 ? "site-b" : "site-a", i + 1, digest_of(7), records, Verdict::accepted, 0};
        auto model = engine->learn(object.model, source.batch(records));
        object = *next_version(object, digest_of(3), *model, entry);
    }
    if (updates > 0) object.contributors[0].refused = {1, 7};
    object.calibration = {-1.5, 0.25, object.version, 55};
    object.card = {100, 0.99, 0.98, 0.97, 0.01, 0.95, 0.999, {{"normal", 1.0}, {"scan", 0.9}}};
    object.signatures = {{"site-a", Bytes(64, 1)}, {"coordinator", Bytes(64, 2)}};
    return object;
}

TEST(Codec, RoundTripsEveryField) {
    const ClassifierObject object = sample();

    const auto bytes = encode_object(object);
    ASSERT_TRUE(bytes);
    const auto back = decode_object(*bytes);

    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(*back, object);
    EXPECT_EQ(*encode_object(*back), *bytes);
}

TEST(Codec, WhatTravelledScoresExactlyAsBefore) {
    const ClassifierObject object = sample(300);
    const TrainingBatch test = Synthetic(62).batch(200);

    const auto back = decode_object(*encode_object(object));

    ASSERT_TRUE(back);
    const Predictor before(object.model);
    const Predictor after(back->model);
    for (std::size_t i = 0; i < test.size(); ++i) {
        EXPECT_EQ(before.score(test.features.row(i)), after.score(test.features.row(i)));
    }
}

TEST(Codec, CarriesAnUntrainedObjectAndItsPendingRecords) {
    ClassifierObject object = sample(10, 0);
    object.model =
        *(*make_engine("libsvm"))
             ->learn(Model::empty(kWidth, HyperParameters{}), Synthetic(63).batch(20, 0.0));

    const auto back = decode_object(*encode_object(object));

    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->model.pending.features.rows(), 20U);
    EXPECT_EQ(*back, object);
}

TEST(Codec, CarriesEveryKind) {
    HyperParameters fourier;
    fourier.fourier = 16;
    fourier.fourier_seed = 99;
    ClassifierObject object = sample();
    object.model = Model::empty(kWidth, fourier, ModelKind::rff_linear);
    object.model.linear.assign(16, 0.5F);

    const auto back = decode_object(*encode_object(object));

    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(*back, object);
}

TEST(Codec, ExtremeBlocksRoundTrip) {
    // Wide one-hot groups, empty columns, single bits, full bytes and equal rows of both signs.
    const std::size_t width = 700;
    ClassifierObject object = sample();
    object.model = Model::empty(width, HyperParameters{});
    object.model.cost_positive = object.model.cost_negative = 10;
    Random random(64);
    for (int i = 0; i < 300; ++i) {
        std::vector<std::uint8_t> row(width, 0);
        row[static_cast<std::size_t>(i)] = 255;
        row[350] = i % 3 == 0 ? 255 : 0;
        for (std::size_t j = 400; j < 450; ++j)
            row[j] = static_cast<std::uint8_t>(random.below(256));
        for (std::size_t j = 450; j < 700; ++j) row[j] = random.chance(0.5) ? 255 : 0;
        for (const float sign : {1.0F, -1.0F}) {
            object.model.vectors.append(row);
            object.model.coefficients.push_back(sign * (i % 2 == 0 ? 10.0F : 0.125F));
            object.model.weights.push_back(1);
        }
    }
    make_canonical(object.model);

    const auto back = decode_object(*encode_object(object));

    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(*back, object);
}

TEST(Codec, AnotherSchemaIsRefusedByName) {
    const Bytes bytes = *encode_object(sample());
    const Digest other = digest_of(1);

    const auto by_name = decode_object(bytes, {"kdd41/1", nullptr});
    const auto by_hash = decode_object(bytes, {"synthetic/1", &other});

    ASSERT_FALSE(by_name);
    EXPECT_EQ(by_name.error().code, Errc::mismatch);
    EXPECT_NE(by_name.error().message.find("synthetic/1"), std::string::npos);
    EXPECT_NE(by_name.error().message.find("kdd41/1"), std::string::npos);
    EXPECT_EQ(by_hash.error().code, Errc::mismatch);
    const Digest same = digest_of(9);
    EXPECT_TRUE(decode_object(bytes, {"synthetic/1", &same}));
}

/// Whatever comes out of damaged bytes is an error or a valid object.
void expect_safe(const Bytes& bytes) {
    const auto back = decode_object(bytes);
    if (back) {
        EXPECT_TRUE(check_object(*back));
        EXPECT_TRUE(encode_object(*back));
    }
}

TEST(Codec, EveryPrefixIsRefused) {
    const Bytes bytes = *encode_object(sample(20));

    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(decode_object(ByteView(bytes).first(size))) << size;
    }
}

TEST(Codec, EveryChangedByteIsRefused) {
    Bytes bytes = *encode_object(sample(20));

    for (std::uint8_t& byte : bytes) {
        byte ^= 0x41;
        EXPECT_FALSE(decode_object(bytes));
        byte ^= 0x41;
    }
}

/// Puts a changed plain body back into a valid envelope, as an attacker would.
Bytes with_body(const Bytes& encoded, const std::function<void(Bytes&)>& change) {
    ByteReader reader(encoded);
    reader.skip(10);
    Bytes plain = *decompress(reader.take(reader.u32()), kObjectLimit);
    const ByteView rest = reader.rest();
    change(plain);
    const Bytes body = compress(plain);
    ByteWriter writer;
    writer.put(ByteView(encoded).first(10));
    writer.u32(static_cast<std::uint32_t>(body.size()));
    writer.put(body);
    writer.put(rest.first(rest.size() - 32));
    writer.put(blake2b(writer.bytes()));
    return writer.take();
}

TEST(Codec, EveryChangedByteOfTheBodyIsAnErrorOrAValidObject) {
    const Bytes bytes = *encode_object(sample(20));
    std::size_t length = 0;
    ASSERT_TRUE(decode_object(with_body(bytes, [&](Bytes& plain) { length = plain.size(); })));

    for (std::size_t at = 0; at < length; ++at) {
        for (const std::uint8_t change : Bytes{0x01, 0x80, 0xff}) {
            expect_safe(with_body(bytes, [&](Bytes& plain) { plain[at] ^= change; }));
        }
        EXPECT_FALSE(decode_object(with_body(bytes, [&](Bytes& plain) { plain.resize(at); })));
    }
}

TEST(Codec, RepeatedFieldsAreCountedBeforeTheyAreParsed) {
    const Bytes bytes = *encode_object(sample(20));

    // Field 15 (contributor) with length 0, five million times: 10 MB plain, a few kB of zstd.
    const Bytes bomb = with_body(bytes, [](Bytes& plain) {
        for (int i = 0; i < 5000000; ++i) plain.insert(plain.end(), {0x7a, 0x00});
    });
    const auto back = decode_object(bomb);

    ASSERT_FALSE(back);
    EXPECT_EQ(back.error().code, Errc::limit_exceeded);
}

TEST(Codec, TheScanAloneStopsRepeatedAndOverlongFields) {
    Bytes repeated;
    for (std::size_t i = 0; i <= kContributorLimit; ++i) {
        repeated.insert(repeated.end(), {0x7a, 0x00});
    }
    // Field 18 (lineage) of 1 MiB: tag 0x92 0x01, length 0x80 0x80 0x40.
    Bytes overlong{0x92, 0x01, 0x80, 0x80, 0x40};
    overlong.resize(overlong.size() + (std::size_t{1} << 20));
    const Bytes cut{0x0a, 0x05, 'a'};

    EXPECT_EQ(check_body_wire(repeated).error().code, Errc::limit_exceeded);
    EXPECT_EQ(check_body_wire(overlong).error().code, Errc::limit_exceeded);
    EXPECT_EQ(check_body_wire(cut).error().code, Errc::corrupt);
    EXPECT_EQ(check_body_wire(Bytes{0xe8, 0x01, 0x01}).error().code, Errc::corrupt);
    EXPECT_TRUE(check_body_wire(Bytes(repeated.begin() + 2, repeated.end())));
}

TEST(Codec, TheSameFieldsInAnotherOrderAreNotCanonical) {
    const ClassifierObject object = sample(20);
    const Bytes bytes = *encode_object(object);

    // The id (tag, length, text) moves from the front to the end: the same message to protobuf.
    const auto back = decode_object(with_body(bytes, [&](Bytes& plain) {
        const auto id_end = plain.begin() + static_cast<std::ptrdiff_t>(2 + object.id.size());
        std::rotate(plain.begin(), id_end, plain.end());
    }));

    ASSERT_FALSE(back);
    EXPECT_NE(back.error().message.find("canonical"), std::string::npos);
}

TEST(Codec, UnknownFieldsAreRefused) {
    const Bytes bytes = *encode_object(sample(20));

    const auto back = decode_object(with_body(bytes, [](Bytes& plain) {
        plain.insert(plain.end(), {0xf8, 0x01, 0x01});
    }));

    EXPECT_FALSE(back);
}

TEST(Codec, BrokenRulesAreNotEncoded) {
    const auto refused = [](const std::function<void(ClassifierObject&)>& change) {
        ClassifierObject object = sample(20);
        change(object);
        return !encode_object(object);
    };

    EXPECT_TRUE(refused([](auto& o) { o.model.coefficients[0] = std::nanf(""); }));
    EXPECT_TRUE(refused([](auto& o) { o.model.coefficients[0] = INFINITY; }));
    EXPECT_TRUE(refused([](auto& o) { o.model.coefficients.pop_back(); }));
    EXPECT_TRUE(refused([](auto& o) { o.model.weights[0] = 0; }));
    EXPECT_TRUE(refused([](auto& o) { o.model.rho = std::nan(""); }));
    EXPECT_TRUE(refused([](auto& o) { o.model.parameters.gamma = 0; }));
    EXPECT_TRUE(refused([](auto& o) { o.model.parameters.budget = kVectorLimit + 1; }));
    EXPECT_TRUE(refused([](auto& o) { std::swap(o.contributors[0], o.contributors[1]); }));
    EXPECT_TRUE(refused([](auto& o) { o.contributors[0].refused = {7, 7}; }));
    EXPECT_TRUE(refused([](auto& o) { o.card.auc = 1.5; }));
    EXPECT_TRUE(refused([](auto& o) { o.card.mcc = std::nan(""); }));
    EXPECT_TRUE(refused([](auto& o) { o.calibration.a = INFINITY; }));
    EXPECT_TRUE(refused([](auto& o) { o.lineage[0].version = o.version + 1; }));
    EXPECT_TRUE(refused([](auto& o) { o.lineage.resize(17, o.lineage[0]); }));
    EXPECT_TRUE(refused([](auto& o) { o.id = "line\nbreak"; }));
    EXPECT_TRUE(refused([](auto& o) { o.class_name.clear(); }));
    EXPECT_TRUE(refused([](auto& o) { o.signatures.resize(33, o.signatures[0]); }));
    EXPECT_FALSE(refused([](auto&) {}));
}

TEST(Codec, UnsortedOrRepeatedVectorsAreRefused) {
    ClassifierObject object = sample(60);
    Model& model = object.model;
    FeatureMatrix reversed(kWidth);
    for (std::size_t i = model.vectors.rows(); i-- > 0;) reversed.append(model.vectors.row(i));
    FeatureMatrix repeated(kWidth);
    for (std::size_t i = 0; i < model.vectors.rows(); ++i) repeated.append(model.vectors.row(0));

    ClassifierObject unsorted = object;
    unsorted.model.vectors = reversed;
    ClassifierObject equal = object;
    equal.model.vectors = repeated;

    EXPECT_FALSE(encode_object(unsorted));
    EXPECT_FALSE(encode_object(equal));
}

TEST(Codec, ContentDigestIgnoresSignaturesAndNothingElse) {
    const ClassifierObject object = sample(20);
    ClassifierObject unsigned_object = object;
    unsigned_object.signatures.clear();
    ClassifierObject later = object;
    later.version += 1;

    const Digest digest = *content_digest(*encode_object(object));

    EXPECT_EQ(*content_digest(*encode_object(unsigned_object)), digest);
    EXPECT_NE(*content_digest(*encode_object(later)), digest);
}

TEST(NextVersion, BooksTheContribution) {
    const ClassifierObject object = sample(20, 3);

    EXPECT_EQ(object.version, 3U);
    ASSERT_EQ(object.contributors.size(), 2U);
    EXPECT_EQ(object.contributors[0].pseudonym, "site-a");
    EXPECT_EQ(object.contributors[1].records, 40U);
    EXPECT_EQ(object.contributors[1].last_contribution, 3U);
    EXPECT_EQ(object.lineage.back().version, 3U);
    EXPECT_TRUE(object.has_contribution("site-b", 1));
    EXPECT_FALSE(object.has_contribution("site-b", 4));
    EXPECT_FALSE(object.has_contribution("site-c", 1));
}

TEST(NextVersion, RefusesARepeatAndKeepsTheLastSixteen) {
    ClassifierObject object = sample(20, 1);
    const Model model = object.model;
    for (std::uint64_t n = 2; n <= 30; ++n) {
        object = *next_version(object, Digest{}, model, {"site-b", n, Digest{}, 1});
    }

    const auto repeat = next_version(object, Digest{}, model, {"site-b", 30, Digest{}, 1});

    EXPECT_EQ(object.lineage.size(), kLineageLimit);
    EXPECT_EQ(object.lineage.front().contribution, 15U);
    ASSERT_FALSE(repeat);
    EXPECT_EQ(repeat.error().code, Errc::conflict);
}

}  // namespace
}  // namespace tributary::classifier
