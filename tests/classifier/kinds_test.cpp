// The kinds besides svm-rbf: weights of random Fourier features, and one-class models.
#include <gtest/gtest.h>

#include <cmath>

#include "classifier/bench/stream.hpp"
#include "classifier/evaluate/metrics.hpp"
#include "classifier/object/codec.hpp"
#include "classifier/predict/fourier_map.hpp"
#include "classifier/predict/predictor.hpp"
#include "classifier/svm/fourier_engine.hpp"
#include "classifier/svm/hyper_parameters.hpp"
#include "classifier/svm/libsvm_handle.hpp"
#include "classifier/svm/local_memory.hpp"
#include "classifier/svm/one_class_engine.hpp"
#include "tests/classifier/kdd_data.hpp"
#include "tests/classifier/synthetic.hpp"

namespace tributary::classifier {
namespace {

using datasets::KddLabels;
using testing::kWidth;
using testing::Synthetic;

HyperParameters fourier_parameters(std::uint32_t features) {
    HyperParameters parameters;
    parameters.fourier = features;
    parameters.fourier_seed = 3;
    return parameters;
}

Model linear_model(std::uint32_t features = 512) {
    return Model::empty(kWidth, fourier_parameters(features), ModelKind::rff_linear);
}

double rbf(FeatureRow x, FeatureRow y, double gamma) {
    double distance = 0;
    for (std::size_t j = 0; j < x.size(); ++j) {
        distance += std::pow((x[j] - y[j]) / 255.0, 2);
    }
    return std::exp(-gamma * distance);
}

TEST(FourierMap, ProductsComeCloseToTheKernel) {
    const FourierMap map(kWidth, fourier_parameters(4096));
    Synthetic source(31);
    std::vector<float> left(map.size());
    std::vector<float> right(map.size());
    for (int pair = 0; pair < 50; ++pair) {
        const auto x = source.record(1);
        const auto y = source.record(-1);

        map.map(x, left);
        map.map(y, right);

        double product = 0;
        for (std::size_t d = 0; d < left.size(); ++d) {
            product += static_cast<double>(left[d]) * static_cast<double>(right[d]);
        }
        // The error of D = 4,096 features has a standard deviation below 1 / sqrt(D).
        EXPECT_NEAR(product, rbf(x, y, 0.5), 5.0 / 64);
    }
}

TEST(FourierEngine, NoRecordTravels) {
    Synthetic source(32);

    const auto model = FourierEngine().learn(linear_model(), source.batch(500));

    ASSERT_TRUE(model);
    EXPECT_EQ(model->vectors.rows(), 0U);
    EXPECT_EQ(model->pending.features.rows(), 0U);
    EXPECT_EQ(model->linear.size(), 512U);
    const ClassifierObject object = new_object("a", "a", "tiny/1", Digest{}, *model);
    const auto bytes = encode_object(object);
    ASSERT_TRUE(bytes);
    EXPECT_EQ(*decode_object(*bytes), object);
    EXPECT_LT(bytes->size(), 4096U);
}

TEST(FourierEngine, LearnsFromAStreamAndComesCloseToSupportVectors) {
    Synthetic source(33);
    Model linear = linear_model(1024);
    Model vectors = Model::empty(kWidth, {});
    LocalMemory linear_memory(kWidth, 1);
    LocalMemory vector_memory(kWidth, 1);
    const auto smo = *make_engine("smo");
    for (int n = 0; n < 8; ++n) {
        const TrainingBatch batch = source.batch(500);
        linear = *FourierEngine().learn(linear, batch, linear_memory.rows());
        vectors = *smo->learn(vectors, batch, vector_memory.rows());
        ASSERT_TRUE(linear_memory.remember(batch, linear));
        ASSERT_TRUE(vector_memory.remember(batch, vectors));
    }

    const TrainingBatch test = source.batch(3000);
    EXPECT_GT(accuracy_of(linear, test), accuracy_of(vectors, test) - 0.03);
}

TEST(FourierEngine, ASiteRemembersASingleClassUntilTheOtherComes) {
    Synthetic source(34);
    LocalMemory memory(kWidth, 1);
    const TrainingBatch positives = source.batch(300, 1.0);
    const Model only = *FourierEngine().learn(linear_model(), positives);
    ASSERT_TRUE(memory.remember(positives, only));

    const Model both = *FourierEngine().learn(only, source.batch(300, 0.0), memory.rows());

    EXPECT_TRUE(only.trained());
    EXPECT_EQ(both.seen_positive, 300U);
    EXPECT_EQ(both.seen_negative, 300U);
    EXPECT_GT(accuracy_of(both, source.batch(1000)), 0.6);
}

TEST(FourierEngine, TwoHalvesMergeIntoOneModel) {
    Synthetic source(35);
    const auto taught = [&](int batches) {
        Model model = linear_model(1024);
        LocalMemory memory(kWidth, 1);
        for (int n = 0; n < batches; ++n) {
            const TrainingBatch batch = source.batch(500);
            model = *FourierEngine().learn(model, batch, memory.rows());
            EXPECT_TRUE(memory.remember(batch, model));
        }
        return model;
    };
    const Model left = taught(4);
    const Model right = taught(4);
    const Model whole = taught(8);

    const auto merged = merge_linear(left, right);

    ASSERT_TRUE(merged);
    const TrainingBatch test = source.batch(3000);
    EXPECT_EQ(merged->seen_positive, left.seen_positive + right.seen_positive);
    EXPECT_GT(accuracy_of(*merged, test), accuracy_of(whole, test) - 0.01);
    EXPECT_FALSE(merge_linear(left, linear_model(512)));
    EXPECT_FALSE(merge_linear(left, linear_model(1024)));
}

TEST(FourierEngine, OnPublishedRecordsIsAtMostAThirdOfAPointWorse) {
    TRIBUTARY_KDD_OR_SKIP(records, "KDDTrain+.txt.zst", KddLabels::attack);
    BenchOptions options;
    const BenchData data = *bench_data(records, options);
    BenchStream vectors(data, HyperParameters{}, 1);
    ASSERT_TRUE(vectors.learn("site", std::span(data.train).first(10000), 0));
    Model linear =
        Model::empty(records.features.width(),
                     hyper_parameters_for("kdd41/1", ModelKind::rff_linear), ModelKind::rff_linear);
    LocalMemory memory(records.features.width(), 0);
    Random unused(0);
    for (std::size_t first = 0; first < 10000; first += 500) {
        const TrainingBatch batch =
            data.batch(std::span(data.train).subspan(first, 500), 0, unused);
        linear = *FourierEngine().learn(linear, batch, memory.rows());
        ASSERT_TRUE(memory.remember(batch, linear));
    }

    const TrainingBatch test = data.held_out();
    EXPECT_GT(accuracy_of(linear, test), accuracy_of(vectors.model(), test) - 0.0035);
}

TEST(OneClass, DecidesAsLibsvmDoes) {
    Synthetic source(41);
    HyperParameters parameters;
    parameters.nu = 0.1;
    parameters.gamma = 1;
    const TrainingBatch batch = source.batch(400, 1.0);
    auto problem = std::make_unique<LibsvmProblem>();
    for (std::size_t i = 0; i < batch.size(); ++i) problem->add(batch.features.row(i), 1);
    const svm_problem view = problem->view();
    svm_parameter options{};
    options.svm_type = ONE_CLASS;
    options.kernel_type = RBF;
    options.gamma = 1;
    options.nu = 0.1;
    options.eps = 1e-3;
    options.cache_size = 100;
    const std::unique_ptr<svm_model, LibsvmFree> oracle(svm_train(&view, &options));

    const auto model =
        OneClassEngine().learn(Model::empty(kWidth, parameters, ModelKind::one_class), batch);

    ASSERT_TRUE(model);
    const Predictor ours(*model);
    const TrainingBatch test = source.batch(300);
    for (std::size_t i = 0; i < test.size(); ++i) {
        double expected = 0;
        const auto nodes = libsvm_nodes(test.features.row(i));
        svm_predict_values(oracle.get(), nodes.data(), &expected);
        EXPECT_NEAR(ours.score(test.features.row(i)), expected, 0.005);
    }
}

TEST(OneClass, OnlyNormalRecordsTeachIt) {
    Synthetic source(42);
    HyperParameters parameters;
    parameters.nu = 0.1;
    const Model empty = Model::empty(kWidth, parameters, ModelKind::one_class);

    const auto strange_only = OneClassEngine().learn(empty, source.batch(200, 0.0));
    const auto mixed = OneClassEngine().learn(empty, source.batch(200, 0.5));

    ASSERT_TRUE(strange_only && mixed);
    EXPECT_EQ(*strange_only, empty);
    EXPECT_EQ(mixed->seen_negative, 0U);
    for (const float coefficient : mixed->coefficients) EXPECT_GT(coefficient, 0);
}

/// How well scores of a model tell normal records from others.
double auc_of(const Model& model, const TrainingBatch& test) {
    std::vector<double> scores(test.size());
    Predictor(model).score(test.features, scores);
    return auc(scores, test.signs);
}

// What is left of 1,200 records within the budget must be worth what LIBSVM makes of as many fresh
// records as the budget has places.
TEST(OneClass, KeepsItsBudgetAndKnowsAsMuchAsAsManyFreshRecordsTeach) {
    Synthetic source(43);
    HyperParameters parameters;
    parameters.nu = 0.2;
    parameters.gamma = 1;
    const Model empty = Model::empty(kWidth, parameters, ModelKind::one_class);
    Model wide = empty;
    parameters.budget = 150;
    Model narrow = Model::empty(kWidth, parameters, ModelKind::one_class);
    for (int n = 0; n < 4; ++n) {
        const TrainingBatch batch = source.batch(300, 1.0);
        wide = *OneClassEngine().learn(wide, batch);
        const auto next = OneClassEngine().learn(narrow, batch);
        ASSERT_TRUE(next) << next.error().message;
        narrow = *next;
        EXPECT_LE(narrow.coefficients.size(), 150U);
    }
    const auto fresh = OneClassEngine().learn(empty, source.batch(150, 1.0));

    const TrainingBatch test = source.batch(2000);

    ASSERT_TRUE(fresh);
    EXPECT_GT(wide.coefficients.size(), 150U);
    EXPECT_GE(auc_of(narrow, test), auc_of(*fresh, test));
}

TEST(OneClass, FindsUnseenAttacksInPublishedRecords) {
    TRIBUTARY_KDD_OR_SKIP(records, "KDDTrain+.txt.zst", KddLabels::attack_name);
    TRIBUTARY_KDD_OR_SKIP(unseen, "KDDTest+.txt.zst", KddLabels::attack_name);
    const std::size_t width = records.features.width();
    Model model = Model::empty(width, hyper_parameters_for("kdd41/1", ModelKind::one_class),
                               ModelKind::one_class);
    LocalMemory memory(width, 1);
    TrainingBatch batch{FeatureMatrix(width), {}, {}};
    for (std::size_t i = 0; i < records.labels.size() && model.seen_positive < 6000; ++i) {
        if (records.labels[i] != "normal") continue;
        batch.append(records.features.row(i), 1);
        if (batch.size() < 500) continue;
        model = *OneClassEngine().learn(model, batch, memory.rows());
        ASSERT_TRUE(memory.remember(batch, model));
        batch = TrainingBatch{FeatureMatrix(width), {}, {}};
    }
    std::vector<double> scores;
    std::vector<std::int8_t> truth;
    const Predictor predictor(model);
    for (std::size_t i = 0; i < unseen.labels.size(); ++i) {
        const bool normal = unseen.labels[i] == "normal";
        if (!normal && records.coverage.contains(unseen.labels[i])) continue;
        scores.push_back(-predictor.score(unseen.features.row(i)));
        truth.push_back(normal ? -1 : 1);
    }

    // Design of the classifier, section 4: .944 beside .897 of the supervised classifier.
    EXPECT_GT(auc(scores, truth), 0.944);
}

}  // namespace
}  // namespace tributary::classifier
