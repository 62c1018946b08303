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

TEST(Central, SameSeedGivesTheSameRun) {
    const SimulationReport first = simulate_central(figure_13(10));

    const SimulationReport second = simulate_central(figure_13(10));

    EXPECT_EQ(first.virtual_seconds, second.virtual_seconds);
    EXPECT_EQ(first.reads, second.reads);
}

}  // namespace
}  // namespace tributary::netlayer
