#include <gtest/gtest.h>

#include "netlayer/overlay/displaynet.hpp"
#include "netlayer/overlay/lock_model.hpp"
#include "netlayer/overlay/rounds.hpp"
#include "netlayer/overlay/simulate.hpp"
#include "netlayer/overlay/workload.hpp"
#include "tests/overlay/fleet_fixture.hpp"
#include "tests/support/paths.hpp"

namespace tributary::netlayer::overlay {
namespace {

Trace workload(const std::string& name, std::uint32_t nodes, std::uint64_t requests) {
    auto trace = make_workload({name, nodes, requests, 1, 0});
    EXPECT_TRUE(trace.has_value());
    return std::move(*trace);
}

TEST(OverlayLocks, EveryRotationEndsAndTheProcessesAgree) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        LockModelOptions options;
        options.seed = seed;
        options.rotations = 400;
        options.gap = 2;

        const LockModelResult result = run_lock_model(balanced_tree(30), options);

        ASSERT_TRUE(result.violations.empty()) << result.violations.front() << ", seed " << seed;
        ASSERT_EQ(result.rotations + result.given_up, 400U);
        ASSERT_GT(result.rotations, 0U);
        // LOCK, LOCKX and LOCKB there and back, with their answers: no wait is for another's end.
        ASSERT_LE(result.longest_wait, 6 * 2 * options.max_delay) << "seed " << seed;
    }
}

TEST(OverlayLocks, AnUncontendedRotationTakesAtMostTwelveMessages) {
    std::size_t rotated = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        LockModelOptions options;
        options.seed = seed;
        options.rotations = 1;

        const LockModelResult result = run_lock_model(balanced_tree(31), options);

        EXPECT_LE(result.messages, 12U);
        rotated += result.rotations;
    }
    EXPECT_GT(rotated, 5U);
}

TEST(OverlayLocks, TenThousandProcessesRotateByMessages) {
    LockModelOptions options;
    options.rotations = 30'000;
    options.gap = 1;

    const LockModelResult result = run_lock_model(balanced_tree(10'000), options);

    EXPECT_TRUE(result.violations.empty());
    EXPECT_GT(result.rotations, 15'000U);
}

TEST(OverlayLocks, WithoutCancelLocksAreLeftBehind) {
    LockModelOptions options;
    options.gap = 1;
    options.fault = LockFault::no_cancel;

    const LockModelResult result = run_lock_model(balanced_tree(30), options);

    EXPECT_GT(result.locked, 0U);
    EXPECT_FALSE(result.violations.empty());
}

TEST(OverlayLocks, EarlyReleaseLeavesStaleLinks) {
    LockModelOptions options;
    options.gap = 1;
    options.fault = LockFault::early_release;

    const LockModelResult result = run_lock_model(balanced_tree(30), options);

    EXPECT_FALSE(result.violations.empty());
}

TEST(OverlayDiSplayNet, CompletesEveryRequestByAge) {
    for (const char* name : {"uniform", "pairs", "walk", "all-to-one"}) {
        const Trace trace = workload(name, 60, 600);
        for (const double arrivals : {0.0, 0.3}) {
            DiSplayNetOptions options;
            options.arrivals_per_round = arrivals;

            const RoundResult result = run_displaynet(balanced_tree(60), trace, options);

            EXPECT_TRUE(result.finished) << name;
            EXPECT_EQ(result.requests, 600U);
            EXPECT_EQ(result.tree.check(), "");
        }
    }
}

TEST(OverlayDiSplayNet, AWaitingCommonAncestorRefusesAYoungerSplay) {
    // splaynet ch.2: the root 15 waits for 0; the younger splay of 23 would rotate it away.
    Trace trace;
    trace.nodes = 31;
    trace.requests = {{15, 0}, {23, 8}};
    DiSplayNetOptions options;
    options.max_rounds = 2;  // the handshake, then the first clusters

    const RoundResult result = run_displaynet(balanced_tree(31), trace, options);

    EXPECT_EQ(result.tree.root(), 15U);
    EXPECT_EQ(result.tree.depth(0), 2U);
}

TEST(OverlayDiSplayNet, ThePapersCountersStarveSplays) {
    // splaynet Def. 17: newcomers with lower counters pass for ever.
    const Trace trace = workload("uniform", 60, 600);
    DiSplayNetOptions options;
    options.priority = ClusterPriority::counters;
    options.max_rounds = 200'000;
    DiSplayNetOptions by_age;
    by_age.max_rounds = options.max_rounds;

    const RoundResult starved = run_displaynet(balanced_tree(60), trace, options);
    const RoundResult fair = run_displaynet(balanced_tree(60), trace, by_age);

    EXPECT_FALSE(starved.finished);
    EXPECT_TRUE(fair.finished);
    EXPECT_LT(fair.makespan_rounds, options.max_rounds / 10);
}

TEST(OverlayRounds, StaticTreeDelaysNobody) {
    const Trace trace = workload("uniform", 64, 1'000);
    RoundsOptions options;
    options.policy = "static";

    const auto result = run_rounds(balanced_tree(64), trace, options);

    ASSERT_TRUE(result.has_value());
    std::uint64_t rounds = 0;
    for (const std::uint32_t latency : result->latency_rounds) rounds += latency;
    EXPECT_EQ(rounds, result->hops);
    EXPECT_EQ(result->count.rotations, 0U);
}

TEST(OverlayRounds, BackgroundRotationsKeepTheTreeAndServeEverybody) {
    for (const char* policy : {"regret", "counting"}) {
        for (const bool freeze : {false, true}) {
            const Trace trace = workload("pairs", 64, 4'000);
            RoundsOptions options;
            options.policy = policy;
            options.freeze = freeze;

            const auto result = run_rounds(balanced_tree(64), trace, options);

            ASSERT_TRUE(result.has_value());
            EXPECT_EQ(result->requests, 4'000U) << policy;
            EXPECT_GT(result->count.rotations, 0U) << policy;
            EXPECT_EQ(result->tree.check(), "");
        }
    }
}

TEST(OverlaySimulate, EveryPolicyServesEveryRequest) {
    const Trace trace = workload("walk", 50, 1'500);
    for (const char* policy : {"static", "splay", "lazy", "counting", "regret", "gate", "rebuild",
                               "rebuild-exact", "optimum", "displaynet", "cbnet"}) {
        SimulateOptions options;
        options.policy = policy;

        const auto outcome = simulate_overlay(trace, options);

        ASSERT_TRUE(outcome.has_value()) << policy;
        EXPECT_EQ(outcome->requests, 1'500U) << policy;
        EXPECT_EQ(outcome->after.check(), "") << policy;
    }
}

TEST(OverlaySimulate, RebuildingLearnsTheDemand) {
    const Trace trace = workload("pairs", 64, 6'000);
    const auto hops = [&trace](const char* policy) {
        SimulateOptions options;
        options.policy = policy;
        return simulate_overlay(trace, options)->hops;
    };

    EXPECT_LT(hops("rebuild-exact"), hops("static") * 3 / 4);
    EXPECT_LT(hops("rebuild"), hops("static"));
}

TEST(OverlaySimulate, AnUnknownPolicyIsRefusedByName) {
    SimulateOptions options;
    options.policy = "fastest";

    const auto outcome = simulate_overlay(workload("uniform", 8, 10), options);

    ASSERT_FALSE(outcome.has_value());
    EXPECT_EQ(outcome.error().code, Errc::invalid_argument);
    EXPECT_NE(outcome.error().message.find("no policy is called fastest"), std::string::npos);
}

TEST(OverlaySimulate, TheDefaultStaysStillWhenNothingPays) {
    for (const std::uint64_t alpha : {10U, 20U}) {
        SimulateOptions options;
        options.price.alpha = alpha * kHop;
        options.server_trips = true;
        const Trace trace = workload("uniform", 256, 10'000);

        const auto regret = simulate_overlay(trace, options);
        options.policy = "static";
        const auto balanced = simulate_overlay(trace, options);

        EXPECT_LE(regret->work(options.price), 1.05 * balanced->work(options.price));
    }
}

TEST(OverlayPublished, TracesGiveThePublishedDistances) {
    const auto folder = tributary::testing::data_folder() / "overlay";
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no data folder with overlay traces";
    const auto hops = [&folder](const char* file, const char* policy) {
        SimulateOptions options;
        options.policy = policy;
        return simulate_overlay(*read_trace(folder / file, {}), options)->hops_mean();
    };

    EXPECT_NEAR(hops("Facebook.csv.zst", "splay"), 9.06, 0.05 * 9.06);
    EXPECT_NEAR(hops("Facebook.csv.zst", "optimum"), 6.99, 0.01 * 6.99);
    EXPECT_NEAR(hops("Microsoft.csv.zst", "splay"), 3.085, 0.05 * 3.085);
    EXPECT_NEAR(hops("Microsoft.csv.zst", "optimum"), 2.207, 0.01 * 2.207);
}

}  // namespace
}  // namespace tributary::netlayer::overlay
