// A recorded run, given to the processes again: decision 1 of the protocol rules.
#include "netlayer/simulation/replay.hpp"

#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "netlayer/simulation/event_log.hpp"
#include "netlayer/simulation/simulator.hpp"

namespace tributary::netlayer {
namespace {

std::vector<std::string> recorded(const SimulationOptions& shape) {
    std::vector<std::string> lines;
    SimulationOptions options = shape;
    options.record = [&lines](const std::string& line) { lines.push_back(line); };
    EXPECT_TRUE(simulate(options).violations.empty());
    return lines;
}

/// Every kind of event there is: server crashes with their restarts, resumes, promotions.
SimulationOptions every_fault(std::uint64_t seed) {
    SimulationOptions options;
    options.seed = seed;
    options.operations = 60;
    options.cuts = options.crashes = options.resets = options.server_crashes = true;
    options.many_leaves = seed % 2 == 0;
    options.check_every = 0;
    return options;
}

Result<Replayed> replay_lines(const std::vector<std::string>& lines) {
    std::stringstream text;
    for (const std::string& line : lines) text << line << "\n";
    return replay(text);
}

/// The lines with one of them changed by whoever can seal them again.
std::vector<std::string> forged(const std::vector<std::string>& lines, std::size_t place,
                                const std::string& from, const std::string& to) {
    simulation::Seal opening;
    simulation::Seal closing;
    std::vector<std::string> made;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::string object = opening.open(lines[i]).value();
        if (i == place) object.replace(object.find(from), from.size(), to);
        made.push_back(closing.close(object));
    }
    return made;
}

std::size_t line_with(const std::vector<std::string>& lines, const std::string& part) {
    for (std::size_t i = lines.size() / 2; i < lines.size(); ++i) {
        if (lines[i].find(part) != std::string::npos) return i;
    }
    ADD_FAILURE() << "no line has " << part;
    return 0;
}

TEST(Replay, EveryEffectOfARunWithEveryFaultIsTheRecordedOne) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        const auto lines = recorded(every_fault(seed));

        const auto replayed = replay_lines(lines);

        ASSERT_TRUE(replayed) << "seed " << seed << ": " << replayed.error().message;
        EXPECT_EQ(replayed->lines, lines.size());
        EXPECT_GT(replayed->starts, 4u);
        EXPECT_GT(replayed->effects, replayed->steps / 2);
    }
}

TEST(Replay, RunsThatRotateAreRepeatedExactly) {
    std::map<std::string, std::size_t> seen{{R"("kind":"rotate")", 0}, {R"("name":"switch_b")", 0}};
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        SimulationOptions options = every_fault(seed);
        options.rotations = true;
        options.policy = seed % 2 == 0 ? RotationPolicy::regret : RotationPolicy::none;
        options.regret_floor = 2;
        const auto lines = recorded(options);
        for (const std::string& line : lines) {
            for (auto& [part, count] : seen) count += line.find(part) != line.npos ? 1 : 0;
        }

        const auto replayed = replay_lines(lines);

        ASSERT_TRUE(replayed) << "seed " << seed << ": " << replayed.error().message;
        EXPECT_EQ(replayed->lines, lines.size());
    }
    for (const auto& [part, count] : seen) EXPECT_GT(count, 0u) << part;
}

TEST(Replay, RecordingDoesNotChangeTheRun) {
    SimulationOptions options = every_fault(3);
    const SimulationReport alone = simulate(options);
    options.record = [](const std::string&) {};

    const SimulationReport watched = simulate(options);

    EXPECT_EQ(alone.events, watched.events);
    EXPECT_EQ(alone.counters, watched.counters);
}

TEST(Replay, AChangedLineIsNamedWithTheReason) {
    auto lines = recorded(every_fault(1));
    const std::size_t place = line_with(lines, "\"kind\":\"message\"");
    const std::size_t digit = lines[place].find("\"frame\":\"") + 15;
    lines[place][digit] = lines[place][digit] == '0' ? '1' : '0';

    const auto replayed = replay_lines(lines);

    ASSERT_FALSE(replayed);
    EXPECT_EQ(replayed.error().code, Errc::corrupt);
    EXPECT_NE(replayed.error().message.find("line " + std::to_string(place + 1) + ": its seal"),
              std::string::npos)
        << replayed.error().message;
}

TEST(Replay, ARemovedLineIsNoticedAtTheNextOne) {
    auto lines = recorded(every_fault(2));
    const std::size_t place = lines.size() / 3;
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(place));

    const auto replayed = replay_lines(lines);

    ASSERT_FALSE(replayed);
    EXPECT_NE(replayed.error().message.find("line " + std::to_string(place + 1) + ": its seal"),
              std::string::npos);
}

TEST(Replay, ALogThatBreaksOffIsNotAccepted) {
    auto lines = recorded(every_fault(1));
    lines.pop_back();

    const auto replayed = replay_lines(lines);

    ASSERT_FALSE(replayed);
    EXPECT_NE(replayed.error().message.find("breaks off"), std::string::npos);
}

// Whoever seals the lines again still cannot make a process do what it does not do.
TEST(Replay, AnotherEffectThanTheRecordedOneIsNamed) {
    const auto lines = recorded(every_fault(1));
    const std::size_t place = line_with(lines, "\"written\":[[\"o");

    const auto replayed =
        replay_lines(forged(lines, place, "\"written\":[[\"o", "\"written\":[[\"q"));

    ASSERT_FALSE(replayed);
    const std::string& reason = replayed.error().message;
    EXPECT_NE(reason.find("line " + std::to_string(place + 1) + ": effect"), std::string::npos)
        << reason;
    EXPECT_NE(reason.find("when it was recorded and is"), std::string::npos) << reason;
}

TEST(Replay, AnEffectThatWasAddedOrLeftOutIsNamed) {
    const auto lines = recorded(every_fault(1));
    const std::size_t place = line_with(lines, "\"effects\":[{");

    const auto replayed =
        replay_lines(forged(lines, place, "\"effects\":[", "\"effects\":[{\"kind\":\"link_up\"},"));

    ASSERT_FALSE(replayed);
    EXPECT_NE(replayed.error().message.find("effect 1 of process"), std::string::npos);
}

TEST(Replay, WordsThatAreNotUnderstoodAreNamedNotAsserted) {
    const auto lines = recorded(every_fault(1));
    const std::size_t place = line_with(lines, "\"kind\":\"timer\"");
    const std::vector<std::pair<std::string, std::string>> damages{
        {"\"kind\":\"timer\"", "\"kind\":\"tinier\""},
        {"\"at\":", "\"at\":-"},
        {"\"process\":", "\"process\":99"},
        {"\"event\":", "\"evening\":"}};

    for (const auto& [from, to] : damages) {
        const auto replayed = replay_lines(forged(lines, place, from, to));

        ASSERT_FALSE(replayed) << to;
        EXPECT_EQ(replayed.error().message.find("line " + std::to_string(place + 1)), 0u)
            << replayed.error().message;
    }
}

TEST(Replay, AnotherFileIsNoEventLog) {
    std::stringstream text("{\"process\": 3}\n");

    const auto replayed = replay(text);

    ASSERT_FALSE(replayed);
    EXPECT_NE(replayed.error().message.find("line 1: it is not a sealed line"), std::string::npos);
}

}  // namespace
}  // namespace tributary::netlayer
