#include "netlayer/store/sqlite_store.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "base/hash.hpp"
#include "tests/netlayer/driver/temporary_folder.hpp"

namespace tributary::netlayer {
namespace {

Object object_of(const ObjectId& id, Version version, const std::string& body) {
    return {id, version, std::make_shared<const Bytes>(to_bytes(body))};
}

std::string text_of(const Object& object) {
    return std::string(as_text(view(object.body)));
}

class SqliteStoreTest : public testing::Test {
 protected:
    std::unique_ptr<SqliteStore> open(const Retention& retention = {}) {
        auto store = SqliteStore::open(file_, retention);
        EXPECT_TRUE(store) << store.error().message;
        return store ? std::move(*store) : nullptr;
    }
    /// Runs SQL on the file from outside the store.
    void tamper(const std::string& sql) {
        sqlite3* database = nullptr;
        ASSERT_EQ(sqlite3_open(file_.c_str(), &database), SQLITE_OK);
        EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
        sqlite3_close(database);
    }

    TemporaryFolder folder_;
    std::filesystem::path file_ = folder_.path() / "objects.sqlite";
};

// Wherever the coordinators have their folders, and by whichever name they call the file.
TEST_F(SqliteStoreTest, OneLeadsUntilItIsClosed) {
    auto leader = open();
    std::filesystem::create_symlink(file_, folder_.path() / "other-name.sqlite");
    const auto standby = SqliteStore::open(folder_.path() / "other-name.sqlite");
    ASSERT_TRUE(standby);

    EXPECT_TRUE(*leader->try_to_lead());
    EXPECT_TRUE(*leader->try_to_lead());
    EXPECT_FALSE(*(*standby)->try_to_lead());
    leader.reset();

    EXPECT_TRUE(*(*standby)->try_to_lead());
}

// What a damaged disk or copy leaves; taken for a new store, it would be a service without objects.
TEST_F(SqliteStoreTest, AnEmptyFileIsNoStore) {
    std::ofstream(file_).flush();

    const auto store = SqliteStore::open(file_);

    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, Errc::corrupt);
    EXPECT_NE(store.error().message.find("move it away"), std::string::npos);
}

TEST_F(SqliteStoreTest, AFileThatCannotBeOpenedIsNamedWithTheNextStep) {
    const auto store = SqliteStore::open(folder_.path() / "absent" / "objects.sqlite");

    ASSERT_FALSE(store);
    EXPECT_NE(store.error().message.find("absent/objects.sqlite"), std::string::npos);
    EXPECT_NE(store.error().message.find("Check that its folder exists"), std::string::npos);
}

TEST_F(SqliteStoreTest, NewestVersionsComeBackAfterReopening) {
    {
        const auto store = open();
        ASSERT_TRUE(store->commit({object_of("b", 1, "b1"), object_of("a", 1, "a1")}));
        ASSERT_TRUE(store->commit({object_of("a", 2, "a2")}));
    }

    const auto objects = open()->load();

    ASSERT_TRUE(objects) << objects.error().message;
    ASSERT_EQ(objects->size(), 2U);
    EXPECT_EQ((*objects)[0].id, "a");
    EXPECT_EQ((*objects)[0].version, 2U);
    EXPECT_EQ(text_of((*objects)[0]), "a2");
    EXPECT_EQ(text_of((*objects)[1]), "b1");
}

TEST_F(SqliteStoreTest, WhatWasCommittedSurvivesKillMinusNine) {
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        auto store = SqliteStore::open(file_);
        const char done = store && (*store)->commit({object_of("a", 7, "seven")}) ? 'y' : 'n';
        static_cast<void>(!::write(ready[1], &done, 1));
        ::pause();
    }
    char done = 'n';
    ASSERT_EQ(::read(ready[0], &done, 1), 1);

    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const auto objects = open()->load();

    EXPECT_EQ(done, 'y');
    ASSERT_TRUE(objects);
    ASSERT_EQ(objects->size(), 1U);
    EXPECT_EQ((*objects)[0].version, 7U);
    EXPECT_EQ(text_of((*objects)[0]), "seven");
}

TEST_F(SqliteStoreTest, BatchIsAllOrNothing) {
    const auto store = open();
    ASSERT_TRUE(store->commit({object_of("z", 1, "one")}));

    const Status status = store->commit({object_of("a", 1, "a"), object_of("z", 1, "other")});

    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Errc::conflict);
    ASSERT_EQ(store->load()->size(), 1U);
    EXPECT_EQ(text_of(store->load()->front()), "one");
}

TEST_F(SqliteStoreTest, RepeatedAndOlderVersionsChangeNothing) {
    const auto store = open();
    ASSERT_TRUE(store->commit({object_of("a", 5, "five")}));

    EXPECT_TRUE(store->commit({object_of("a", 5, "five")}));
    EXPECT_TRUE(store->commit({object_of("a", 3, "three")}));

    EXPECT_EQ(store->load()->front().version, 5U);
    EXPECT_EQ(store->history("a")->size(), 1U);
}

TEST_F(SqliteStoreTest, HistoryKeepsTheNewestVersionsOnly) {
    const auto store = open({.last = 3, .every = 0});
    for (Version version = 1; version <= 5; ++version) {
        ASSERT_TRUE(store->commit({object_of("a", version, "v" + std::to_string(version))}));
    }

    const auto kept = store->history("a");
    const auto third = store->version("a", 3);
    const auto second = store->version("a", 2);

    ASSERT_EQ(kept->size(), 3U);
    EXPECT_EQ(kept->front().version, 5U);
    EXPECT_EQ(kept->front().content, to_hex(blake2b(to_bytes("v5"))));
    EXPECT_EQ(kept->front().bytes, 2U);
    ASSERT_TRUE(third);
    EXPECT_EQ(text_of(*third), "v3");
    EXPECT_EQ(second.error().code, Errc::not_found);
}

TEST_F(SqliteStoreTest, ContentSharedByVersionsStaysUntilTheLastIsGone) {
    const auto store = open({.last = 1, .every = 0});
    ASSERT_TRUE(store->commit({object_of("a", 1, "same"), object_of("b", 1, "same")}));

    ASSERT_TRUE(store->commit({object_of("a", 2, "other")}));

    EXPECT_EQ(text_of(*store->version("b", 1)), "same");
}

TEST_F(SqliteStoreTest, IncarnationsGrowAcrossRestarts) {
    const Incarnation first = *open()->begin_incarnation();
    const Incarnation second = *open()->begin_incarnation();

    EXPECT_EQ(first, 1U);
    EXPECT_EQ(second, 2U);
}

TEST_F(SqliteStoreTest, ADeposedCoordinatorCannotWrite) {
    const auto old_one = open();
    ASSERT_TRUE(old_one->begin_incarnation());
    const auto new_one = open();
    ASSERT_TRUE(new_one->begin_incarnation());

    const Status late = old_one->commit({object_of("a", 1, "late")});

    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, Errc::conflict);
    EXPECT_TRUE(new_one->load()->empty());
}

TEST_F(SqliteStoreTest, MembersKeepTheirNumbers) {
    const auto store = open();
    const Member campus{std::string(40, 'k'), "campus", 0xF234567890ABCDEF};
    ASSERT_TRUE(store->enrol(campus));
    ASSERT_TRUE(store->enrol(campus));

    const Status other_number = store->enrol({campus.public_key, "campus", 4});
    const Status other_key = store->enrol({std::string(40, 'x'), "clinic", campus.id});

    EXPECT_EQ(other_number.error().code, Errc::conflict);
    EXPECT_EQ(other_key.error().code, Errc::conflict);
    EXPECT_EQ(*open()->members(), std::vector<Member>{campus});
}

TEST_F(SqliteStoreTest, AFileThatIsNoDatabaseIsCorrupt) {
    std::ofstream(file_) << std::string(5000, 'x');

    const auto store = SqliteStore::open(file_);

    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, Errc::corrupt);
    EXPECT_NE(store.error().message.find("objects.sqlite"), std::string::npos);
    EXPECT_NE(store.error().message.find("backup"), std::string::npos);
}

TEST_F(SqliteStoreTest, AnotherFormatIsRefusedByNumber) {
    open().reset();
    tamper("PRAGMA user_version = 99");

    const auto store = SqliteStore::open(file_);

    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, Errc::mismatch);
    EXPECT_NE(store.error().message.find("99"), std::string::npos);
}

TEST_F(SqliteStoreTest, ADatabaseOfAnotherProgramIsCorrupt) {
    tamper("CREATE TABLE other (x); PRAGMA user_version = 1");

    const auto store = SqliteStore::open(file_);

    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, Errc::corrupt);
}

TEST_F(SqliteStoreTest, AChangedBodyIsNoticed) {
    ASSERT_TRUE(open()->commit({object_of("a", 1, "good")}));
    tamper("UPDATE contents SET body = x'00'");

    const auto objects = open()->load();

    ASSERT_FALSE(objects);
    EXPECT_EQ(objects.error().code, Errc::corrupt);
    EXPECT_NE(objects.error().message.find("object a version 1"), std::string::npos);
}

TEST_F(SqliteStoreTest, EmptyBodiesAreKept) {
    ASSERT_TRUE(open()->commit({Object{"a", 1, nullptr}}));

    const auto objects = open()->load();

    ASSERT_EQ(objects->size(), 1U);
    EXPECT_TRUE(view(objects->front().body).empty());
}

}  // namespace
}  // namespace tributary::netlayer
