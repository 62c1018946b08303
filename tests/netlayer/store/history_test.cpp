// What both stores keep of an object, and tags. protocol section 7.
#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "netlayer/store/tags.hpp"
#include "tests/netlayer/store/history_fixture.hpp"

namespace tributary::netlayer {
namespace {

std::string body_of(const ObjectId& id, Version version) {
    return id + " " + std::to_string(version);
}

Object object_of(const ObjectId& id, Version version) {
    return {id, version, std::make_shared<const Bytes>(to_bytes(body_of(id, version)))};
}

std::string text_of(const Result<Object>& object) {
    return object ? std::string(as_text(view(object->body))) : object.error().message;
}

class StoreHistory : public testing::TestWithParam<std::string> {
 protected:
    void SetUp() override {
        database_ = make_store_under_test(GetParam());
        if (!database_) GTEST_SKIP() << GetParam() << " is not installed";
    }
    std::unique_ptr<Store> open(const Retention& retention = {.last = 3, .every = 0}) {
        auto store = database_->open(retention);
        EXPECT_TRUE(store) << store.error().message;
        return store ? std::move(*store) : nullptr;
    }
    /// Each in a transaction of its own.
    static void write(Store& store, Version first, Version last, const ObjectId& id = "a") {
        for (Version version = first; version <= last; ++version) {
            const Status done = store.commit({object_of(id, version)});
            ASSERT_TRUE(done) << done.error().message;
        }
    }
    static std::vector<Version> versions(Store& store, const ObjectId& id = "a") {
        std::vector<Version> found;
        const auto history = store.history(id);
        EXPECT_TRUE(history) << history.error().message;
        for (const StoredVersion& stored : *history) found.push_back(stored.version);
        return found;
    }
    [[nodiscard]] bool has_content(const ObjectId& id, Version version) const {
        return database_->count("SELECT COUNT(*) FROM contents WHERE hash = '" +
                                to_hex(blake2b(to_bytes(body_of(id, version)))) + "'") == 1;
    }

    std::unique_ptr<StoreUnderTest> database_;
};

TEST_P(StoreHistory, TheLastVersionsAreKept) {
    const auto store = open();
    write(*store, 1, 5);
    write(*store, 1, 1, "b");

    EXPECT_EQ(versions(*store), (std::vector<Version>{5, 4, 3}));
    EXPECT_EQ(versions(*store, "b"), (std::vector<Version>{1}));
    EXPECT_EQ(text_of(store->version("a", 3)), "a 3");
    EXPECT_EQ(store->version("a", 2).error().code, Errc::not_found);
    EXPECT_FALSE(has_content("a", 2));
    EXPECT_TRUE(has_content("a", 3));
}

TEST_P(StoreHistory, MilestonesAreKeptBeyondTheLast) {
    const auto store = open({.last = 3, .every = 10, .milestones = 64});
    write(*store, 1, 35);

    const auto history = *store->history("a");

    EXPECT_EQ(versions(*store), (std::vector<Version>{35, 34, 33, 30, 20, 10, 1}));
    EXPECT_TRUE(history[0].is_recent);
    EXPECT_FALSE(history[0].is_milestone);
    EXPECT_FALSE(history[3].is_recent);
    EXPECT_TRUE(history[3].is_milestone);
    EXPECT_EQ(text_of(store->version("a", 10)), "a 10");
    EXPECT_EQ(database_->count("SELECT COUNT(*) FROM contents"), 7U);
}

TEST_P(StoreHistory, OfTooManyMilestonesTheOldestGoFirst) {
    const auto store = open({.last = 2, .every = 5, .milestones = 3});
    write(*store, 1, 32);

    EXPECT_EQ(versions(*store), (std::vector<Version>{32, 31, 30, 25, 20}));
    EXPECT_FALSE(has_content("a", 15));
}

TEST_P(StoreHistory, TheFirstThatCameOfABlockIsItsMilestone) {
    const auto store = open({.last = 2, .every = 10, .milestones = 64});
    for (const Version version : {8, 9, 13, 17, 22, 31, 39, 58, 59}) {
        ASSERT_TRUE(store->commit({object_of("a", version)}));
    }

    EXPECT_EQ(versions(*store), (std::vector<Version>{59, 58, 31, 22, 13, 8}));
}

TEST_P(StoreHistory, SeveralVersionsInOneTransactionAreTrimmedAlike) {
    const auto store = open({.last = 2, .every = 10, .milestones = 2});
    std::vector<Object> batch;
    for (Version version = 1; version <= 45; ++version) batch.push_back(object_of("a", version));

    ASSERT_TRUE(store->commit(batch));

    EXPECT_EQ(versions(*store), (std::vector<Version>{45, 44, 40, 30}));
}

TEST_P(StoreHistory, ATagKeepsAVersionBeyondAllOthers) {
    const auto store = open({.last = 2, .every = 10, .milestones = 1});
    write(*store, 1, 13);
    ASSERT_TRUE(store->tag({"a", "audit", 12}, Retag::refuse));
    ASSERT_TRUE(store->tag({"a", "2024.ok", 12}, Retag::refuse));
    ASSERT_TRUE(store->tag({"a", "audit", 12}, Retag::refuse)) << "the same again is fine";

    write(*store, 14, 45);
    const auto history = *store->history("a");

    EXPECT_EQ(versions(*store), (std::vector<Version>{45, 44, 40, 12}));
    EXPECT_EQ(history.back().tags, (std::vector<std::string>{"2024.ok", "audit"}));
    EXPECT_FALSE(history.back().is_milestone);
    EXPECT_TRUE(history.front().tags.empty());
    EXPECT_EQ(text_of(store->version("a", 12)), "a 12");
}

TEST_P(StoreHistory, UntagLetsGoOfTheVersionAndItsContent) {
    const auto store = open();
    write(*store, 1, 2);
    ASSERT_TRUE(store->tag({"a", "one", 1}, Retag::refuse));
    ASSERT_TRUE(store->tag({"a", "two", 1}, Retag::refuse));
    write(*store, 3, 9);

    ASSERT_TRUE(store->untag("a", "one"));
    const auto between = versions(*store);
    ASSERT_TRUE(store->untag("a", "two"));

    EXPECT_EQ(between, (std::vector<Version>{9, 8, 7, 1}));
    EXPECT_EQ(versions(*store), (std::vector<Version>{9, 8, 7}));
    EXPECT_FALSE(has_content("a", 1));
    const Status again = store->untag("a", "two");
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::not_found);
    EXPECT_NE(again.error().message.find("coordinator history a"), std::string::npos);
}

TEST_P(StoreHistory, UntagLeavesWhatIsKeptOtherwise) {
    const auto store = open({.last = 2, .every = 10, .milestones = 5});
    write(*store, 1, 11);
    ASSERT_TRUE(store->tag({"a", "milestone", 10}, Retag::refuse));
    write(*store, 12, 15);
    ASSERT_TRUE(store->tag({"a", "newest", 15}, Retag::refuse));

    ASSERT_TRUE(store->untag("a", "milestone"));
    ASSERT_TRUE(store->untag("a", "newest"));

    EXPECT_EQ(versions(*store), (std::vector<Version>{15, 14, 10, 1}));
}

TEST_P(StoreHistory, ATagOfAVersionThatIsNotKeptIsRefused) {
    const auto store = open();
    write(*store, 1, 5);

    const Status gone = store->tag({"a", "gone", 1}, Retag::refuse);
    const Status nowhere = store->tag({"nothing", "gone", 1}, Retag::refuse);

    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().code, Errc::not_found);
    EXPECT_NE(gone.error().message.find("object a has no version 1"), std::string::npos);
    EXPECT_EQ(nowhere.error().code, Errc::not_found);
    EXPECT_EQ(store->untag("a", "gone").error().code, Errc::not_found);
}

TEST_P(StoreHistory, ANameStandsForOneVersionUntilItIsMoved) {
    const auto store = open();
    write(*store, 1, 3);
    ASSERT_TRUE(store->tag({"a", "good", 1}, Retag::refuse));
    write(*store, 4, 6);

    const Status other = store->tag({"a", "good", 6}, Retag::refuse);
    ASSERT_TRUE(store->tag({"a", "good", 6}, Retag::move));

    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, Errc::conflict);
    EXPECT_NE(other.error().message.find("stands for version 1"), std::string::npos);
    EXPECT_NE(other.error().message.find("--move"), std::string::npos);
    EXPECT_EQ(versions(*store), (std::vector<Version>{6, 5, 4}));
    EXPECT_EQ(store->history("a")->front().tags, (std::vector<std::string>{"good"}));
    EXPECT_FALSE(has_content("a", 1));
    // Another object's names are its own.
    write(*store, 1, 1, "b");
    EXPECT_TRUE(store->tag({"b", "good", 1}, Retag::refuse));
}

TEST_P(StoreHistory, NamesAndTheirNumberAreBounded) {
    const auto store = open();
    write(*store, 1, 2);
    for (std::size_t number = 0; number < kMaxTags; ++number) {
        const Version version = 1 + number % 2;
        ASSERT_TRUE(store->tag({"a", "t" + std::to_string(number), version}, Retag::refuse));
    }

    const Status more = store->tag({"a", "more", 1}, Retag::refuse);
    const Status bad = store->tag({"a", "no spaces", 1}, Retag::refuse);

    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().code, Errc::limit_exceeded);
    EXPECT_NE(more.error().message.find("64 tags"), std::string::npos);
    EXPECT_NE(more.error().message.find("coordinator untag a"), std::string::npos);
    EXPECT_EQ(bad.error().code, Errc::invalid_argument);
    EXPECT_TRUE(store->tag({"a", "t0", 2}, Retag::move)) << "a name that moves is no new one";
    ASSERT_TRUE(store->untag("a", "t1"));
    EXPECT_TRUE(store->tag({"a", "more", 1}, Retag::refuse));
}

TEST_P(StoreHistory, ADeposedCoordinatorCannotTag) {
    const auto old_one = open();
    ASSERT_TRUE(old_one->begin_incarnation());
    write(*old_one, 1, 2);
    ASSERT_TRUE(old_one->tag({"a", "mine", 1}, Retag::refuse));
    const auto new_one = open();
    ASSERT_TRUE(new_one->begin_incarnation());

    const Status tag = old_one->tag({"a", "late", 2}, Retag::refuse);
    const Status untag = old_one->untag("a", "mine");

    ASSERT_FALSE(tag);
    EXPECT_EQ(tag.error().code, Errc::conflict);
    EXPECT_NE(tag.error().message.find("coordinator 2 has taken over"), std::string::npos);
    EXPECT_EQ(untag.error().code, Errc::conflict);
    EXPECT_EQ(new_one->history("a")->back().tags, (std::vector<std::string>{"mine"}));
    EXPECT_TRUE(new_one->history("a")->front().tags.empty());
}

TEST_P(StoreHistory, WhoBeginsAnIncarnationKeepsWhatItsOwnRetentionSays) {
    {
        const auto generous = open({.last = 20, .every = 0});
        ASSERT_TRUE(generous->begin_incarnation());
        write(*generous, 1, 25);
        write(*generous, 1, 4, "b");
        ASSERT_TRUE(generous->tag({"a", "kept", 7}, Retag::refuse));
    }
    const auto sparing = open({.last = 3, .every = 10, .milestones = 64});
    const std::size_t before = versions(*sparing).size();

    ASSERT_TRUE(sparing->begin_incarnation());

    EXPECT_EQ(before, 20U);
    // Of the first block nothing older is left than 6.
    EXPECT_EQ(versions(*sparing), (std::vector<Version>{25, 24, 23, 20, 10, 7, 6}));
    EXPECT_EQ(versions(*sparing, "b"), (std::vector<Version>{4, 3, 2, 1}));
    EXPECT_EQ(database_->count("SELECT COUNT(*) FROM contents"), 11U);
}

TEST_P(StoreHistory, AContentOfTheProtocolStateOutlivesItsVersion) {
    const auto store = open({.last = 1, .every = 0});
    Batch batch{{object_of("a", 1)}, StoredState{to_bytes("state"), {}}};
    batch.state->bodies[to_hex(blake2b(to_bytes("a 1")))] = object_of("a", 1).body;
    ASSERT_TRUE(store->commit(batch));
    ASSERT_TRUE(store->tag({"a", "once", 1}, Retag::refuse));
    write(*store, 2, 3);

    ASSERT_TRUE(store->untag("a", "once"));

    EXPECT_EQ(versions(*store), (std::vector<Version>{3}));
    EXPECT_TRUE(has_content("a", 1));
    EXPECT_EQ((*store->load_state())->bodies.size(), 1U);
}

TEST_P(StoreHistory, ADatabaseOfAnEarlierProgramGoesOn) {
    const Status made = database_->run(database_->old_tables());
    ASSERT_TRUE(made) << made.error().message;
    for (Version version = 85; version <= 100; ++version) {
        const std::string text = body_of("a", version);
        const std::string hash = to_hex(blake2b(to_bytes(text)));
        const std::string body =
            (GetParam() == "sqlite" ? "x'" : "'\\x") + to_hex(to_bytes(text)) + "'";
        const Status row = database_->run("INSERT INTO contents VALUES ('" + hash + "', " + body +
                                          "); INSERT INTO versions VALUES ('a', " +
                                          std::to_string(version) + ", '" + hash + "', 0)");
        ASSERT_TRUE(row) << row.error().message;
    }

    const auto store = open({});
    ASSERT_TRUE(store->begin_incarnation());
    const std::size_t before = versions(*store).size();
    ASSERT_TRUE(store->tag({"a", "old", 90}, Retag::refuse));
    write(*store, 101, 120);

    EXPECT_EQ(before, 16U);
    const auto kept = versions(*store);
    ASSERT_EQ(kept.size(), 19U);
    EXPECT_EQ((std::vector<Version>{kept[15], kept[16], kept[17], kept[18]}),
              (std::vector<Version>{105, 100, 90, 85}));
    EXPECT_EQ(text_of(store->version("a", 90)), "a 90");
    EXPECT_EQ(store->load()->front().version, 120U);
}

TEST_P(StoreHistory, ATagWhoseVersionAnEarlierProgramRemovedIsForgotten) {
    {
        const auto store = open();
        write(*store, 1, 3);
        ASSERT_TRUE(store->tag({"a", "lost", 1}, Retag::refuse));
        ASSERT_TRUE(store->tag({"a", "kept", 2}, Retag::refuse));
    }
    ASSERT_TRUE(database_->run("DELETE FROM versions WHERE version = 1"));

    const auto store = open();
    ASSERT_TRUE(store->begin_incarnation());

    EXPECT_EQ(store->untag("a", "lost").error().code, Errc::not_found);
    EXPECT_TRUE(store->untag("a", "kept"));
}

INSTANTIATE_TEST_SUITE_P(Both, StoreHistory, testing::Values("sqlite", "postgres"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace tributary::netlayer
