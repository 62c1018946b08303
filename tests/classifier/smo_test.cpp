#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "classifier/svm/libsvm_engine.hpp"
#include "classifier/svm/smo_engine.hpp"
#include "tests/classifier/synthetic.hpp"

namespace tributary::classifier {
namespace {

using testing::kWidth;
using testing::Synthetic;

TrainingSet set_of(const TrainingBatch& batch, Random* weights = nullptr) {
    TrainingSet set(batch.features.width());
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const std::uint64_t weight = weights == nullptr ? 1 : 1 + weights->below(3);
        set.add(batch.features.row(i), batch.signs[i], static_cast<std::uint8_t>(weight));
    }
    return set;
}

std::vector<std::uint8_t> everything(const TrainingSet& set) {
    return std::vector<std::uint8_t>(set.size(), 0);
}

std::vector<double> nothing(const TrainingSet& set) {
    return std::vector<double>(set.size(), 0);
}

/// The bar of the design: decisions within 0.005 at eps 1e-3, no flip outside |f| < 1e-3, dual
/// objective within 1e-4; and the constraints of the dual hold.
void expect_same_optimum(const TrainingSet& set, const Costs& costs, const Solution& ours,
                         const Solution& reference) {
    double sum = 0;
    for (std::size_t i = 0; i < set.size(); ++i) {
        EXPECT_NEAR(ours.margins[i], reference.margins[i], 0.005);
        const bool flip = (ours.margins[i] > 0) != (reference.margins[i] > 0);
        EXPECT_FALSE(flip && std::fabs(reference.margins[i]) >= 1e-3);
        EXPECT_GE(ours.alphas[i], 0);
        EXPECT_LE(ours.alphas[i], costs.of(set.sign(i)) * set.weight(i));
        sum += ours.alphas[i] * set.sign(i);
    }
    EXPECT_NEAR(sum, 0, 1e-6);
    EXPECT_NEAR(ours.objective, reference.objective, 1e-4 * std::fabs(reference.objective));
}

TEST(SmoSolver, EqualsLibsvmFromNothing) {
    for (const double noise : {0.0, 0.1}) {
        for (const Costs costs : {Costs{10, 10}, Costs{60, 10}, Costs{100, 100}}) {
            Synthetic source(71, noise);
            const TrainingSet set = set_of(source.batch(600, 0.3));
            const HyperParameters parameters;

            const auto ours =
                make_smo_solver(set, costs, parameters)->solve(everything(set), nothing(set));
            const auto reference =
                make_libsvm_solver(set, costs, parameters)->solve(everything(set), nothing(set));

            ASSERT_TRUE(ours && reference);
            expect_same_optimum(set, costs, *ours, *reference);
        }
    }
}

TEST(SmoSolver, TakesWeightsAsLibsvmTakesCopies) {
    Synthetic source(72, 0.1);
    Random weights(5);
    const TrainingSet set = set_of(source.batch(500), &weights);
    const Costs costs{10, 20};
    const HyperParameters parameters;

    const auto ours = make_smo_solver(set, costs, parameters)->solve(everything(set), nothing(set));
    const auto reference =
        make_libsvm_solver(set, costs, parameters)->solve(everything(set), nothing(set));

    ASSERT_TRUE(ours && reference);
    expect_same_optimum(set, costs, *ours, *reference);
}

TEST(SmoSolver, AnyStartLeadsToTheSameOptimum) {
    Synthetic source(73, 0.05);
    const TrainingSet set = set_of(source.batch(600));
    const Costs costs{10, 10};
    const HyperParameters parameters;
    Random random(3);
    std::vector<double> wild(set.size());
    for (double& alpha : wild) alpha = random.chance(0.5) ? random.unit() * 30 - 5 : 0;

    const auto ours = make_smo_solver(set, costs, parameters)->solve(everything(set), wild);
    const auto reference =
        make_libsvm_solver(set, costs, parameters)->solve(everything(set), nothing(set));

    ASSERT_TRUE(ours && reference);
    expect_same_optimum(set, costs, *ours, *reference);
}

TEST(SmoSolver, WarmStartTakesFewerSteps) {
    Synthetic source(74);
    TrainingBatch batch = source.batch(1000);
    const TrainingSet before = set_of(batch);
    const HyperParameters parameters;
    const Costs costs{10, 10};
    const auto first =
        make_smo_solver(before, costs, parameters)->solve(everything(before), nothing(before));
    for (int i = 0; i < 20; ++i) batch.append(source.record(1), 1);
    const TrainingSet after = set_of(batch);
    std::vector<double> start = first->alphas;
    start.resize(after.size(), 0);

    const auto warm = make_smo_solver(after, costs, parameters)->solve(everything(after), start);
    const auto cold =
        make_smo_solver(after, costs, parameters)->solve(everything(after), nothing(after));

    ASSERT_TRUE(warm && cold);
    EXPECT_LT(warm->iterations * 2, cold->iterations);
    expect_same_optimum(after, costs, *warm, *cold);
}

TEST(SmoSolver, LeavingRowsOutEqualsASmallerSet) {
    Synthetic source(75, 0.1);
    const TrainingBatch batch = source.batch(500);
    const TrainingSet set = set_of(batch);
    std::vector<std::uint8_t> left_out = everything(set);
    TrainingBatch kept;
    kept.features = FeatureMatrix(kWidth);
    for (std::size_t i = 0; i < set.size(); ++i) {
        left_out[i] = i % 5 == 0 ? 1 : 0;
        if (!left_out[i]) kept.append(set.row(i), set.sign(i));
    }
    const TrainingSet smaller = set_of(kept);
    const Costs costs{10, 10};
    const HyperParameters parameters;
    const auto solver = make_smo_solver(set, costs, parameters);

    const auto all = solver->solve(everything(set), nothing(set));
    const auto fewer = solver->solve(left_out, all->alphas);
    const auto reference = make_libsvm_solver(smaller, costs, parameters)
                               ->solve(everything(smaller), nothing(smaller));

    ASSERT_TRUE(fewer && reference);
    for (std::size_t i = 0, k = 0; i < set.size(); ++i) {
        if (left_out[i]) {
            EXPECT_EQ(fewer->alphas[i], 0);
            continue;
        }
        EXPECT_NEAR(fewer->margins[i], reference->margins[k++], 0.005);
    }
}

TEST(SmoSolver, ASmallCacheChangesNothing) {
    Synthetic source(76, 0.05);
    const TrainingSet set = set_of(source.batch(400));
    const Costs costs{10, 10};
    const HyperParameters parameters;
    SmoOptions tight;
    tight.cache_bytes = 1;

    const auto small =
        make_smo_solver(set, costs, parameters, tight)->solve(everything(set), nothing(set));
    const auto large =
        make_smo_solver(set, costs, parameters)->solve(everything(set), nothing(set));

    ASSERT_TRUE(small && large);
    EXPECT_EQ(small->alphas, large->alphas);
    EXPECT_EQ(small->iterations, large->iterations);
}

TEST(SmoSolver, LibsvmTakesOverAtTheIterationCap) {
    Synthetic source(77);
    const TrainingSet set = set_of(source.batch(300));
    const Costs costs{10, 10};
    HyperParameters impossible;
    impossible.eps = 1e-12;  // below what float kernels can reach
    SmoOptions few;
    few.least_iterations = 1;
    HyperParameters parameters;

    const auto ours =
        make_smo_solver(set, costs, impossible, few)->solve(everything(set), nothing(set));
    const auto reference =
        make_libsvm_solver(set, costs, parameters)->solve(everything(set), nothing(set));

    ASSERT_TRUE(ours && reference);
    EXPECT_EQ(ours->iterations, 0U);
    for (std::size_t i = 0; i < set.size(); ++i) {
        EXPECT_NEAR(ours->margins[i], reference->margins[i], 0.005);
    }
}

TEST(SmoSolver, EqualRowsOfBothSignsEndAtTheirBounds) {
    TrainingBatch batch;
    batch.features = FeatureMatrix(2);
    const std::uint8_t row[2] = {10, 20};
    batch.append(row, 1);
    batch.append(row, -1);
    const TrainingSet set = set_of(batch);
    const HyperParameters parameters;

    const auto solution =
        make_smo_solver(set, {10, 10}, parameters)->solve(everything(set), nothing(set));

    ASSERT_TRUE(solution);
    EXPECT_EQ(solution->alphas[0], 10);
    EXPECT_EQ(solution->alphas[1], 10);
    EXPECT_NEAR(solution->rho, 0, 1e-6);
}

TEST(SmoSolver, EveryInstructionSetFindsTheOptimum) {
    Synthetic source(78, 0.05);
    const TrainingSet set = set_of(source.batch(300));
    const Costs costs{10, 10};
    const HyperParameters parameters;
    const auto reference =
        make_libsvm_solver(set, costs, parameters)->solve(everything(set), nothing(set));

    for (const char* const name : {"avx512", "avx2", "ssse3", "sse2"}) {
        if (!restrict_instruction_set(name)) continue;
        const auto ours =
            make_smo_solver(set, costs, parameters)->solve(everything(set), nothing(set));
        expect_same_optimum(set, costs, *ours, *reference);
    }
    restrict_instruction_set("best");
}

TEST(KernelCache, KeepsTheTwoRowsAskedForLast) {
    Synthetic source(79);
    const TrainingBatch batch = source.batch(100);
    KernelArena arena;
    const TrainingSet set = set_of(batch);
    KernelCache cache(set, 0.5, arena, 1);

    const float* const first = cache.row(3);
    const float own = first[3];
    const float other = first[7];
    const float* const second = cache.row(7);

    EXPECT_EQ(own, 1.0F);
    EXPECT_EQ(first[7], other);
    EXPECT_EQ(second[3], other);
    EXPECT_EQ(cache.row(3), first);
    EXPECT_EQ(cache.computed(), 2U);
}

TEST(KernelCache, WhatWasLaidOutBeforeGivesTheSameValues) {
    Synthetic source(80);
    for (const std::size_t before : {std::size_t{40}, std::size_t{64}, std::size_t{150}}) {
        TrainingSet set = set_of(source.batch(before));
        set.lay_out();
        const std::size_t laid_out = set.layout() == nullptr ? 0 : set.layout()->size();
        EXPECT_EQ(laid_out, before / kRowPad * kRowPad);
        const TrainingBatch more = source.batch(70);
        for (std::size_t i = 0; i < more.size(); ++i) {
            set.add(more.features.row(i), more.signs[i], 1);
        }
        KernelArena arena;
        KernelCache cache(set, 0.5, arena);
        for (std::size_t i = 0; i < set.size(); i += 7) {
            const float* const values = cache.row(i);
            for (std::size_t t = 0; t < set.size(); ++t) {
                double distance = 0;
                for (std::size_t j = 0; j < set.width(); ++j) {
                    const double gap = (set.row(i)[j] - set.row(t)[j]) / 255.0;
                    distance += gap * gap;
                }
                ASSERT_NEAR(values[t], std::exp(-0.5 * distance), 1e-6);
            }
        }
    }
}

TEST(TrainingSet, FindsEveryPairAmongManyAndNoOther) {
    Synthetic source(81, 0.2);
    const TrainingBatch batch = source.batch(3000);
    TrainingSet set(kWidth);
    std::map<std::pair<std::vector<std::uint8_t>, std::int8_t>, int> expected;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const FeatureRow row = batch.features.row(i);
        set.add(row, batch.signs[i], 1);
        ++expected[{std::vector<std::uint8_t>(row.begin(), row.end()), batch.signs[i]}];
    }

    ASSERT_EQ(set.size(), expected.size());
    for (const auto& [pair, times] : expected) {
        const std::size_t at = set.find(pair.first, pair.second);
        ASSERT_LT(at, set.size());
        EXPECT_EQ(set.weight(at), std::min(times, static_cast<int>(kWeightLimit)));
        const auto other = static_cast<std::int8_t>(-pair.second);
        EXPECT_EQ(set.contains(pair.first, other), expected.contains({pair.first, other}));
    }
}

}  // namespace
}  // namespace tributary::classifier
