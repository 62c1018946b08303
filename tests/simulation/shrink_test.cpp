// A failing run is made small, and still fails: the tool with which a violation is understood.
#include "netlayer/simulation/shrink.hpp"

#include <gtest/gtest.h>

namespace tributary::netlayer {
namespace {

SimulationOptions failing() {
    SimulationOptions options;
    options.processes = 12;
    options.objects = 4;
    options.cuts = options.crashes = true;
    options.mutations.leaf_without_queue_replacement = true;
    while (simulate(options).violations.empty()) ++options.seed;
    return options;
}

TEST(Shrink, SmallerRunStillFails) {
    const SimulationOptions before = failing();
    const std::uint64_t events = simulate(before).events;

    const Shrunk shrunk = shrink(before, 300);

    EXPECT_FALSE(shrunk.report.violations.empty());
    EXPECT_FALSE(simulate(shrunk.options).violations.empty()) << "it can be replayed";
    EXPECT_LT(shrunk.report.events, events);
    EXPECT_LT(shrunk.options.operations, before.operations);
    EXPECT_LE(shrunk.runs, 300u);
}

TEST(Shrink, RunWithoutAViolationStaysAsItIs) {
    SimulationOptions clean;
    clean.operations = 20;

    const Shrunk shrunk = shrink(clean);

    EXPECT_EQ(shrunk.runs, 1u);
    EXPECT_EQ(shrunk.options.operations, 20u);
    EXPECT_TRUE(shrunk.report.violations.empty());
}

}  // namespace
}  // namespace tributary::netlayer
