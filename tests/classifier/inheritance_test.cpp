// What an update may not take away from an object that comes from other sites.

#include <gtest/gtest.h>

#include <algorithm>

#include "classifier/svm/engine.hpp"
#include "tests/classifier/synthetic.hpp"

namespace tributary::classifier {
namespace {

using testing::kWidth;
using testing::Synthetic;

/// Every engine has to pass every test of this file.
class Inheritance : public ::testing::TestWithParam<const char*> {};

TEST_P(Inheritance, WhatOtherSitesTaughtStaysWhereThisSiteContradictsIt) {
    // A vector amid sixty records of the other class, at a cost too low to bend the model for it.
    Synthetic source(18);
    HyperParameters soft;
    soft.cost = 0.2;
    const auto engine = make_engine(GetParam());
    ASSERT_TRUE(engine);
    Model shared = *(*engine)->learn(Model::empty(kWidth, soft), source.batch(300));
    const std::vector<std::uint8_t> taught = source.record(1);
    shared.vectors.append(taught);
    shared.coefficients.push_back(-0.1F);
    shared.weights.push_back(1);
    make_canonical(shared);
    TrainingBatch batch = source.batch(200);
    for (std::uint8_t i = 0; i < 60; ++i) {
        std::vector<std::uint8_t> near = taught;
        for (const int step : {0, 7}) {
            std::uint8_t& cell = near[static_cast<std::size_t>(20 + (i + step) % 20)];
            cell = static_cast<std::uint8_t>(cell > 127 ? cell - 90 - i / 2 : cell + 90 + i / 2);
        }
        batch.append(near, 1);
    }

    const auto next = (*engine)->learn(shared, batch);

    ASSERT_TRUE(next);
    bool stayed = false;
    for (std::size_t i = 0; i < next->coefficients.size(); ++i) {
        stayed = stayed ||
                 (next->coefficients[i] < 0 && std::ranges::equal(next->vectors.row(i), taught));
    }
    EXPECT_TRUE(stayed);
}

INSTANTIATE_TEST_SUITE_P(Engines, Inheritance, ::testing::Values("libsvm", "smo"),
                         [](const auto& about) { return std::string(about.param); });

}  // namespace
}  // namespace tributary::classifier
