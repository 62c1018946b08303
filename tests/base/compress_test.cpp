#include "base/compress.hpp"

#include <gtest/gtest.h>

namespace tributary {
namespace {

TEST(Compress, RoundTrips) {
    const Bytes plain(100000, 7);

    const auto back = decompress(compress(plain), plain.size());

    ASSERT_TRUE(back);
    EXPECT_EQ(*back, plain);
}

TEST(Compress, RefusesABombBeforeTakingMemory) {
    const Bytes bomb = compress(Bytes(std::size_t{1} << 24, 0));

    const auto back = decompress(bomb, 1U << 20);

    ASSERT_FALSE(back);
    EXPECT_EQ(back.error().code, Errc::limit_exceeded);
}

TEST(Compress, RefusesTwoFramesAndTruncation) {
    Bytes twice = compress(to_bytes("one"));
    const Bytes second = compress(to_bytes("two"));
    Bytes cut(twice.begin(), twice.end() - 1);
    twice.insert(twice.end(), second.begin(), second.end());

    EXPECT_EQ(decompress(twice, 100).error().code, Errc::corrupt);
    EXPECT_EQ(decompress(cut, 100).error().code, Errc::corrupt);
    EXPECT_EQ(decompress({}, 100).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace tributary
