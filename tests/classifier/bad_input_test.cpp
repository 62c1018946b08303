// Bad input, one test each: a clear error or a correct result, nothing lost, and the model as it
// was when there is an error. Text is refused before it becomes records (datasets/corpus), numbers
// and objects here.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "classifier/bench/stream.hpp"
#include "classifier/evaluate/metrics.hpp"
#include "classifier/object/codec.hpp"
#include "classifier/object/libsvm_text.hpp"
#include "classifier/predict/predictor.hpp"
#include "datasets/corpus/csv.hpp"
#include "datasets/corpus/kdd.hpp"
#include "datasets/feature/kdd_schema.hpp"
#include "tests/classifier/synthetic.hpp"

namespace tributary::classifier {
namespace {

using testing::kWidth;
using testing::Synthetic;

constexpr const char* kGoodLine =
    "0,tcp,http,SF,181,5450,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,8,8,0.00,0.00,0.00,0.00,1.00,0.00,"
    "0.00,9,9,1.00,0.00,0.11,0.00,0.00,0.00,0.00,0.00,normal,20\n";

/// The good line with one field replaced.
std::string line_with(std::size_t column, const std::string& value) {
    std::string line;
    std::string_view rest = kGoodLine;
    for (std::size_t i = 0; !rest.empty(); ++i) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        line += i == 0 ? "" : ",";
        line += i == column ? value : std::string(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return line;
}

Model taught() {
    Synthetic source(51);
    return *(*make_engine("smo"))->learn(Model::empty(kWidth, {}), source.batch(300));
}

TEST(BadInput, NotANumberInfinityAndHugeCountsAreRefusedByLineAndColumn) {
    ASSERT_TRUE(datasets::parse_kdd(kGoodLine, datasets::KddLabels::attack));
    for (const char* value :
         {"nan", "inf", "-inf", "1e400", "1e300", "-1", "99999999999999999999"}) {
        const auto records =
            datasets::parse_kdd(kGoodLine + line_with(4, value), datasets::KddLabels::attack);

        ASSERT_FALSE(records) << value;
        EXPECT_EQ(records.error().code, Errc::corrupt);
        EXPECT_NE(records.error().message.find("line 2"), std::string::npos);
        EXPECT_NE(records.error().message.find("src_bytes"), std::string::npos);
    }
}

TEST(BadInput, CsvOfAnotherSchemaNamesTheColumnThatIsMissing) {
    const auto records =
        datasets::parse_csv("bytes,packets,label\n1,2,normal\n", datasets::kdd_schema());

    ASSERT_FALSE(records);
    EXPECT_EQ(records.error().code, Errc::mismatch);
    EXPECT_NE(records.error().message.find("duration"), std::string::npos);
}

TEST(BadInput, ScoresThatAreNoNumbersAreNotEvaluated) {
    const std::vector<std::int8_t> truth{1, -1};
    for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
        const auto card = evaluate(std::vector<double>{0.5, bad}, truth, {});

        ASSERT_FALSE(card);
        EXPECT_EQ(card.error().code, Errc::invalid_argument);
    }
}

TEST(BadInput, UnsortedAndRepeatedIndicesAreRefusedByLine) {
    const std::string head =
        "svm_type c_svc\nkernel_type rbf\ngamma 0.5\nnr_class 2\ntotal_sv 2\n"
        "rho 0.1\nlabel 1 -1\nnr_sv 1 1\nSV\n";
    ASSERT_TRUE(parse_libsvm_text(head + "1 1:1 3:1\n-1 2:1\n", 5));
    for (const char* row : {"1 3:1 1:1\n-1 2:1\n", "1 3:1 3:1\n-1 2:1\n", "1 0:1\n-1 2:1\n",
                            "1 6:1\n-1 2:1\n", "1 1:1\n-1 2\n", "1 1:nan\n-1 2:1\n",
                            "inf 1:1\n-1 2:1\n", "0 1:1\n-1 2:1\n", "1 1:1\n"}) {
        const auto model = parse_libsvm_text(head + row, 5);

        ASSERT_FALSE(model) << row;
        EXPECT_EQ(model.error().code, Errc::corrupt) << row;
        EXPECT_NE(model.error().message.find("line 1"), std::string::npos) << row;
    }
}

TEST(BadInput, NumbersOffTheGridOfTheSchemaAreRefused) {
    const auto model = parse_libsvm_text(
        "svm_type c_svc\nkernel_type rbf\ngamma 0.5\nnr_class 2\ntotal_sv 2\nrho 0\nlabel 1 -1\n"
        "SV\n1 1:0.3333\n-1 2:1\n",
        5);

    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().code, Errc::mismatch);
}

TEST(BadInput, AnotherWidthIsRefusedAndTheModelStays) {
    const Model model = taught();
    const Model copy = model;
    TrainingBatch narrow{FeatureMatrix(3), {}, {}};
    narrow.append(std::vector<std::uint8_t>{1, 2, 3}, 1);

    const auto next = (*make_engine("smo"))->learn(model, narrow);

    ASSERT_FALSE(next);
    EXPECT_EQ(next.error().code, Errc::mismatch);
    EXPECT_EQ(model, copy);
}

TEST(BadInput, AnotherSchemaIsRefusedByName) {
    const Bytes bytes =
        *encode_object(new_object("a", "a", "flow/1", Digest{}, Model::empty(4, {})));

    const auto object = decode_object(bytes, {"kdd41/1", nullptr});

    ASSERT_FALSE(object);
    EXPECT_EQ(object.error().code, Errc::mismatch);
    EXPECT_NE(object.error().message.find("flow/1"), std::string::npos);
}

TEST(BadInput, AnObjectAboveTheLimitIsRefusedBeforeItIsRead) {
    const Bytes bytes(kObjectLimit + 1, 0);

    const auto object = decode_object(bytes);

    ASSERT_FALSE(object);
    EXPECT_EQ(object.error().code, Errc::limit_exceeded);
}

TEST(BadInput, FiveHundredIdenticalRecordsCountAsOneVector) {
    Synthetic source(52);
    const auto row = source.record(1);
    TrainingBatch same{FeatureMatrix(kWidth), {}, {}};
    for (int i = 0; i < 500; ++i) same.append(row, 1);

    const auto next = (*make_engine("smo"))->learn(taught(), same);

    ASSERT_TRUE(next);
    EXPECT_EQ(next->seen_positive, taught().seen_positive + 500);
    EXPECT_GT(Predictor(*next).score(row), 0);
    std::size_t copies = 0;
    for (std::size_t i = 0; i < next->vectors.rows(); ++i) {
        copies += std::ranges::equal(next->vectors.row(i), row) ? 1 : 0;
    }
    EXPECT_LE(copies, 1U);
}

TEST(BadInput, ABatchOfOneClassLosesNothing) {
    Synthetic source(53);
    const TrainingBatch only = source.batch(200, 1.0);

    const auto first = (*make_engine("smo"))->learn(Model::empty(kWidth, {}), only);
    const auto second = (*make_engine("smo"))->learn(*first, source.batch(200, 0.0));

    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->pending.features.rows(), 200U);
    EXPECT_FALSE(first->trained());
    EXPECT_TRUE(second->trained());
    EXPECT_EQ(second->seen_positive, 200U);
    EXPECT_GT(accuracy_of(*second, only), 0.95);
}

TEST(BadInput, AnEmptyBatchChangesNothing) {
    const Model model = taught();

    const auto next = (*make_engine("smo"))->learn(model, {});

    ASSERT_TRUE(next);
    EXPECT_EQ(*next, model);
}

TEST(BadInput, ContradictoryLabelsCancelOut) {
    Synthetic source(54);
    const Model model = taught();
    TrainingBatch contradictory{FeatureMatrix(kWidth), {}, {}};
    for (int i = 0; i < 100; ++i) {
        const auto row = source.record(1);
        contradictory.append(row, 1);
        contradictory.append(row, -1);
    }

    const auto next = (*make_engine("smo"))->learn(model, contradictory);

    ASSERT_TRUE(next);
    const TrainingBatch test = source.batch(1000);
    EXPECT_GT(accuracy_of(*next, test), accuracy_of(model, test) - 0.05);
}

// With class weights a pair that stayed would pull to the rare class.
TEST(BadInput, ContradictoryLabelsCancelWhateverTheClassesWeigh) {
    Synthetic source(55);
    for (const char* const name : {"smo", "libsvm", "rff-linear"}) {
        const bool linear = std::string_view(name) == "rff-linear";
        const auto engine = linear ? make_engine(ModelKind::rff_linear, "") : make_engine(name);
        HyperParameters parameters;
        if (linear) parameters.fourier = 256;
        const auto kind = linear ? ModelKind::rff_linear : ModelKind::svm_rbf;
        const auto taught =
            (*engine)->learn(Model::empty(kWidth, parameters, kind), source.batch(1200));
        ASSERT_TRUE(taught) << taught.error().message;
        Model model = *taught;
        model.seen_positive = 10;  // the rarest that class weights know
        TrainingBatch contradictory{FeatureMatrix(kWidth), {}, {}};
        for (int i = 0; i < 250; ++i) {
            const auto row = source.record(-1);
            contradictory.append(row, 1);
            contradictory.append(row, -1);
        }

        const auto next = (*engine)->learn(model, contradictory);

        ASSERT_TRUE(next) << name;
        EXPECT_EQ(next->seen_positive, 260u) << name;
        const TrainingBatch test = source.batch(1000);
        EXPECT_GT(accuracy_of(*next, test), accuracy_of(model, test) - 0.01) << name;
    }
}

TEST(BadInput, OfContradictoryLabelsTheSurplusIsLearnt) {
    TrainingBatch batch{FeatureMatrix(2), {}, {}};
    const std::uint8_t twice[2] = {1, 2};
    const std::uint8_t once[2] = {3, 4};
    for (const int sign : {1, -1, 1, 1}) batch.append(twice, static_cast<std::int8_t>(sign));
    batch.append(once, -1);

    const auto prepared = prepare(batch, {});

    ASSERT_TRUE(prepared);
    EXPECT_EQ(prepared->positives, 3u);
    EXPECT_EQ(prepared->negatives, 2u);
    ASSERT_EQ(prepared->own.size(), 2u);
    EXPECT_EQ(prepared->own.weight(prepared->own.find(twice, 1)), 2u);
    EXPECT_EQ(prepared->own.weight(prepared->own.find(once, -1)), 1u);
}

TEST(BadInput, CountsOfAnObjectThatWouldOverflowAreRefused) {
    ClassifierObject object = new_object("a", "a", "tiny/1", Digest{}, taught());
    for (std::uint64_t* const count :
         {&object.version, &object.model.seen_positive, &object.model.seen_negative}) {
        const std::uint64_t before = *count;
        *count = kCountLimit + 1;

        const auto bytes = encode_object(object);

        ASSERT_FALSE(bytes);
        EXPECT_EQ(bytes.error().code, Errc::limit_exceeded);
        *count = before;
    }
    object.model.seen_positive = kCountLimit;
    ASSERT_TRUE(encode_object(object));
    Synthetic source(56);

    const auto next = (*make_engine("smo"))->learn(object.model, source.batch(100));

    ASSERT_FALSE(next) << "a full count was counted on";
    EXPECT_EQ(next.error().code, Errc::limit_exceeded);
}

/// A model of each kind with the engine that teaches it.
struct Taught {
    std::unique_ptr<Engine> engine;
    Model model;
};

std::vector<Taught> taught_kinds() {
    std::vector<Taught> kinds;
    for (const ModelKind kind : {ModelKind::svm_rbf, ModelKind::rff_linear, ModelKind::one_class}) {
        HyperParameters parameters;
        if (kind == ModelKind::rff_linear) parameters.fourier = 64;
        Synthetic source(57);
        auto engine = *make_engine(kind, kDefaultEngine);
        Model model = *engine->learn(Model::empty(kWidth, parameters, kind), source.batch(300));
        kinds.push_back({std::move(engine), std::move(model)});
    }
    return kinds;
}

/// How learning a batch ends; `internal` when it succeeds.
Errc outcome(const Taught& taught, const Model& model, const TrainingBatch& batch) {
    const auto next = taught.engine->learn(model, batch);
    return next ? Errc::internal : next.error().code;
}

TEST(BadInput, EveryKindRefusesWhatDoesNotFitAndStaysAsItWas) {
    Synthetic source(58);
    TrainingBatch narrow{FeatureMatrix(3), {}, {}};
    narrow.append(std::vector<std::uint8_t>{1, 2, 3}, 1);
    TrainingBatch unlabelled = source.batch(10);
    unlabelled.signs[4] = 0;
    for (const Taught& taught : taught_kinds()) {
        SCOPED_TRACE(to_string(taught.model.kind));
        const Model copy = taught.model;
        Model full = taught.model;
        full.seen_positive = kCountLimit;

        EXPECT_EQ(outcome(taught, taught.model, narrow), Errc::mismatch);
        EXPECT_EQ(outcome(taught, taught.model, unlabelled), Errc::invalid_argument);
        EXPECT_EQ(outcome(taught, full, source.batch(100)), Errc::limit_exceeded);
        EXPECT_EQ(*taught.engine->learn(taught.model, {}), copy) << "an empty batch";
        EXPECT_EQ(taught.model, copy);
    }
}

TEST(BadInput, EveryKindLearnsFiveHundredEqualRecordsAndContradictions) {
    Synthetic source(59);
    TrainingBatch odd{FeatureMatrix(kWidth), {}, {}};
    const auto row = source.record(1);
    for (int i = 0; i < 500; ++i) odd.append(row, 1);
    for (int i = 0; i < 100; ++i) odd.append(row, -1);
    for (const Taught& taught : taught_kinds()) {
        SCOPED_TRACE(to_string(taught.model.kind));

        const auto next = taught.engine->learn(taught.model, odd);

        ASSERT_TRUE(next) << next.error().message;
        EXPECT_EQ(next->seen_positive, taught.model.seen_positive + 500);
        EXPECT_TRUE(check_model(*next));
    }
}

TEST(BadInput, LabelsThatAreNotPlusOrMinusOneAreRefused) {
    Synthetic source(55);
    TrainingBatch batch = source.batch(10);
    batch.signs[4] = 0;

    const auto next = (*make_engine("smo"))->learn(taught(), batch);

    ASSERT_FALSE(next);
    EXPECT_EQ(next.error().code, Errc::invalid_argument);
    EXPECT_NE(next.error().message.find("record 4"), std::string::npos);
}

}  // namespace
}  // namespace tributary::classifier
