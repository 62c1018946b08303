// The small parts of the driver: mailbox, pool, store writer, operations, incarnations.

#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <fstream>
#include <future>

#include "netlayer/driver/incarnations.hpp"
#include "netlayer/driver/mailbox.hpp"
#include "netlayer/driver/operations.hpp"
#include "netlayer/driver/store_writer.hpp"
#include "netlayer/driver/worker_pool.hpp"
#include "netlayer/store/sqlite_store.hpp"
#include "tests/netlayer/driver/temporary_folder.hpp"

namespace tributary::netlayer {
namespace {

bool readable(int descriptor) {
    pollfd item{descriptor, POLLIN, 0};
    return ::poll(&item, 1, 0) == 1;
}

TEST(Mailbox, IsReadableWhileSomethingWaits) {
    const auto mailbox = *Mailbox::make(10);
    const bool before = readable(mailbox->descriptor());
    ASSERT_TRUE(mailbox->post([] {}));

    const bool waiting = readable(mailbox->descriptor());
    const std::size_t taken = mailbox->take().size();

    EXPECT_FALSE(before);
    EXPECT_TRUE(waiting);
    EXPECT_EQ(taken, 1U);
    EXPECT_FALSE(readable(mailbox->descriptor()));
}

TEST(Mailbox, RefusesRequestsAtItsBoundButNotAnswers) {
    const auto mailbox = *Mailbox::make(2);
    ASSERT_TRUE(mailbox->post([] {}));
    ASSERT_TRUE(mailbox->post([] {}));

    const Status request = mailbox->post([] {});
    const Status answer = mailbox->post([] {}, Mailbox::Bound::unlimited);

    EXPECT_EQ(request.error().code, Errc::limit_exceeded);
    EXPECT_TRUE(answer);
}

TEST(Mailbox, TakesNothingAfterClosing) {
    const auto mailbox = *Mailbox::make(2);
    ASSERT_TRUE(mailbox->post([] {}));

    const std::size_t last = mailbox->close().size();
    const Status late = mailbox->post([] {}, Mailbox::Bound::unlimited);

    EXPECT_EQ(last, 1U);
    EXPECT_EQ(late.error().code, Errc::disconnected);
}

TEST(WorkerPool, RefusesTasksAtItsBound) {
    std::promise<void> running;
    std::promise<void> finish;
    WorkerPool pool(1, 1);
    ASSERT_TRUE(pool.submit([&] {
        running.set_value();
        finish.get_future().wait();
    }));
    running.get_future().wait();

    const bool waits = pool.submit([] {});
    const bool refused = !pool.submit([] {});
    const std::size_t size = pool.size();
    finish.set_value();

    EXPECT_TRUE(waits);
    EXPECT_TRUE(refused);
    EXPECT_EQ(size, 2U);
}

TEST(StoreWriter, ReportsATokenOnlyWhenItsBatchIsStored) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "objects.sqlite";
    std::promise<std::size_t> found;
    StoreWriter writer(std::move(*SqliteStore::open(file)), [&](Result<std::uint64_t> token) {
        // Another connection sees it at the time of the report.
        found.set_value(token ? (*SqliteStore::open(file))->load()->size() : 0U);
    });

    writer.submit({1, {Object{"a", 1, nullptr}}});

    EXPECT_EQ(found.get_future().get(), 1U);
}

TEST(StoreWriter, ReportsAFailureAndWritesNothingMore) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "objects.sqlite";
    auto deposed = *SqliteStore::open(file);
    ASSERT_TRUE((*SqliteStore::open(file))->begin_incarnation());
    std::promise<Result<std::uint64_t>> outcome;
    int reports = 0;
    {
        StoreWriter writer(std::move(deposed), [&](Result<std::uint64_t> token) {
            if (++reports == 1) outcome.set_value(std::move(token));
        });
        writer.submit({1, {Object{"a", 1, nullptr}}});
        EXPECT_EQ(outcome.get_future().get().error().code, Errc::conflict);
        writer.submit({2, {Object{"b", 1, nullptr}}});
    }

    EXPECT_EQ(reports, 1);
    EXPECT_TRUE((*SqliteStore::open(file))->load()->empty());
}

TEST(StoreWriter, ATaskFindsWhatWasSubmittedBeforeIt) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "objects.sqlite";
    StoreWriter writer(std::move(*SqliteStore::open(file)), [](const auto&) {});
    std::promise<std::size_t> found;

    writer.submit({1, {Object{"a", 1, nullptr}}});
    const bool accepted =
        writer.run_on_store([&](Store* store) { found.set_value(store->history("a")->size()); });

    EXPECT_TRUE(accepted);
    EXPECT_EQ(found.get_future().get(), 1U);
}

TEST(StoreWriter, TasksAreAnsweredAlsoAfterAFailureAndBounded) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "objects.sqlite";
    auto deposed = *SqliteStore::open(file);
    ASSERT_TRUE((*SqliteStore::open(file))->begin_incarnation());
    std::promise<void> failed;
    std::promise<void> go_on;
    StoreWriter writer(std::move(deposed), [&](const auto&) {
        failed.set_value();
        go_on.get_future().wait();
    });
    writer.submit({1, {Object{"a", 1, nullptr}}});
    failed.get_future().wait();

    std::size_t refused = 0;
    std::atomic<std::size_t> without_store{0};
    const auto count = [&](Store* store) { without_store += store == nullptr ? 1U : 0U; };
    for (std::size_t task = 0; task < StoreWriter::kMaxTasks; ++task) {
        EXPECT_TRUE(writer.run_on_store(count));
    }
    refused += writer.run_on_store(count) ? 0 : 1;
    go_on.set_value();
    writer.stop();
    EXPECT_TRUE(writer.run_on_store(count));

    EXPECT_EQ(refused, 1U);
    EXPECT_EQ(without_store, StoreWriter::kMaxTasks + 1);
}

TEST(Operations, EachReportComesOnce) {
    Operations operations(10);
    int done = 0;
    std::vector<bool> durable;
    UpdateRequest request;
    request.objects = {"a"};
    request.on_durable = [&](const Status& status) { durable.push_back(status.has_value()); };
    const auto invoked = operations.begin(request, [&](const auto&) { ++done; });

    operations.on(Applied{invoked->operation, {{"a", 1}}, {{"a", 2}}});
    operations.on(Durable{invoked->operation});
    operations.on(Durable{invoked->operation});
    operations.fail_all({Errc::disconnected, "lost"});

    EXPECT_TRUE(invoked->force);
    EXPECT_EQ(done, 1);
    EXPECT_EQ(durable, std::vector<bool>{true});
    EXPECT_EQ(operations.size(), 0U);
}

TEST(Operations, LossAfterAppliedFailsTheDurableReportOnly) {
    Operations operations(10);
    std::vector<bool> done;
    std::vector<bool> durable;
    UpdateRequest request;
    request.on_durable = [&](const Status& status) { durable.push_back(status.has_value()); };
    const auto invoked =
        operations.begin(request, [&](const auto& report) { done.push_back(report.has_value()); });

    operations.on(Applied{invoked->operation, {}, {}});
    operations.fail_all({Errc::disconnected, "lost"});

    EXPECT_EQ(done, std::vector<bool>{true});
    EXPECT_EQ(durable, std::vector<bool>{false});
}

TEST(Operations, AtTheBoundTheNewestFails) {
    Operations operations(1);
    ASSERT_TRUE(operations.begin("a", true, [](const auto&) {}));
    Errc code = Errc::internal;

    const auto second =
        operations.begin("b", true, [&](const auto& read) { code = read.error().code; });

    EXPECT_FALSE(second);
    EXPECT_EQ(code, Errc::limit_exceeded);
}

TEST(Incarnations, GrowEvenWhenTheClockGoesBack) {
    const TemporaryFolder folder;
    ManualClock clock;
    clock.advance(std::chrono::hours(1));
    const Incarnation first = *Incarnations::open(folder.path())->next(clock);
    const ManualClock earlier;

    const Incarnation second = *Incarnations::open(folder.path())->next(earlier);

    EXPECT_EQ(first, 3'600'000U);
    EXPECT_EQ(second, 3'600'001U);
}

TEST(Incarnations, ADamagedFileIsNamed) {
    const TemporaryFolder folder;
    std::ofstream(folder.path() / "incarnation") << "x";

    const auto incarnations = Incarnations::open(folder.path());

    ASSERT_FALSE(incarnations);
    EXPECT_EQ(incarnations.error().code, Errc::corrupt);
}

}  // namespace
}  // namespace tributary::netlayer
