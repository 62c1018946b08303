#include "datasets/corpus/text.hpp"

#include <gtest/gtest.h>

namespace tributary::datasets {
namespace {

TEST(Text, EpochTimesAreExactToTheMicrosecond) {
    EXPECT_EQ(parse_epoch("1700000100.000001"), Micros(1'700'000'100'000'001));
    EXPECT_EQ(parse_epoch("1.5"), Micros(1'500'000));
    EXPECT_EQ(parse_epoch("0"), Micros(0));
    EXPECT_EQ(parse_epoch("253402300799.999999"), Micros(253'402'300'799'999'999));
}

TEST(Text, OddTimesAreRefused) {
    for (const char* text : {"", "-1", "1.", ".5", "1.0000001", "1e3", " 1", "1.-5", "253402300800",
                             "99999999999999999999"}) {
        EXPECT_FALSE(parse_epoch(text)) << text;
    }
}

TEST(Text, OnlyWholeFiniteNumbersAreNumbers) {
    EXPECT_EQ(parse_number("0.25"), 0.25);
    for (const char* text : {"", "nan", "inf", "-inf", "1e999", "1 ", "0x10", "+1", "1,5"}) {
        EXPECT_FALSE(parse_number(text)) << text;
    }
}

TEST(Text, LinesEndWithEitherLineEnd) {
    LineReader lines("a\r\n\nb");
    std::string_view line;

    ASSERT_TRUE(lines.next(line));
    EXPECT_EQ(line, "a");
    ASSERT_TRUE(lines.next(line));
    EXPECT_EQ(line, "");
    ASSERT_TRUE(lines.next(line));
    EXPECT_EQ(line, "b");
    EXPECT_EQ(lines.line(), 3u);
    EXPECT_FALSE(lines.next(line));
}

TEST(Text, QuotedTextIsShortAndPrintable) {
    EXPECT_EQ(in_quotes("a\x01\xff"), "\"a??\"");
    EXPECT_EQ(in_quotes(std::string(100, 'x')), "\"" + std::string(40, 'x') + "...\"");
}

}  // namespace
}  // namespace tributary::datasets
