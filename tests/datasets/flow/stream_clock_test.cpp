#include "datasets/flow/stream_clock.hpp"

#include <gtest/gtest.h>

namespace tributary::datasets {
namespace {

using Move = StreamClock::Move;
constexpr Micros kHour{3'600'000'000};

TEST(StreamClock, NeverGoesBackBySmallDisorder) {
    StreamClock clock;

    clock.observe(Micros(100));
    EXPECT_EQ(clock.observe(Micros(90)), Move::steady);

    EXPECT_EQ(clock.now(), Micros(100));
}

TEST(StreamClock, WaitsForASecondTimestampBeforeItJumps) {
    StreamClock clock;
    clock.observe(Micros(0));

    EXPECT_EQ(clock.observe(kHour * 5), Move::held);
    EXPECT_EQ(clock.observe(Micros(1)), Move::steady);
    EXPECT_EQ(clock.observe(kHour * 5), Move::held);
    EXPECT_EQ(clock.now(), Micros(1));

    EXPECT_EQ(clock.observe(kHour * 5 + Micros(1)), Move::forward);
    EXPECT_EQ(clock.now(), kHour * 5 + Micros(1));
}

TEST(StreamClock, TellsAConfirmedJumpIntoThePast) {
    StreamClock clock;
    clock.observe(kHour * 5);

    clock.observe(Micros(0));

    EXPECT_EQ(clock.observe(Micros(2)), Move::back);
    EXPECT_EQ(clock.now(), Micros(2));
}

TEST(StreamClock, RecoversFromAnAbsurdFirstTimestamp) {
    StreamClock clock;
    clock.observe(kHour * 1'000'000);

    clock.observe(Micros(0));
    clock.observe(Micros(1));

    EXPECT_EQ(clock.now(), Micros(1));
}

}  // namespace
}  // namespace tributary::datasets
