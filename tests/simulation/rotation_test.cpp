// Rotations concurrent with migrations, reads, joins, leaves, cuts, broken links, crashes and
// server restarts. Protocol rules, sections 3, 4 and 8. TRIBUTARY_SEED moves the range of seeds;
// the nightly run goes on to a million rotations.
#include <gtest/gtest.h>

#include "tests/simulation/seeded_runs.hpp"

namespace tributary::netlayer {
namespace {

constexpr std::uint64_t kRotations = 20'000;
constexpr std::uint64_t kMostSeeds = 2'000;
constexpr std::uint64_t kMostSeedsForAFault = 400;

using testing::describe;
using testing::first_seed;

/// The same in a search tree that rotates.
SimulationOptions shape(std::uint64_t seed) {
    SimulationOptions options = testing::shape(seed);
    options.rotations = true;
    return options;
}

TEST(Rotations, NoViolationUnderEveryFault) {
    SimulationReport sum;
    for (std::uint64_t seed = first_seed(); sum.rotations < kRotations; ++seed) {
        ASSERT_LT(seed, first_seed() + kMostSeeds);
        const SimulationOptions options = shape(seed);

        const SimulationReport report = simulate(options);

        ASSERT_TRUE(report.violations.empty()) << describe(options, report);
        ASSERT_GE(report.operations, options.operations) << describe(options, report);
        sum.rotations += report.rotations;
        sum.leaves += report.leaves;
        sum.cuts += report.cuts;
        sum.crashes += report.crashes;
        sum.resets += report.resets;
        sum.server_restarts += report.server_restarts;
        sum.reconstitutions += report.reconstitutions;
        sum.lost += report.lost;
        sum.durable += report.durable;
        for (const auto& [name, count] : report.counters) sum.counters[name] += count;
        for (const auto& [name, count] : report.faults) sum.faults[name] += count;
    }
    // What never happened proves nothing.
    EXPECT_GT(sum.leaves, 0u);
    EXPECT_GT(sum.cuts, 0u);
    EXPECT_GT(sum.crashes, 0u);
    EXPECT_GT(sum.resets, 0u);
    EXPECT_GT(sum.server_restarts, 0u);
    EXPECT_GT(sum.reconstitutions, 0u);
    EXPECT_GT(sum.lost, 0u);
    EXPECT_GT(sum.durable, 0u);
    EXPECT_GT(sum.faults["link ended by a revocation"], 0u);
    EXPECT_GT(sum.faults["message about a revoked member"], 0u);
    EXPECT_GT(sum.counters["rotations_refused"], 0u);
    EXPECT_GT(sum.counters["rotation_bodies"], 0u);
}

// What the policy asks for goes the same ways; a low floor makes it ask often.
TEST(Rotations, NoViolationWhenThePolicyAsks) {
    std::uint64_t by_the_policy = 0;
    for (std::uint64_t seed = first_seed(); seed < first_seed() + 60; ++seed) {
        SimulationOptions options = shape(seed);
        options.rotations = seed % 3 == 0;  // others rotate as well
        options.leaves = seed % 3 != 1;     // and so do leavers
        options.many_leaves = options.many_leaves && options.leaves;
        options.policy = RotationPolicy::regret;
        options.regret_floor = 2;

        const SimulationReport report = simulate(options);

        ASSERT_TRUE(report.violations.empty()) << describe(options, report);
        if (!options.rotations && !options.leaves) by_the_policy += report.rotations;
    }
    EXPECT_GT(by_the_policy, 50u);
}

struct Choice {
    RotationPolicy policy = RotationPolicy::none;
    bool change = false;
};

class RotationsUnderPolicy : public ::testing::TestWithParam<Choice> {};

// Under every policy, under their change at run time, with joins that balance and clients that come
// back with other keys.
TEST_P(RotationsUnderPolicy, NoViolationUnderEveryFault) {
    std::uint64_t rotations = 0;
    for (std::uint64_t seed = first_seed(); seed < first_seed() + 20; ++seed) {
        SimulationOptions options = shape(seed);
        options.rotations = false;
        options.leaves = seed % 3 != 1;  // leavers rotate as well
        options.many_leaves = options.many_leaves && options.leaves;
        options.policy = GetParam().policy;
        options.change_policy = GetParam().change;
        options.regret_floor = 2;
        options.balance_joins = seed % 4 < 2;
        options.fresh_keys = seed % 5 < 2;

        const SimulationReport report = simulate(options);

        ASSERT_TRUE(report.violations.empty()) << describe(options, report);
        if (!options.leaves && !options.balance_joins) rotations += report.rotations;
    }
    // The gate keeps still where no pair repeats, as here.
    const bool still = GetParam().policy == RotationPolicy::gate;
    EXPECT_TRUE(still || rotations > 5) << rotations;
}

INSTANTIATE_TEST_SUITE_P(
    Policies, RotationsUnderPolicy,
    ::testing::Values(Choice{RotationPolicy::regret, false}, Choice{RotationPolicy::splay, false},
                      Choice{RotationPolicy::lazy, false}, Choice{RotationPolicy::counting, false},
                      Choice{RotationPolicy::gate, false}, Choice{RotationPolicy::rebuild, false},
                      Choice{RotationPolicy::none, true}),
    [](const auto& each) {
        return std::string(each.param.change ? "changing" : policy_name(each.param.policy));
    });

// Without faults nobody is disconnected and nothing is lost, however often the tree changes.
TEST(Rotations, RotationsAndLeavesAloneDisconnectNobody) {
    std::uint64_t rotations = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SimulationOptions options = shape(seed);
        options.cuts = options.crashes = options.resets = options.server_crashes = false;
        options.revocations = false;
        options.many_leaves = seed % 2 == 0;

        const SimulationReport report = simulate(options);

        EXPECT_TRUE(report.violations.empty()) << describe(options, report);
        EXPECT_EQ(report.lost, 0u) << describe(options, report);
        EXPECT_EQ(report.counters.at("disconnections"), 0u) << describe(options, report);
        EXPECT_EQ(report.counters.at("protocol_errors"), 0u) << describe(options, report);
        rotations += report.rotations;
    }
    EXPECT_GT(rotations, 1'000u);
}

// Overlay design, section 3: bodies shipped per rotation / number of objects <= 0.2.
TEST(Rotations, FewBodiesAreShipped) {
    std::uint64_t rotations = 0;
    std::uint64_t bodies = 0;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        SimulationOptions options = shape(seed);
        options.objects = 5;
        options.cuts = options.crashes = options.resets = options.server_crashes = false;
        options.revocations = false;
        options.many_leaves = false;

        const SimulationReport report = simulate(options);

        rotations += report.rotations;
        bodies += report.counters.at("rotation_bodies");
    }
    EXPECT_LE(static_cast<double>(bodies), 0.2 * 5 * static_cast<double>(rotations));
}

struct Planted {
    const char* name;
    bool Mutations::*fault;
};

class RotationFault : public ::testing::TestWithParam<Planted> {};

TEST_P(RotationFault, IsNoticed) {
    for (std::uint64_t seed = 1; seed <= kMostSeedsForAFault; ++seed) {
        SimulationOptions options = shape(seed);
        options.mutations.*GetParam().fault = true;

        if (!simulate(options).violations.empty()) return;
    }

    FAIL() << kMostSeedsForAFault << " runs did not notice the fault " << GetParam().name;
}

// The rules whose absence random runs notice rarely have tests of their own: Shipment.*,
// RotationRefusal.*.
INSTANTIATE_TEST_SUITE_P(
    Core, RotationFault,
    ::testing::Values(Planted{"WithoutObjects", &Mutations::rotate_without_objects},
                      Planted{"WithoutRisingBodies", &Mutations::rotate_without_rising_bodies},
                      Planted{"WithoutDependencies", &Mutations::rotate_without_dependencies},
                      Planted{"WithoutFlush", &Mutations::rotate_without_flush},
                      Planted{"EarlyRelease", &Mutations::early_release},
                      Planted{"NoCancel", &Mutations::no_cancel},
                      Planted{"CommitExtendsLease", &Mutations::commit_extends_lease}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace tributary::netlayer
