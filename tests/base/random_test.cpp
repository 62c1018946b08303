#include "base/random.hpp"

#include <gtest/gtest.h>

#include <array>

namespace tributary {
namespace {

TEST(Random, SameSeedSameSequence) {
    Random a(7);
    Random b(7);

    for (int i = 0; i < 100; ++i) EXPECT_EQ(a.next(), b.next());
    EXPECT_NE(Random(7).split("x").next(), Random(7).split("y").next());
}

TEST(Random, BelowIsUniform) {
    Random random(1);
    std::array<int, 10> counts{};

    for (int i = 0; i < 100000; ++i) ++counts[random.below(10)];

    for (const int count : counts) EXPECT_NEAR(count, 10000, 500);
}

}  // namespace
}  // namespace tributary
