#include "base/file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace tributary {
namespace {

class FileTest : public testing::Test {
 protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "tributary-file-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::filesystem::path folder_;
};

TEST_F(FileTest, ReplacesAFileWhole) {
    const auto path = folder_ / "state";

    ASSERT_TRUE(write_file_atomically(path, to_bytes("first version")));
    ASSERT_TRUE(write_file_atomically(path, to_bytes("second")));

    EXPECT_EQ(as_text(read_file(path, 100).value()), "second");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(FileTest, ReadingNamesTheCause) {
    ASSERT_TRUE(write_file_atomically(folder_ / "big", Bytes(1000)));

    EXPECT_EQ(read_file(folder_ / "absent", 10).error().code, Errc::not_found);
    EXPECT_EQ(read_file(folder_ / "big", 10).error().code, Errc::limit_exceeded);
}

TEST_F(FileTest, AFolderHasOneHolder) {
    auto first = lock_folder(folder_);
    ASSERT_TRUE(first);

    EXPECT_EQ(lock_folder(folder_).error().code, Errc::conflict);

    { const FileLock dropped = std::move(*first); }
    EXPECT_TRUE(lock_folder(folder_));
}

TEST_F(FileTest, AFileHasOneHolder) {
    auto first = FileLock::try_acquire(folder_ / "held");
    ASSERT_TRUE(first && *first);

    const auto second = FileLock::try_acquire(folder_ / "held");
    EXPECT_TRUE(second && !*second);

    first->reset();
    const auto third = FileLock::try_acquire(folder_ / "held");
    EXPECT_TRUE(third && *third);
    EXPECT_EQ(FileLock::try_acquire(folder_ / "absent" / "held").error().code, Errc::not_found);
}

TEST(TakeLine, GivesOneLineAfterTheOtherWithoutWhatStandsBehindIt) {
    std::string_view text = "one  \r\n\ntwo";

    EXPECT_EQ(take_line(text), "one");
    EXPECT_EQ(take_line(text), "");
    EXPECT_EQ(take_line(text), "two");
    EXPECT_EQ(take_line(text), "");
}

}  // namespace
}  // namespace tributary
