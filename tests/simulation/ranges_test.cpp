// The numbers of --skip: written, read again, bounded.
#include "netlayer/simulation/ranges.hpp"

#include <gtest/gtest.h>

namespace tributary::netlayer {
namespace {

TEST(Ranges, WhatIsWrittenIsRead) {
    for (const std::string text : {"1", "3-17,40", "1-2,4,6-1000000000"}) {
        const auto parsed = Ranges::parse(text);

        ASSERT_TRUE(parsed) << text;
        EXPECT_EQ(parsed->text(), text);
    }
}

TEST(Ranges, NeighboursAndOverlapsBecomeOne) {
    const auto parsed = Ranges::parse("40,3-10,11-17,5-6");

    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->text(), "3-17,40");
    EXPECT_EQ(parsed->size(), 16u);
    EXPECT_EQ(parsed->last(), 40u);
}

TEST(Ranges, ContainsItsNumbersAndNoOthers) {
    Ranges ranges;
    ranges.add(3, 5);
    ranges.add(9);

    for (std::uint64_t number = 1; number <= 12; ++number) {
        const bool within = (number >= 3 && number <= 5) || number == 9;
        EXPECT_EQ(ranges.contains(number), within) << number;
    }
    EXPECT_FALSE(Ranges().contains(1));
    EXPECT_EQ(Ranges().last(), 0u);
}

TEST(Ranges, WhatIsNoRangeIsRefusedByItsPart) {
    for (const std::string part : {"", "0", "-3", "3-", "5-3", "x", "3 ", "+3", "1-2-3",
                                   "1000000001", "99999999999999999999"}) {
        const auto parsed = Ranges::parse("1," + part);

        ASSERT_FALSE(parsed) << part;
        EXPECT_EQ(parsed.error().code, Errc::invalid_argument);
        EXPECT_NE(parsed.error().message.find("'" + part + "'"), std::string::npos) << part;
    }
}

TEST(Ranges, MoreRangesThanTheBoundAreRefused) {
    std::string text = "1";
    for (std::size_t i = 1; i < Ranges::kMostParts; ++i) text += ",1";

    EXPECT_TRUE(Ranges::parse(text));
    EXPECT_FALSE(Ranges::parse(text + ",1"));
}

}  // namespace
}  // namespace tributary::netlayer
