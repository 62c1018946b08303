#include "classifier/object/libsvm_text.hpp"

#include <gtest/gtest.h>
#include <libsvm/svm.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

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

TEST(LibsvmText, AnUntrainedModelIsRefused) {
    const auto text = libsvm_text(Model::empty(3, HyperParameters{}));

    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace tributary::classifier
