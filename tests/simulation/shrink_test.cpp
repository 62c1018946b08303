// A failing run is made small, and still fails: the tool with which a violation is understood.
#include "netlayer/simulation/shrink.hpp"

#include <gtest/gtest.h>

#include "netlayer/simulation/minimize.hpp"
#include "netlayer/simulation/scripted.hpp"
#include "tests/simulation/seeded_runs.hpp"

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
    EXPECT_TRUE(shrunk.options.skip.empty());
    EXPECT_TRUE(shrunk.report.violations.empty());
}

// Issue 5: fewest events that still fail.
TEST(Shrink, Issue5NoStimulusOfTheShrunkRunCanBeLeftOut) {
    const SimulationOptions before = failing();
    const SimulationReport whole = simulate(before);

    const Shrunk shrunk = shrink(before);

    ASSERT_TRUE(shrunk.minimal) << "the bound on runs was hit";
    EXPECT_EQ(shrunk.at_first, whole.stimuli);
    EXPECT_EQ(shrunk.stimuli, shrunk.report.stimuli - shrunk.report.skipped);
    EXPECT_LT(shrunk.stimuli * 10, whole.stimuli);
    EXPECT_LT(shrunk.report.events * 10, whole.events);
    for (std::uint64_t number = 1; number <= shrunk.report.stimuli; ++number) {
        if (shrunk.options.skip.contains(number)) continue;
        SimulationOptions less = shrunk.options;
        less.skip.add(number);
        EXPECT_TRUE(simulate(less).violations.empty()) << "without " << number << " it still fails";
    }
    RecordProperty("events_before", std::to_string(whole.events));
    RecordProperty("events", std::to_string(shrunk.report.events));
    RecordProperty("stimuli_before", std::to_string(whole.stimuli));
    RecordProperty("stimuli", std::to_string(shrunk.stimuli));
    RecordProperty("runs", std::to_string(shrunk.runs));
}

TEST(Shrink, ReturnedOptionsRepeatTheFailure) {
    for (bool Mutations::*fault : {&Mutations::leaf_without_queue_replacement, &Mutations::no_fence,
                                   &Mutations::journal_trimmed_at_applied}) {
        SimulationOptions options = testing::shape(1);
        options.mutations.*fault = true;
        while (simulate(options).violations.empty())
            options = [&] {
                SimulationOptions next = testing::shape(options.seed + 1);
                next.mutations = options.mutations;
                return next;
            }();

        const Shrunk shrunk = shrink(options, 200);
        const SimulationReport again = simulate(shrunk.options);

        EXPECT_EQ(again.violations, shrunk.report.violations);
        EXPECT_EQ(again.events, shrunk.report.events);
        EXPECT_EQ(again.counters, shrunk.report.counters);
        EXPECT_LT(shrunk.stimuli, shrunk.at_first);
    }
}

TEST(Shrink, WhatIsLeftOutAlreadyStaysLeftOut) {
    Shrunk once = shrink(failing(), 300);
    const Shrunk twice = shrink(once.options, 100);

    EXPECT_FALSE(twice.report.violations.empty());
    EXPECT_EQ(twice.at_first, once.stimuli);
    EXPECT_LE(twice.stimuli, once.stimuli);
    EXPECT_EQ(twice.options.operations, once.options.operations);
}

TEST(Script, FollowedWithNothingLeftOutIsTheSameRun) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        SimulationOptions options = testing::shape(seed);
        options.check_every = 0;
        options.rotations = seed % 7 == 0;
        options.change_policy = seed % 7 == 1;
        const auto chosen = simulation::choose(options);

        const auto followed = simulation::follow(options, chosen.script);

        EXPECT_EQ(followed.done.size(), chosen.script.entries.size()) << seed;
        EXPECT_EQ(followed.report.events, chosen.report.events) << seed;
        EXPECT_EQ(followed.report.counters, chosen.report.counters) << seed;
        EXPECT_EQ(followed.report.durable, chosen.report.durable) << seed;
    }
}

TEST(Script, WhatIsLeftOutDoesNotHappen) {
    SimulationOptions options = testing::shape(4);
    options.leaves = options.many_leaves = options.revocations = false;
    const auto chosen = simulation::choose(options);
    ASSERT_GT(chosen.report.cuts, 0u);
    ASSERT_GT(chosen.report.crashes, 0u);
    for (const auto& entry : chosen.script.entries) {
        if (std::holds_alternative<simulation::stimulus::Cut>(entry.stimulus)) {
            options.skip.add(entry.number);
        }
    }

    const SimulationReport report = simulate(options);

    EXPECT_TRUE(report.violations.empty()) << testing::describe(options, report);
    EXPECT_EQ(report.cuts, 0u);
    EXPECT_GT(report.crashes, 0u);
    EXPECT_EQ(report.stimuli, chosen.script.entries.size());
    EXPECT_EQ(report.skipped, options.skip.size());
}

TEST(Script, EveryRunWithoutSomeOfItKeepsTheRules) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        SimulationOptions options = testing::shape(seed);
        options.check_every = 16;
        Random random(seed);
        for (int i = 0; i < 20; ++i) options.skip.add(1 + random.below(400));

        const SimulationReport report = simulate(options);

        EXPECT_TRUE(report.violations.empty())
            << testing::describe(options, report) << " without " << options.skip.text();
    }
}

TEST(Minimize, LeavesOutAllThatDoesNotMatter) {
    std::size_t tried = 0;
    simulation::Numbers all;
    for (std::uint64_t number = 1; number <= 1000; ++number) all.push_back(number);

    const auto rest =
        simulation::minimize(all, [&](const auto& remaining) -> std::optional<simulation::Numbers> {
            ++tried;
            std::size_t needed = 0;
            for (const auto number : remaining) needed += number == 3 || number == 700 ? 1 : 0;
            if (needed < 2) return std::nullopt;
            return remaining;
        });

    EXPECT_EQ(rest, (simulation::Numbers{3, 700}));
    EXPECT_LT(tried, 100u);
}

TEST(Minimize, WhatFailsWithoutAnythingBecomesNothing) {
    const auto rest = simulation::minimize({1, 2, 3}, [](const auto& remaining) {
        return std::optional<simulation::Numbers>(remaining);
    });

    EXPECT_TRUE(rest.empty());
}

}  // namespace
}  // namespace tributary::netlayer
