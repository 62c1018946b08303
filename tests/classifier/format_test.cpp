// Objects of format 1 that were written once and must stay readable: tests/classifier/data.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "base/file.hpp"
#include "classifier/object/codec.hpp"
#include "tests/support/paths.hpp"

namespace tributary::classifier {
namespace {

/// What the kept file holds, built from nothing but this text.
ClassifierObject kept_object() {
    HyperParameters parameters;
    parameters.cost = 10;
    Model model = Model::empty(5, parameters);
    model.cost_positive = 20;
    model.cost_negative = 10;
    model.vectors.append(std::vector<std::uint8_t>{0, 0, 255, 0, 17});
    model.vectors.append(std::vector<std::uint8_t>{0, 255, 0, 0, 3});
    model.vectors.append(std::vector<std::uint8_t>{0, 255, 0, 0, 3});
    model.vectors.append(std::vector<std::uint8_t>{9, 0, 0, 0, 200});
    model.coefficients = {40, -10, 0.625F, -30.625F};
    model.weights = {2, 1, 1, 16};
    model.rho = -0.125;
    model.seen_positive = 700;
    model.seen_negative = 2800;
    Digest schema;
    schema.fill(0xa5);
    ClassifierObject object = new_object("tiny/1:scan", "scan", "tiny/1", schema, model);
    object.version = 7;
    object.parent.fill(0x11);
    object.contributors = {{"alder", 4, 2000, {2}}, {"birch", 3, 1500, {}}};
    object.calibration = {-2.5, 0.5, 6, 400};
    object.card = {400, 0.975, 0.95, 0.9, 0.01, 0.96, 0.99, {{"normal", 0.99}, {"scan", 0.96}}};
    Digest batch;
    batch.fill(0x22);
    object.lineage = {{"birch", 3, batch, 500, Verdict::accepted, 6},
                      {"alder", 4, batch, 500, Verdict::confirmed, 7}};
    object.signatures = {{"alder", Bytes(64, 0x33)}};
    return object;
}

/// What the second kept file holds: everything that came later than the first objects.
ClassifierObject kept_object_with_history() {
    ClassifierObject object = kept_object();
    object.contributors[0].key = Bytes(32, 0x44);
    object.calibration.fitted_at = 1700000000;
    object.card.unsure = 0.0625;
    LineageEntry back;
    back.contributor = "alder";
    back.verdict = Verdict::rolled_back;
    back.version = 7;
    back.reference = 5;
    back.signature = Bytes(64, 0x55);
    LineageEntry confirmed = back;
    confirmed.verdict = Verdict::confirmed;
    confirmed.subject = "birch";
    object.lineage = {back, confirmed};
    Parked parked;
    parked.contributor = "birch";
    parked.contribution = 4;
    parked.batch.fill(0x66);
    parked.positives = 20;
    parked.negatives = 480;
    parked.base = 6;
    parked.rows = FeatureMatrix(5);
    parked.rows.append(std::vector<std::uint8_t>{1, 2, 3, 4, 5});
    parked.rows.append(std::vector<std::uint8_t>{5, 4, 3, 2, 1});
    parked.signs = {1, -1};
    parked.weights = {3, 1};
    object.parked = {parked};
    return object;
}

/// Weights of random Fourier features, and a contribution in quarantine that would move them.
ClassifierObject kept_linear_object() {
    HyperParameters parameters;
    parameters.fourier = 3;
    parameters.fourier_seed = 9;
    Model model = Model::empty(5, parameters, ModelKind::rff_linear);
    model.cost_positive = model.cost_negative = 10;
    model.linear = {0.5F, -0.25F, 0.125F};
    model.rho = 1.5;
    model.seen_positive = 30;
    model.seen_negative = 470;
    ClassifierObject object = new_object("tiny/1:scan", "scan", "tiny/1", Digest{}, model);
    object.version = 2;
    object.contributors = {{"alder", 2, 500, {}}};
    Parked parked;
    parked.contributor = "alder";
    parked.contribution = 2;
    parked.positives = 1;
    parked.negatives = 2;
    parked.base = 1;
    parked.rows = FeatureMatrix(5);
    parked.linear = {1, 2, -3, 0.5F};
    object.parked = {parked};
    return object;
}

ClassifierObject kept_one_class_object() {
    HyperParameters parameters;
    parameters.nu = 0.05;
    Model model = Model::empty(5, parameters, ModelKind::one_class);
    model.cost_positive = model.cost_negative = 1;
    model.vectors.append(std::vector<std::uint8_t>{0, 0, 255, 0, 17});
    model.vectors.append(std::vector<std::uint8_t>{9, 0, 0, 0, 200});
    model.coefficients = {1, 0.375F};
    model.weights = {1, 2};
    model.rho = 1.25;
    model.seen_positive = 900;
    ClassifierObject object = new_object("tiny/1:normal", "normal", "tiny/1", Digest{}, model);
    object.version = 1;
    object.contributors = {{"birch", 1, 900, {}}};
    return object;
}

/// One class seen so far.
ClassifierObject kept_pending_object() {
    Model model = Model::empty(5, {});
    model.pending.sign = -1;
    model.pending.features.append(std::vector<std::uint8_t>{9, 0, 0, 0, 200});
    model.pending.features.append(std::vector<std::uint8_t>{0, 0, 255, 0, 17});
    model.seen_negative = 2;
    ClassifierObject object = new_object("tiny/1:scan", "scan", "tiny/1", Digest{}, model);
    object.version = 1;
    object.contributors = {{"birch", 1, 2, {}}};
    return object;
}

std::filesystem::path kept_file(const char* name) {
    return tributary::testing::source_root() / "tests/classifier/data" / name;
}

TEST(Format, VersionOneStaysReadable) {
    const auto bytes = read_file(kept_file("object-format-1.trb"), kObjectLimit);
    ASSERT_TRUE(bytes) << bytes.error().message;

    const auto object = decode_object(*bytes);

    ASSERT_TRUE(object) << object.error().message;
    EXPECT_EQ(*object, kept_object());
}

TEST(Format, QuarantineAndSignaturesStayReadable) {
    const auto bytes = read_file(kept_file("object-format-1-history.trb"), kObjectLimit);
    ASSERT_TRUE(bytes) << bytes.error().message;

    const auto object = decode_object(*bytes);

    ASSERT_TRUE(object) << object.error().message;
    EXPECT_EQ(*object, kept_object_with_history());
}

TEST(Format, EveryKindStaysReadable) {
    const std::map<std::string, ClassifierObject> kept{
        {"object-format-1-linear.trb", kept_linear_object()},
        {"object-format-1-one-class.trb", kept_one_class_object()},
        {"object-format-1-pending.trb", kept_pending_object()},
    };
    for (const auto& [name, expected] : kept) {
        const auto bytes = read_file(kept_file(name.c_str()), kObjectLimit);
        ASSERT_TRUE(bytes) << bytes.error().message;

        const auto object = decode_object(*bytes);

        ASSERT_TRUE(object) << name << ": " << object.error().message;
        EXPECT_EQ(*object, expected) << name;
    }
}

TEST(Format, LaterVersionsAreRefusedByNumber) {
    Bytes bytes = *encode_object(kept_object());
    bytes[8] = 2;

    const auto object = decode_object(bytes);

    ASSERT_FALSE(object);
    EXPECT_EQ(object.error().code, Errc::mismatch);
    EXPECT_NE(object.error().message.find("format 2"), std::string::npos);
}

}  // namespace
}  // namespace tributary::classifier
