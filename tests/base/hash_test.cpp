#include "base/hash.hpp"

#include <gtest/gtest.h>

namespace tributary {
namespace {

// Expected value: `printf abc | b2sum -l 256`.
TEST(Hash, EqualsTheReferenceImplementation) {
    EXPECT_EQ(to_hex(blake2b(to_bytes("abc"))),
              "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

}  // namespace
}  // namespace tributary
