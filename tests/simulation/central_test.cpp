// The central baseline of self-service §8.3, beside the service that migrates its objects.
#include "netlayer/simulation/central.hpp"

#include <gtest/gtest.h>

namespace tributary::netlayer {
namespace {

SimulationOptions figure_13(std::size_t clients) {
    SimulationOptions options;
    options.processes = clients;
    options.objects = 50;
    options.operations = 60 * clients;
    options.degree = 4;
    options.compute = Micros{100'000};
    options.back_to_back = true;
    options.leaves = options.late_joins = false;
    options.check_every = 0;
    return options;
}

// self-service §8.3: "The centralized server's processor was the bottleneck".
TEST(Central, ThroughputOfUpdatesIsThatOfOneProcessor) {
    for (const std::size_t clients : {10, 40}) {
        const SimulationReport report = simulate_central(figure_13(clients));

        EXPECT_TRUE(report.violations.empty()) << report.violations.front();
        EXPECT_EQ(report.operations, 60 * clients);
        EXPECT_EQ(report.durable, report.operations);
        EXPECT_NEAR(report.updates.per_second, 10, 0.5);
    }
}

// self-service §8.3: reads have a thread of their own and are not queued behind updates.
TEST(Central, ReadsDoNotWaitForUpdates) {
    const SimulationReport report = simulate_central(figure_13(40));

    EXPECT_GT(report.updates.p50_ms, 1'000);
    EXPECT_LT(report.strict_reads.p99_ms, 70);
}

// self-service §8.3, Figure 13: update latency and throughput "superior to those of the centralized
// server, by roughly an order of magnitude or more", and more so with more nodes.
TEST(Central, Figure13SelfServiceUpdatesAreAnOrderOfMagnitudeFaster) {
    double before = 0;
    for (const std::size_t clients : {20, 60}) {
        const SimulationReport central = simulate_central(figure_13(clients));
        const SimulationReport ours = simulate(figure_13(clients));

        EXPECT_TRUE(ours.violations.empty()) << ours.violations.front();
        const double ratio = ours.updates.per_second / central.updates.per_second;
        EXPECT_GT(ratio, clients >= 60 ? 10 : 5);
        EXPECT_GT(ratio, before);
        EXPECT_GT(central.updates.p50_ms, ours.updates.p50_ms * (clients >= 60 ? 10 : 4));
        before = ratio;
    }
}

SimulationOptions figure_14(std::size_t per_update, std::size_t per_read) {
    SimulationOptions options = figure_13(70);
    options.objects_per_update = per_update;
    options.objects_per_read = per_read;
    return options;
}

// One computation for each object of an update.
TEST(Central, UpdatesOfSeveralObjectsComputeForEach) {
    const SimulationReport report = simulate_central(figure_14(4, 1));

    EXPECT_TRUE(report.violations.empty()) << report.violations.front();
    EXPECT_EQ(report.durable, report.operations);
    EXPECT_NEAR(report.updates.per_second, 2.5, 0.1);
}

// self-service §8.3, Figure 14: with more objects an update "self-service still achieved much
// better update throughput and latency than the centralized server".
TEST(Central, Figure14UpdatesOfSeveralObjectsAreFasterMigrating) {
    for (const std::size_t objects : {2, 4}) {
        const SimulationReport central = simulate_central(figure_14(objects, 1));
        const SimulationReport ours = simulate(figure_14(objects, 1));

        EXPECT_TRUE(ours.violations.empty()) << ours.violations.front();
        EXPECT_GT(ours.updates.per_second, 2 * central.updates.per_second);
        EXPECT_LT(ours.updates.p50_ms, central.updates.p50_ms / 2);
    }
}

// The last updates of a run wait for each other, one after the other, before it is at rest.
TEST(Central, Figure14RunsWithEightObjectsAnUpdateComeToRest) {
    SimulationOptions options = figure_14(8, 1);
    options.operations = 300;

    const SimulationReport ours = simulate(options);

    EXPECT_TRUE(ours.violations.empty()) << ours.violations.front();
    EXPECT_GE(ours.operations, 300U);
}

// self-service §8.3, Figure 14: "the centralized server's multi-object reads outperformed
// self-service multi-object reads", which contend with updates for the objects.
TEST(Central, Figure14ReadsOfSeveralObjectsAreFasterAtTheServer) {
    const SimulationReport central = simulate_central(figure_14(1, 2));
    const SimulationReport ours = simulate(figure_14(1, 2));

    EXPECT_TRUE(ours.violations.empty()) << ours.violations.front();
    EXPECT_TRUE(central.violations.empty()) << central.violations.front();
    EXPECT_GT(ours.strict_reads.p50_ms, 10 * central.strict_reads.p50_ms);
}

TEST(Central, SameSeedGivesTheSameRun) {
    const SimulationReport first = simulate_central(figure_13(10));

    const SimulationReport second = simulate_central(figure_13(10));

    EXPECT_EQ(first.virtual_seconds, second.virtual_seconds);
    EXPECT_EQ(first.reads, second.reads);
}

}  // namespace
}  // namespace tributary::netlayer
