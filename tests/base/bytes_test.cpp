#include "base/bytes.hpp"

#include <gtest/gtest.h>

namespace tributary {
namespace {

TEST(ByteReader, ReadsBothByteOrders) {
    const Bytes bytes{1, 2, 3, 4, 1, 2, 3, 4};

    ByteReader reader(bytes);

    EXPECT_EQ(reader.u32(), 0x04030201U);
    EXPECT_EQ(reader.be32(), 0x01020304U);
    EXPECT_TRUE(reader.ok());
}

TEST(ByteReader, FailsForGoodAfterAShortRead) {
    const Bytes bytes{1, 2, 3};
    ByteReader reader(bytes);

    EXPECT_EQ(reader.u32(), 0U);
    EXPECT_EQ(reader.u8(), 0U);

    EXPECT_FALSE(reader.ok());
    EXPECT_EQ(reader.offset(), 0U);
}

TEST(ByteWriter, RoundTripsEveryWidth) {
    ByteWriter writer;
    writer.u8(0xff);
    writer.u16(0xabcd);
    writer.u64(0x0123456789abcdefU);
    writer.f64(-0.125);
    writer.be16(0x1234);
    writer.be64(0x0123456789abcdefU);

    ByteReader reader(writer.bytes());

    EXPECT_EQ(reader.u8(), 0xffU);
    EXPECT_EQ(reader.u16(), 0xabcdU);
    EXPECT_EQ(reader.u64(), 0x0123456789abcdefU);
    EXPECT_EQ(reader.f64(), -0.125);
    EXPECT_EQ(reader.be16(), 0x1234U);
    EXPECT_EQ(reader.be_uint(8), 0x0123456789abcdefU);
    EXPECT_EQ(reader.remaining(), 0U);
}

}  // namespace
}  // namespace tributary
