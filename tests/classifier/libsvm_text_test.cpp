#include "classifier/object/libsvm_text.hpp"

#include <gtest/gtest.h>
#include <libsvm/svm.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "classifier/predict/predictor.hpp"
#include "classifier/svm/engine.hpp"
#include "classifier/svm/libsvm_handle.hpp"
#include "tests/classifier/synthetic.hpp"

namespace tributary::classifier {
namespace {

using testing::kWidth;
using testing::Synthetic;

TEST(LibsvmText, LibsvmReadsItAndDecidesAlike) {
    Synthetic source(95);
    const Model model =
        *(*make_engine("smo"))->learn(Model::empty(kWidth, HyperParameters{}), source.batch(400));
    const auto file = std::filesystem::temp_directory_path() /
                      ("tributary-libsvm-text-" + std::to_string(::getpid()));

    const auto text = libsvm_text(model);
    ASSERT_TRUE(text);
    std::ofstream(file) << *text;
    const std::unique_ptr<svm_model, LibsvmFree> loaded(svm_load_model(file.c_str()));
    std::filesystem::remove(file);

    ASSERT_NE(loaded, nullptr);
    const TrainingBatch test = source.batch(300);
    for (std::size_t i = 0; i < test.size(); ++i) {
        double value = 0;
        const auto nodes = libsvm_nodes(test.features.row(i));
        const double label = svm_predict_values(loaded.get(), nodes.data(), &value);
        const double ours = Predictor(model).score(test.features.row(i));
        EXPECT_NEAR(value, ours, 1e-4);
        EXPECT_EQ(label > 0, value > 0);
    }
}

TEST(LibsvmText, AModelThatSvmTrainSavedDecidesAlikeWhateverClassCameFirst) {
    Synthetic source(96);
    // LIBSVM itself puts 1 before -1, but leaves other labels in the order of their appearance.
    for (const double first : {1.0, 2.0}) {
        LibsvmProblem problem;
        problem.add(source.record(first == 1 ? 1 : -1), first);
        const TrainingBatch batch = source.batch(300);
        for (std::size_t i = 0; i < batch.size(); ++i) {
            problem.add(batch.features.row(i), batch.signs[i] > 0 ? 1 : 2);
        }
        const svm_problem view = problem.view();
        svm_parameter options{};
        options.svm_type = C_SVC;
        options.kernel_type = RBF;
        options.gamma = 0.5;
        options.C = 10;
        options.eps = 1e-3;
        options.cache_size = 100;
        const std::unique_ptr<svm_model, LibsvmFree> oracle(svm_train(&view, &options));
        const auto file = std::filesystem::temp_directory_path() /
                          ("tributary-svm-saved-" + std::to_string(::getpid()));
        ASSERT_EQ(svm_save_model(file.c_str(), oracle.get()), 0);
        std::stringstream text;
        text << std::ifstream(file).rdbuf();
        std::filesystem::remove(file);

        const auto model = parse_libsvm_text(text.str(), kWidth);

        ASSERT_TRUE(model) << model.error().message;
        const TrainingBatch test = source.batch(200);
        for (std::size_t i = 0; i < test.size(); ++i) {
            double value = 0;
            const auto nodes = libsvm_nodes(test.features.row(i));
            const double label = svm_predict_values(oracle.get(), nodes.data(), &value);
            const double ours = Predictor(*model).score(test.features.row(i));
            EXPECT_NEAR(std::fabs(value), std::fabs(ours), 1e-3);
            if (std::fabs(value) > 1e-3) {
                EXPECT_EQ(label == 1, ours > 0);
            }
        }
    }
}

TEST(LibsvmText, AnUntrainedModelIsRefused) {
    const auto text = libsvm_text(Model::empty(3, HyperParameters{}));

    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace tributary::classifier
