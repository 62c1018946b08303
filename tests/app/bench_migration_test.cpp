// What the benchmark of the migration layer counts and concludes; its systems are measured by
// `tributary bench migration` itself.
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "app/bench/migration/fleet.hpp"
#include "app/bench/migration/temporary_folder.hpp"
#include "app/bench/migration/workloads.hpp"

namespace tributary::app {
namespace {

/// A system whose only object is a file with a number; it can be told to forget an update.
class FileSession final : public Session {
 public:
    FileSession(std::filesystem::path file, std::uint32_t client, std::uint64_t forget,
                std::uint64_t at_risk)
        : file_(std::move(file)), client_(client), forget_(forget), at_risk_(at_risk) {}

    Status fill(const Load& /*load*/) override {
        std::ofstream(file_) << 0;
        return {};
    }
    Result<Tally> run(const Load& load, Micros start) override {
        auto tally = run_in_turn(load, start, client_, [this](const ObjectNames&, std::uint64_t&) {
            const bool remembers = ++updates_ != forget_;
            const std::uint64_t number = read() + (remembers ? 1 : 0);
            std::ofstream(file_) << number;
            return Result<bool>(false);
        });
        if (tally && at_risk_ > 0) {
            tally->at_risk = at_risk_;
            tally->cut_off = "the parent does not answer";
        }
        return tally;
    }
    Result<std::uint64_t> count(const Load& /*load*/) override { return read(); }

 private:
    std::uint64_t read() const {
        std::uint64_t number = 0;
        std::ifstream(file_) >> number;
        return number;
    }

    std::filesystem::path file_;
    std::uint32_t client_;
    std::uint64_t forget_;
    std::uint64_t at_risk_;
    std::uint64_t updates_ = 0;
};

class FileService final : public Service {
 public:
    FileService(std::filesystem::path file, std::uint64_t forget, std::uint64_t at_risk = 0)
        : file_(std::move(file)), forget_(forget), at_risk_(at_risk) {}
    Result<std::unique_ptr<Session>> connect(std::size_t number) override {
        return std::make_unique<FileSession>(file_, static_cast<std::uint32_t>(number), forget_,
                                             at_risk_);
    }

 private:
    std::filesystem::path file_;
    std::uint64_t forget_;
    std::uint64_t at_risk_;
};

std::vector<Load> one_short_load() {
    Load load;
    load.warm_up = std::chrono::milliseconds(5);
    load.duration = std::chrono::milliseconds(50);
    return {load};
}

MigrationRow row_with(const std::string& workload, const std::string& system, double updates) {
    MigrationRow row{workload, system};
    row.per_second = updates;
    return row;
}

const MigrationFigure* find_figure(const std::vector<MigrationFigure>& figures,
                                   const std::string& name) {
    for (const MigrationFigure& figure : figures) {
        if (figure.figure == name) return &figure;
    }
    return nullptr;
}

TEST(MigrationLoad, ModificationCountsAndTellsWhoWroteLast) {
    Random random(1);
    Bytes body = first_body(64, random);
    const Bytes before = body;

    const auto first = modify(body, 7, random);
    const auto own = modify(body, 7, random);
    const auto other = modify(body, 3, random);

    EXPECT_TRUE(*first);
    EXPECT_FALSE(*own);
    EXPECT_TRUE(*other);
    EXPECT_EQ(*count_of(body), 3U);
    EXPECT_EQ(body.size(), before.size());
    EXPECT_NE(body, before);
}

TEST(MigrationLoad, ABodyThatLostBytesIsAnError) {
    Random random(1);
    Bytes cut(20, 0);

    EXPECT_EQ(modify(cut, 1, random).error().code, Errc::corrupt);
    EXPECT_EQ(count_of(ByteView(cut).first(4)).error().code, Errc::corrupt);
}

TEST(MigrationLoad, OnlyCompletionsWithinTheCountAreCounted) {
    Tally tally;

    tally.complete(Micros(0), Micros(99), Micros(100), Micros(200));
    tally.complete(Micros(90), Micros(150), Micros(100), Micros(200));
    tally.complete(Micros(190), Micros(201), Micros(100), Micros(200));

    EXPECT_EQ(tally.written, 3U);
    EXPECT_EQ(tally.updates, 1U);
    EXPECT_EQ(tally.latencies_us, std::vector<std::uint32_t>{60});
}

TEST(MigrationLoad, AnUpdateHasSoManyDifferentObjectsAndCountsForEach) {
    Random random(1);
    Load load;
    load.objects = 5;
    load.objects_per_update = 4;
    for (int i = 0; i < 50; ++i) {
        const ObjectNames chosen = choose_objects(load, random, {object_name(2)});

        EXPECT_EQ(chosen.size(), 4U);
        EXPECT_EQ(chosen.front(), object_name(2));
        EXPECT_EQ(std::set<std::string>(chosen.begin(), chosen.end()).size(), 4U);
    }
    Tally tally;
    tally.complete(Micros(0), Micros(150), Micros(100), Micros(200), 4);

    EXPECT_EQ(tally.written, 4U);
    EXPECT_EQ(tally.updates, 1U);
}

TEST(MigrationFleet, EveryUpdateMustBeFoundInTheObjects) {
    const auto folder = TemporaryFolder::make();
    FileService honest(folder->path() / "honest", 0);
    FileService forgetful(folder->path() / "forgetful", 1);

    const auto kept = run_fleet(honest, one_short_load());
    const auto lost = run_fleet(forgetful, one_short_load());

    ASSERT_TRUE(kept) << kept.error().message;
    EXPECT_GT(kept->sum.updates, 0U);
    EXPECT_EQ(kept->contained, kept->sum.written);
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code, Errc::corrupt);
}

// Applied is not durable: what is lost with a member that was cut off is no bug, and is no figure.
TEST(MigrationFleet, UpdatesLostWithAMemberThatWasCutOffAreToldApart) {
    const auto folder = TemporaryFolder::make();
    FileService cut_off(folder->path() / "objects", 1, 1);

    const auto lost = run_fleet(cut_off, one_short_load());

    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code, Errc::disconnected);
    EXPECT_NE(lost.error().message.find("the parent does not answer"), std::string::npos);
}

TEST(MigrationFigures, ARatioIsOursByTheirsAndKnowsItsMust) {
    const auto figures =
        figures_of({row_with("hot-200kB", "tributary", 60), row_with("hot-200kB", "redis", 100),
                    row_with("hot-200kB", "postgresql", 30)});

    const MigrationFigure* redis = find_figure(figures, "hot-200kB: tributary / redis");
    const MigrationFigure* postgresql = find_figure(figures, "hot-200kB: tributary / postgresql");

    ASSERT_TRUE(redis != nullptr && postgresql != nullptr);
    EXPECT_DOUBLE_EQ(redis->ratio, 0.6);
    EXPECT_FALSE(redis->met());  // 0.7 is asked for
    EXPECT_DOUBLE_EQ(postgresql->ratio, 2);
    EXPECT_TRUE(postgresql->met());
    EXPECT_EQ(find_figure(figures, "hot-200kB: tributary / etcd"), nullptr);
}

TEST(MigrationFigures, LeavesAreJudgedByTheTimeInTheTree) {
    for (const std::string size : {"64B", "200kB"}) {
        MigrationRow leaving = row_with("leaving-" + size, "tributary", 81);
        leaving.in_tree = 0.9;  // 81 updates in nine tenths of the time are 90 in all of it

        const auto figures =
            figures_of({row_with("nobody-leaving-" + size, "tributary", 100), leaving});

        const auto* lost =
            find_figure(figures, "leaving-" + size + ": throughput lost, by time in the tree");
        ASSERT_NE(lost, nullptr);
        EXPECT_NEAR(lost->ratio, 0.1, 1e-9);
    }
}

TEST(MigrationWorkloads, EveryNameHasContestsWithTributary) {
    for (const std::string& name : migration_workloads()) {
        const auto contests = contests_of(name, {});

        ASSERT_FALSE(contests.empty()) << name;
        EXPECT_EQ(contests.back().workload, name);
        EXPECT_EQ(contests.front().system, "tributary") << name;
    }
}

TEST(MigrationWorkloads, ACombinationWithoutRowsIsAnErrorThatNamesTheSystems) {
    MigrationBenchOptions options;
    options.only = {"read-64B"};
    options.systems = {"redis"};

    const auto result = run_migration_bench(options);

    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::invalid_argument);
    EXPECT_NE(result.error().message.find("read-64B runs on tributary, zeromq-raw"),
              std::string::npos)
        << result.error().message;
}

TEST(MigrationWorkloads, OneOfSeveralWithoutRowsIsNamed) {
    MigrationBenchOptions options;
    options.only = {"hot-200kB", "read-64B"};
    options.systems = {"redis"};

    EXPECT_EQ(without_rows(options),
              std::vector<std::string>{"read-64B runs on tributary, zeromq-raw"});
    options.systems.clear();
    EXPECT_TRUE(without_rows(options).empty());
}

}  // namespace
}  // namespace tributary::app
