#include "netlayer/identity/key_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/netlayer/driver/temporary_folder.hpp"

namespace tributary::netlayer {
namespace {

constexpr const char* kKeyText = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";

void put(const std::filesystem::path& file, const std::string& text) {
    std::ofstream(file) << text;
}

TEST(KeyFolder, FollowsAddedAndRemovedFiles) {
    const TemporaryFolder folder;
    ManualClock clock;
    KeyFolder keys(folder.path(), clock);
    const bool before = keys.find(kKeyText).has_value();
    put(folder.path() / "campus", std::string(kKeyText) + "\n");
    clock.advance(std::chrono::seconds(2));

    const auto added = keys.find(kKeyText);
    std::filesystem::remove(folder.path() / "campus");
    clock.advance(std::chrono::seconds(2));
    const auto removed = keys.find(kKeyText);

    EXPECT_FALSE(before);
    ASSERT_TRUE(added);
    EXPECT_EQ(added->organization, "campus");
    EXPECT_EQ(added->number, 1U);
    EXPECT_FALSE(removed);
}

TEST(KeyFolder, FilesWithoutAKeyAreSkippedAndCounted) {
    const TemporaryFolder folder;
    const SystemClock clock;
    put(folder.path() / "campus", std::string(kKeyText) + "\n");
    put(folder.path() / "clinic", "garbage\n");
    put(folder.path() / "numbers", std::string(kKeyText) + "\nmany\n");
    put(folder.path() / "too-much", std::string(kKeyText) + "\n1\ncampus\nand more\n");
    put(folder.path() / "too-large", std::string(kKeyText) + "\n99999999999999999\n");
    put(folder.path() / "notes with spaces", std::string(kKeyText) + "\n");
    KeyFolder keys(folder.path(), clock);

    const auto campus = keys.find(kKeyText);

    EXPECT_TRUE(campus);
    EXPECT_EQ(keys.skipped(), 5U);
}

TEST(KeyFolder, AnEmptyPathHoldsNobody) {
    const SystemClock clock;
    KeyFolder keys({}, clock);

    EXPECT_FALSE(keys.find(kKeyText));
}

TEST(KeyFolder, AnEntryComesBackAsItWasWritten) {
    const TemporaryFolder folder;
    const KeyEntry written{kKeyText, 1'790'000'000'000, "campus"};
    ASSERT_TRUE(write_key_file(folder.path() / "00ff", written));

    const auto read = read_key_file(folder.path() / "00ff");

    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, written);
}

}  // namespace
}  // namespace tributary::netlayer
