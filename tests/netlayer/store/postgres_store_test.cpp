#ifdef TRIBUTARY_HAVE_PQ

#include "netlayer/store/postgres_store.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "base/hash.hpp"
#include "netlayer/store/open_store.hpp"
#include "netlayer/store/postgres.hpp"
#include "tests/netlayer/store/temporary_postgres.hpp"

namespace tributary::netlayer {
namespace {

Object object_of(const ObjectId& id, Version version, const std::string& body) {
    return {id, version, std::make_shared<const Bytes>(to_bytes(body))};
}

std::string text_of(const Object& object) {
    return std::string(as_text(view(object.body)));
}

class PostgresStoreTest : public testing::Test {
 protected:
    void SetUp() override {
        if (!TemporaryPostgres::is_installed()) GTEST_SKIP() << "postgresql is not installed";
        server_.emplace();
        ASSERT_TRUE(server_->runs());
    }
    std::unique_ptr<PostgresStore> open(const Retention& retention = {}) {
        auto store = PostgresStore::open(server_->url(), retention);
        EXPECT_TRUE(store) << store.error().message;
        return store ? std::move(*store) : nullptr;
    }
    /// Runs SQL on the database from outside the store.
    void tamper(const std::string& sql) {
        auto connection = PostgresConnection::open(server_->url());
        ASSERT_TRUE(connection) << connection.error().message;
        const Status done = connection->execute(sql);
        EXPECT_TRUE(done) << done.error().message;
    }

    std::optional<TemporaryPostgres> server_;
};

TEST_F(PostgresStoreTest, KeepsNewestVersionsHistoryAndMembersOverAServerCrash) {
    const Member campus{std::string(40, 'k'), "campus", 0xF234567890ABCDEF};
    {
        const auto store = open({.last = 3, .every = 0});
        ASSERT_TRUE(store->commit({object_of("b", 1, "b1"), Object{"empty", 1, nullptr}}));
        for (Version version = 1; version <= 5; ++version) {
            ASSERT_TRUE(store->commit({object_of("a", version, "v" + std::to_string(version))}));
        }
        ASSERT_TRUE(store->commit({object_of("a", 4, "v4")}));
        ASSERT_TRUE(store->enrol(campus));
        EXPECT_EQ(store->enrol({campus.public_key, "campus", 4}).error().code, Errc::conflict);
    }

    server_->stop();
    ASSERT_TRUE(server_->start());
    const auto store = open({.last = 3, .every = 0});
    const auto objects = store->load();
    const auto kept = store->history("a");

    ASSERT_TRUE(objects) << objects.error().message;
    ASSERT_EQ(objects->size(), 3U);
    EXPECT_EQ(text_of((*objects)[0]), "v5");
    EXPECT_EQ((*objects)[0].version, 5U);
    EXPECT_EQ(text_of((*objects)[1]), "b1");
    EXPECT_TRUE(view((*objects)[2].body).empty());
    ASSERT_EQ(kept->size(), 3U);
    EXPECT_EQ(kept->front().content, to_hex(blake2b(to_bytes("v5"))));
    EXPECT_EQ(kept->front().bytes, 2U);
    EXPECT_EQ(text_of(*store->version("a", 3)), "v3");
    EXPECT_EQ(store->version("a", 2).error().code, Errc::not_found);
    EXPECT_EQ(*store->members(), std::vector<Member>{campus});
}

TEST_F(PostgresStoreTest, BatchIsAllOrNothing) {
    const auto store = open();
    ASSERT_TRUE(store->commit({object_of("z", 1, "one")}));

    const Status status = store->commit({object_of("a", 1, "a"), object_of("z", 1, "other")});

    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Errc::conflict);
    ASSERT_EQ(store->load()->size(), 1U);
    EXPECT_EQ(text_of(store->load()->front()), "one");
}

TEST_F(PostgresStoreTest, ProtocolStateComesBackWithItsBodies) {
    const auto body = [](const std::string& text) {
        return std::make_shared<const Bytes>(to_bytes(text));
    };
    const auto name = [](const std::string& text) { return to_hex(blake2b(to_bytes(text))); };
    const auto store = open({.last = 1, .every = 0});
    Batch first{{object_of("a", 1, "moving")}, StoredState{to_bytes("one"), {}}};
    first.state->bodies[name("moving")] = body("moving");
    Batch second{{object_of("a", 2, "newer")}, StoredState{to_bytes("two"), {}}};
    second.state->bodies[name("moving")] = body("moving");
    ASSERT_FALSE(*store->load_state());

    ASSERT_TRUE(store->commit(first));
    ASSERT_TRUE(store->commit(second));
    const auto state = open({.last = 1, .every = 0})->load_state();

    ASSERT_TRUE(state && *state);
    EXPECT_EQ(as_text((*state)->bytes), "two");
    ASSERT_EQ((*state)->bodies.size(), 1U);
    EXPECT_EQ(as_text(*(*state)->bodies.at(name("moving"))), "moving");
}

TEST_F(PostgresStoreTest, ADeposedCoordinatorCannotWrite) {
    const auto old_one = open();
    ASSERT_EQ(*old_one->begin_incarnation(), 1U);
    const auto new_one = open();
    ASSERT_EQ(*new_one->begin_incarnation(), 2U);

    const Status late = old_one->commit({object_of("a", 1, "late")});
    const Status member = old_one->enrol({std::string(40, 'k'), "campus", 7});

    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, Errc::conflict);
    EXPECT_NE(late.error().message.find("coordinator 2 has taken over"), std::string::npos);
    EXPECT_EQ(member.error().code, Errc::conflict);
    EXPECT_TRUE(new_one->load()->empty());
}

TEST_F(PostgresStoreTest, AWriteWaitsForASuccessorThatIsJustBeginning) {
    const auto old_one = open();
    ASSERT_TRUE(old_one->begin_incarnation());
    auto successor = PostgresConnection::open(server_->url());
    ASSERT_TRUE(successor);
    ASSERT_TRUE(
        successor->execute("BEGIN; UPDATE tributary.meta SET value = 2 "
                           "WHERE key = 'incarnation'"));

    auto write = std::async(std::launch::async,
                            [&old_one] { return old_one->commit({object_of("a", 1, "late")}); });
    const auto meanwhile = write.wait_for(std::chrono::milliseconds(300));
    ASSERT_TRUE(successor->execute("COMMIT"));
    const Status late = write.get();

    EXPECT_EQ(meanwhile, std::future_status::timeout);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, Errc::conflict);
    EXPECT_TRUE(open()->load()->empty());
}

TEST_F(PostgresStoreTest, OneLeadsUntilItsSessionEnds) {
    auto leader = open();
    const auto standby = open();

    EXPECT_TRUE(*leader->try_to_lead());
    EXPECT_FALSE(*standby->try_to_lead());
    leader.reset();

    // The server notices the end of a session a moment later.
    bool leads = false;
    for (int tries = 0; tries < 1000 && !leads; ++tries) leads = *standby->try_to_lead();
    EXPECT_TRUE(leads);
}

/// A store whose server waits for a standby that is not there.
class WithoutItsStandby : public PostgresStoreTest {
 protected:
    void SetUp() override {
        PostgresStoreTest::SetUp();
        if (IsSkipped()) return;
        store_ = open();
        tamper("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
        tamper("SELECT pg_reload_conf()");
    }
    /// Whether a session came to wait for the standby, which it does not any more then.
    bool cancel_the_wait() {
        auto connection = PostgresConnection::open(server_->url());
        for (int tries = 0; connection && tries < 2'000; ++tries) {
            const auto cancelled = connection->run(
                "SELECT pid, pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = "
                "'SyncRep'");
            if (cancelled && cancelled->size() > 0) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return false;
    }

    std::unique_ptr<PostgresStore> store_;
};

TEST_F(WithoutItsStandby, ACancelledWaitIsNotDurable) {
    auto written =
        std::async(std::launch::async, [this] { return store_->commit({object_of("a", 1, "x")}); });

    ASSERT_TRUE(cancel_the_wait());

    const Status outcome = written.get();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, Errc::io);
}

TEST_F(WithoutItsStandby, TheWaitForItHasABound) {
    const Status outcome = store_->commit({object_of("a", 1, "x")});

    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, Errc::timeout);
}

TEST_F(PostgresStoreTest, AChangedBodyIsNoticed) {
    ASSERT_TRUE(open()->commit({object_of("a", 1, "good")}));
    tamper("UPDATE tributary.contents SET body = '\\x00'");

    const auto objects = open()->load();

    ASSERT_FALSE(objects);
    EXPECT_EQ(objects.error().code, Errc::corrupt);
}

TEST_F(PostgresStoreTest, AServerThatDoesNotFlushIsRefused) {
    server_->stop();
    ASSERT_TRUE(server_->start("-c fsync=off"));

    const auto store = open_store(server_->url());

    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, Errc::mismatch);
    EXPECT_NE(store.error().message.find("fsync"), std::string::npos);
}

TEST_F(PostgresStoreTest, AnotherFormatIsRefusedByNumber) {
    open();
    tamper("UPDATE tributary.meta SET value = 99 WHERE key = 'format'");

    const auto store = open_store(server_->url());

    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, Errc::mismatch);
    EXPECT_NE(store.error().message.find("99"), std::string::npos);
}

TEST(OpenStore, AnAddressWithoutAServerIsUnreachable) {
    const auto store = open_store("postgresql:///nothing?host=/nowhere");

    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, Errc::unreachable);
    EXPECT_NE(store.error().message.find("--store"), std::string::npos);
}

}  // namespace
}  // namespace tributary::netlayer

#endif
