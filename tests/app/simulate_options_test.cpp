// `tributary simulate`: the printed command repeats exactly the run it stands for, and what would
// be ignored is refused.
#include "app/cli/simulate_options.hpp"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <tuple>

namespace tributary::app {
namespace {

using netlayer::SimulationOptions;

/// All that the command must carry. The structured binding names every field, so that one that is
/// added is noticed by the compiler; mutations, history and record are no part of it.
auto fields(const SimulationOptions& options) {
    const auto& [seed, processes, objects, operations, degree, cuts, resets, server_crashes, leaves,
                 many_leaves, crashes, revocations, rotations, policy, regret_floor, change_policy,
                 balance_joins, contributions, fresh_keys, late_joins, back_to_back,
                 objects_per_update, objects_per_read, compute, skip, keep_history, check_every,
                 mutations, record] = options;
    static_cast<void>(keep_history);
    static_cast<void>(mutations);
    static_cast<void>(record);
    return std::make_tuple(seed, processes, objects, operations, degree, cuts, resets,
                           server_crashes, leaves, many_leaves, crashes, revocations, rotations,
                           policy, regret_floor, change_policy, balance_joins, contributions,
                           fresh_keys, late_joins, back_to_back, objects_per_update,
                           objects_per_read, compute, skip, check_every);
}

Status parse(const std::string& words, SimulateOptions& options) {
    CLI::App command;
    add_simulate_options(command, options);
    try {
        command.parse(words);
    } catch (const CLI::ParseError& error) {
        return fail(Errc::invalid_argument, error.what());
    }
    return check_simulate(command, options);
}

SimulationOptions repeated(const SimulationOptions& options) {
    const std::string command = repeat_command(options);
    const std::string program = "tributary simulate ";
    EXPECT_EQ(command.substr(0, program.size()), program);
    SimulateOptions parsed;
    const Status status = parse(command.substr(program.size()), parsed);
    EXPECT_TRUE(status) << command << ": " << (status ? "" : status.error().message);
    return parsed.of_seed(0);
}

/// Options of which each has one field, or one that needs another, that is not the default.
std::vector<SimulationOptions> one_changed() {
    std::vector<SimulationOptions> all;
    const auto add = [&all](auto change) {
        SimulationOptions options;
        change(options);
        all.push_back(options);
    };
    add([](auto& o) { o.seed = 18'446'744'073'709'551'615U; });
    add([](auto& o) { o.processes = 5; });
    add([](auto& o) { o.objects = 2; });
    add([](auto& o) { o.operations = 17; });
    add([](auto& o) { o.degree = 3; });
    add([](auto& o) { o.cuts = true; });
    add([](auto& o) { o.resets = true; });
    add([](auto& o) { o.resets = o.server_crashes = true; });
    add([](auto& o) { o.leaves = false; });
    add([](auto& o) { o.many_leaves = true; });
    add([](auto& o) { o.crashes = true; });
    add([](auto& o) { o.revocations = true; });
    add([](auto& o) { o.rotations = true; });
    add([](auto& o) { o.policy = netlayer::RotationPolicy::lazy; });
    add([](auto& o) { o.rotations = true, o.regret_floor = 2; });
    add([](auto& o) { o.change_policy = true; });
    add([](auto& o) { o.rotations = o.balance_joins = true; });
    add([](auto& o) { o.contributions = true; });
    add([](auto& o) { o.rotations = o.fresh_keys = true; });
    add([](auto& o) { o.late_joins = false; });
    add([](auto& o) { o.back_to_back = true; });
    add([](auto& o) { o.back_to_back = true, o.objects_per_update = 2; });
    add([](auto& o) { o.back_to_back = true, o.objects_per_read = 3; });
    add([](auto& o) { o.compute = Micros{12'345}; });
    add([](auto& o) { o.skip = *netlayer::Ranges::parse("3-17,40"); });
    add([](auto& o) { o.check_every = 16; });
    return all;
}

TEST(RepeatCommand, EveryOptionThatIsNotTheDefaultIsInIt) {
    const auto all = one_changed();
    ASSERT_EQ(all.size(), std::tuple_size_v<decltype(fields(all[0]))>);
    for (const SimulationOptions& options : all) {
        EXPECT_NE(repeat_command(options), repeat_command({}));
        EXPECT_EQ(fields(repeated(options)), fields(options)) << repeat_command(options);
    }
}

TEST(RepeatCommand, AllOfThemTogetherAreRead) {
    SimulationOptions options;
    options.cuts = options.crashes = options.resets = options.server_crashes = true;
    options.revocations = options.contributions = options.rotations = options.many_leaves = true;
    options.change_policy = options.balance_joins = options.fresh_keys = true;
    options.late_joins = false;
    options.policy = netlayer::RotationPolicy::regret;
    options.skip.add(1, 9);
    options.check_every = 0;
    for (const Micros::rep compute : {1, 999, 1'001, 100'000, 59'999'999}) {
        options.compute = Micros{compute};
        EXPECT_EQ(fields(repeated(options)), fields(options)) << repeat_command(options);
    }
}

// Shrinking leaves out one option after the other, and what is left may have lost its sense.
TEST(RepeatCommand, WhatHasNoEffectIsLeftOut) {
    SimulationOptions options;
    options.balance_joins = options.fresh_keys = options.many_leaves = true;
    options.back_to_back = options.contributions = true;
    options.leaves = false;
    options.regret_floor = 2;
    SimulationOptions rotating;
    rotating.rotations = true;
    rotating.degree = 3;

    const std::string kary = repeat_command(options);
    EXPECT_TRUE(repeated(options).back_to_back) << kary;
    EXPECT_FALSE(repeated(options).contributions) << kary;
    EXPECT_TRUE(repeated(rotating).rotations);
}

TEST(SimulateOptions, WhatWouldBeIgnoredIsRefusedByName) {
    struct Case {
        std::string words;
        std::vector<std::string> named;
    };
    for (const auto& [words, named] :
         std::vector<Case>{{"--central --record x", {"--central", "--record"}},
                           {"--central --all-faults", {"--all-faults"}},
                           {"--central --rotations", {"--rotations"}},
                           {"--central --policy lazy", {"--policy"}},
                           {"--central --cuts --crashes", {"--cuts", "--crashes"}},
                           {"--central --shrink", {"--shrink"}},
                           {"--central --skip 3", {"--skip"}},
                           {"--central --replay x", {"--central"}},
                           {"--replay x --seed 3", {"--replay", "--seed"}},
                           {"--replay x --record y", {"--record"}},
                           {"--skip 3 --seeds 2", {"--skip", "--seeds"}},
                           {"--objects-per-update 2", {"--objects-per-update", "--central"}},
                           {"--objects-per-read 2", {"--objects-per-read", "--back-to-back"}},
                           {"--central --objects 3 --objects-per-update 4", {"4", "3 objects"}},
                           {"--central --objects 3 --objects-per-read 4", {"4", "3 objects"}},
                           {"--balance-joins", {"--balance-joins", "--rotations"}},
                           {"--fresh-keys", {"--fresh-keys", "--policy"}},
                           {"--regret-floor 2", {"--regret-floor", "--change-policy"}},
                           {"--rotations --degree 3", {"--degree"}},
                           {"--policy regret --degree 3", {"--degree"}},
                           {"--many-leaves --no-leaves", {"--many-leaves", "--no-leaves"}},
                           {"--back-to-back --contributions", {"--contributions"}},
                           {"--seed -1", {"--seed"}},
                           {"--quiet --json", {"--quiet", "--json"}}}) {
        SimulateOptions options;

        const Status status = parse(words, options);

        ASSERT_FALSE(status) << words;
        EXPECT_EQ(status.error().code, Errc::invalid_argument);
        for (const std::string& name : named) {
            EXPECT_NE(status.error().message.find(name), std::string::npos) << words;
        }
    }
}

TEST(SimulateOptions, WhatIsRefusedSaysWhatToDo) {
    for (const std::string words : {"--central --record x", "--replay x --seed 3",
                                    "--skip 3 --seeds 2", "--objects-per-read 2"}) {
        SimulateOptions options;
        EXPECT_NE(parse(words, options).error().message.find("eave "), std::string::npos) << words;
    }
}

TEST(SimulateOptions, AFolderOrNothingIsNoFile) {
    const std::string folder = std::filesystem::temp_directory_path().string();
    for (const std::string option : {"--replay", "--record", "--history"}) {
        for (const std::string& file : {folder, std::string("\"\"")}) {
            SimulateOptions options;

            const Status status = parse(option + " " + file, options);

            ASSERT_FALSE(status) << option << " " << file;
            EXPECT_NE(status.error().message.find(option), std::string::npos);
        }
    }
}

TEST(SimulateOptions, WhatGoesTogetherIsAccepted) {
    SimulateOptions options;
    SimulateOptions shrinking;

    EXPECT_TRUE(
        parse("--central --processes 70 --objects 50 --operations 7000 --compute-ms 100 "
              "--json --history x",
              options));
    EXPECT_TRUE(parse("--shrink --json --all-faults --seeds 3", shrinking));
}

// Options that are given go beside what the seed allows, not under it.
TEST(SimulateOptions, AllFaultsKeepsWhatWasAskedFor) {
    SimulateOptions options;
    ASSERT_TRUE(parse("--all-faults --revocations --seed 1", options));

    EXPECT_TRUE(options.of_seed(0).revocations);
    EXPECT_TRUE(options.of_seed(0).contributions);
    EXPECT_FALSE(options.of_seed(0).resets);
    EXPECT_TRUE(options.of_seed(1).resets);
}

}  // namespace
}  // namespace tributary::app
