// The core under random runs with every fault, and the proof that the checks notice planted faults.
// Protocol rules, sections 3 and 8. TRIBUTARY_SEED moves the range of seeds.
#include <gtest/gtest.h>

#include "tests/simulation/seeded_runs.hpp"

namespace tributary::netlayer {
namespace {

constexpr std::uint64_t kSeeds = 1000;
constexpr std::uint64_t kMostSeedsForAFault = 400;

using testing::describe;
using testing::first_seed;
using testing::shape;

TEST(Simulation, NoViolationUnderJoinsLeavesCutsAndCrashes) {
    SimulationReport sum;
    std::uint64_t resumed = 0;
    std::uint64_t refused = 0;
    std::uint64_t given_up = 0;
    for (std::uint64_t seed = first_seed(); seed < first_seed() + kSeeds; ++seed) {
        const SimulationOptions options = shape(seed);

        const SimulationReport report = simulate(options);

        ASSERT_TRUE(report.violations.empty()) << describe(options, report);
        ASSERT_GE(report.operations, options.operations) << describe(options, report);
        sum.leaves += report.leaves;
        sum.promotions += report.promotions;
        refused += report.counters.at("holds_refused");
        given_up += report.counters.at("promotions_aborted");
        sum.cuts += report.cuts;
        sum.crashes += report.crashes;
        sum.revocations += report.revocations;
        sum.resets += report.resets;
        sum.server_restarts += report.server_restarts;
        resumed += report.counters.at("links_resumed");
        sum.reconstitutions += report.reconstitutions;
        sum.lost += report.lost;
        sum.refused += report.refused;
        sum.retried_reads += report.retried_reads;
        sum.durable += report.durable;
        sum.contributions += report.contributions;
        sum.contributions_refused += report.contributions_refused;
        sum.contributions_repeated += report.contributions_repeated;
        for (const auto& [name, count] : report.faults) sum.faults[name] += count;
    }
    // A fault that never happened proves nothing.
    EXPECT_GT(sum.leaves, 0u);
    EXPECT_GT(sum.promotions, kSeeds);
    EXPECT_GT(refused, 0u);
    EXPECT_GT(given_up, 0u);
    EXPECT_GT(sum.cuts, 0u);
    EXPECT_GT(sum.crashes, 0u);
    EXPECT_GT(sum.revocations, kSeeds / 10);
    EXPECT_GT(sum.resets, 0u);
    EXPECT_GT(sum.server_restarts, 0u);
    EXPECT_GT(resumed, 0u);
    EXPECT_GT(sum.reconstitutions, 0u);
    EXPECT_GT(sum.lost, 0u);
    EXPECT_GT(sum.refused, 0u);
    EXPECT_GT(sum.retried_reads, 0u);
    EXPECT_GT(sum.durable, 100 * kSeeds);
    EXPECT_GT(sum.contributions, 20 * kSeeds);
    EXPECT_GT(sum.contributions_refused, kSeeds);
    EXPECT_GT(sum.contributions_repeated, kSeeds);
    for (const char* fault :
         {"cut, in flight lost", "cut, in flight delivered late", "resume in time",
          "resume too late", "duplicate after resume", "crash noticed by silence only",
          "server crash at rest", "server crash before a write",
          "server crash after a write, before its effects", "slow process", "false suspicion",
          "link ended by a revocation", "slow disk", "delay"}) {
        EXPECT_GT(sum.faults[fault], 0u) << fault;
    }
}

TEST(Simulation, WithoutFaultsEveryAcceptedUpdateIsDurable) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        SimulationOptions options = shape(seed);
        options.cuts = options.crashes = options.resets = options.server_crashes = false;
        options.revocations = options.contributions = false;

        const SimulationReport report = simulate(options);

        EXPECT_TRUE(report.violations.empty()) << describe(options, report);
        EXPECT_EQ(report.operations, options.operations) << describe(options, report);
        EXPECT_EQ(report.operations + report.refused, report.invoked) << describe(options, report);
        EXPECT_EQ(report.durable, report.operations);
        EXPECT_EQ(report.lost, 0u);
    }
}

// Issue 5: leaves alone lose nobody and nothing, however many parents and children go together.
TEST(Simulation, ManyLeavesDisconnectNobody) {
    std::uint64_t promotions = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SimulationOptions options = shape(seed);
        options.cuts = options.crashes = options.resets = options.server_crashes = false;
        options.revocations = false;
        options.many_leaves = true;

        const SimulationReport report = simulate(options);

        EXPECT_TRUE(report.violations.empty()) << describe(options, report);
        EXPECT_EQ(report.lost, 0u) << describe(options, report);
        EXPECT_EQ(report.counters.at("disconnections"), 0u) << describe(options, report);
        promotions += report.promotions;
    }
    EXPECT_GT(promotions, 200u);
}

TEST(Simulation, SameSeedGivesTheSameRun) {
    const SimulationReport first = simulate(shape(11));
    const SimulationReport second = simulate(shape(11));

    EXPECT_EQ(first.events, second.events);
    EXPECT_EQ(first.heartbeats, second.heartbeats);
    EXPECT_EQ(first.counters, second.counters);
    EXPECT_NE(first.events, simulate(shape(12)).events);
}

struct Planted {
    const char* name;
    bool Mutations::*fault;
    enum class Runs { plain, resets, restarts } runs = Runs::plain;  ///< in which it shows
    bool many_leaves = false;
};

class PlantedFault : public ::testing::TestWithParam<Planted> {};

TEST_P(PlantedFault, IsNoticed) {
    for (std::uint64_t seed = 1; seed <= kMostSeedsForAFault; ++seed) {
        SimulationOptions options = shape(seed);
        options.mutations.*GetParam().fault = true;
        options.resets = GetParam().runs != Planted::Runs::plain;
        options.server_crashes = GetParam().runs == Planted::Runs::restarts;
        options.many_leaves = GetParam().many_leaves;

        if (!simulate(options).violations.empty()) return;
    }

    FAIL() << kMostSeedsForAFault << " runs did not notice the fault " << GetParam().name;
}

// The fault that random runs rarely notice, no_read_force, has a test of its own:
// Leave.C4PlantedFaultLosesWhatALeaverRead.
INSTANTIATE_TEST_SUITE_P(
    Core, PlantedFault,
    ::testing::Values(
        Planted{"CopiesSavedUnconditionally", &Mutations::save_copies_unconditionally},
        Planted{"NoDependencyCopying", &Mutations::no_dependency_copying},
        Planted{"LeafWithoutQueueReplacement", &Mutations::leaf_without_queue_replacement},
        Planted{"OrderAsGiven", &Mutations::order_as_given},
        Planted{"NoFence", &Mutations::no_fence},
        Planted{"ReplyWithoutClimb", &Mutations::reply_without_climb},
        Planted{"NoForceAtLeave", &Mutations::no_force_at_leave},
        Planted{"DuplicatesProcessed", &Mutations::duplicates_processed, Planted::Runs::resets},
        Planted{"StoredWithoutSequence", &Mutations::stored_without_sequence,
                Planted::Runs::restarts},
        Planted{"StoredWithoutIdle", &Mutations::stored_without_idle, Planted::Runs::restarts},
        Planted{"StoredBare", &Mutations::stored_bare, Planted::Runs::restarts},
        Planted{"SendBeforeStore", &Mutations::send_before_store, Planted::Runs::restarts},
        Planted{"NoLease", &Mutations::no_lease},
        Planted{"PromoteWithoutSignal", &Mutations::promote_without_signal, Planted::Runs::plain,
                true},
        Planted{"SuccessorNotFrozen", &Mutations::successor_not_frozen, Planted::Runs::plain, true},
        Planted{"SwitchOnFirstWord", &Mutations::switch_on_first_word, Planted::Runs::plain, true},
        Planted{"FrozenLocalSteps", &Mutations::frozen_local_steps, Planted::Runs::plain, true},
        Planted{"JournalTrimmedAtApplied", &Mutations::journal_trimmed_at_applied},
        Planted{"RefusalNotRecorded", &Mutations::refusal_not_recorded},
        Planted{"StoredWithoutHeld", &Mutations::stored_without_held, Planted::Runs::restarts,
                true}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace tributary::netlayer
