#include "netlayer/store/retention.hpp"

#include <gtest/gtest.h>

#include "netlayer/store/tags.hpp"

namespace tributary::netlayer {
namespace {

std::vector<StoredVersion> stored(const std::vector<Version>& newest_first) {
    std::vector<StoredVersion> made;
    for (const Version version : newest_first) made.push_back({version, "", 0});
    return made;
}

std::vector<Version> kept(const Retention& retention, std::vector<StoredVersion> history) {
    note_reasons(retention, history);
    std::vector<Version> left;
    for (const StoredVersion& each : history) {
        if (!is_surplus(each)) left.push_back(each.version);
    }
    return left;
}

TEST(Retention, ABlocksFirstVersionThatCameIsItsMilestone) {
    const Retention retention{.last = 2, .every = 10, .milestones = 5};

    // 10 and 20 never came.
    EXPECT_EQ(kept(retention, stored({31, 30, 29, 25, 21, 14, 11, 9, 3})),
              (std::vector<Version>{31, 30, 21, 11, 3}));
}

TEST(Retention, MilestonesAmongTheNewestTakeNoPlace) {
    const Retention retention{.last = 3, .every = 10, .milestones = 1};

    EXPECT_EQ(kept(retention, stored({40, 30, 20, 10, 1})), (std::vector<Version>{40, 30, 20, 10}));
}

TEST(Retention, NothingOlderIsKeptWithoutMilestones) {
    EXPECT_EQ(kept({.last = 2, .every = 0}, stored({200, 100, 50})),
              (std::vector<Version>{200, 100}));
    EXPECT_EQ(kept({.last = 2, .every = 100, .milestones = 0}, stored({200, 100, 50})),
              (std::vector<Version>{200, 100}));
}

TEST(Retention, TheNewestIsAlwaysKept) {
    EXPECT_EQ(kept({.last = 0, .every = 0}, stored({2, 1})), (std::vector<Version>{2}));
}

TEST(Retention, WhatWasTaggedIsKept) {
    auto history = stored({9, 8, 7});
    hand_out({{7, "before-audit"}, {5, "gone"}}, history);

    EXPECT_EQ(kept({.last = 1, .every = 0}, history), (std::vector<Version>{9, 7}));
}

TEST(TagName, IsShortAndOfPlainCharacters) {
    EXPECT_TRUE(valid_tag_name("a"));
    EXPECT_TRUE(valid_tag_name("2024-05.before_audit"));
    EXPECT_TRUE(valid_tag_name(std::string(64, 'a')));
    EXPECT_FALSE(valid_tag_name(""));
    EXPECT_FALSE(valid_tag_name(std::string(65, 'a')));
    EXPECT_FALSE(valid_tag_name("-rf"));
    EXPECT_FALSE(valid_tag_name(".hidden"));
    EXPECT_FALSE(valid_tag_name("two words"));
    EXPECT_FALSE(valid_tag_name("a/b"));
    EXPECT_FALSE(valid_tag_name("caf\xc3\xa9"));
}

}  // namespace
}  // namespace tributary::netlayer
