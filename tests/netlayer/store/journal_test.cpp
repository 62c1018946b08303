#include "netlayer/store/journal.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace tributary::netlayer {
namespace {

class JournalTest : public testing::Test {
 protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "tributary-journal-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
        file_ = folder_ / "journal.sqlite";
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::filesystem::path folder_;
    std::filesystem::path file_;
};

TEST_F(JournalTest, GivesBackTheOldestEntryUntilItIsRemoved) {
    Journal journal = Journal::open(file_).value();

    const std::uint64_t first = journal.append(to_bytes("one")).value();
    const std::uint64_t second = journal.append(Bytes{}).value();

    EXPECT_EQ(journal.oldest().value()->payload, to_bytes("one"));
    ASSERT_TRUE(journal.remove(first));
    EXPECT_EQ(journal.oldest().value()->number, second);
    EXPECT_TRUE(journal.oldest().value()->payload.empty());
    ASSERT_TRUE(journal.remove(second));
    EXPECT_FALSE(journal.oldest().value().has_value());
}

TEST_F(JournalTest, EntriesAndNumbersSurviveReopening) {
    std::uint64_t last = 0;
    {
        Journal journal = Journal::open(file_).value();
        ASSERT_TRUE(journal.append(to_bytes("kept")));
        last = journal.append(to_bytes("gone")).value();
        ASSERT_TRUE(journal.remove(last));
    }

    Journal journal = Journal::open(file_).value();

    EXPECT_EQ(journal.size().value(), 1U);
    EXPECT_EQ(journal.oldest().value()->payload, to_bytes("kept"));
    EXPECT_GT(journal.append(to_bytes("next")).value(), last);
}

TEST_F(JournalTest, AFileThatIsNoDatabaseIsRefused) {
    std::ofstream(file_) << std::string(4096, 'x');

    const auto journal = Journal::open(file_);

    ASSERT_FALSE(journal);
    EXPECT_EQ(journal.error().code, Errc::corrupt);
    EXPECT_NE(journal.error().message.find("journal.sqlite"), std::string::npos);
    EXPECT_NE(journal.error().message.find("move it away"), std::string::npos);
}

}  // namespace
}  // namespace tributary::netlayer
