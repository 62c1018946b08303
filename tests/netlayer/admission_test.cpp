// Bounds and directions of messages from peers: section 6 of the protocol rules.
#include "netlayer/admission.hpp"

#include <gtest/gtest.h>

namespace tributary::netlayer {
namespace {

TEST(Admission, TakesOrdinaryMessagesFromTheRightSide) {
    const ProcessOptions options;

    EXPECT_TRUE(admit(Retrieve{"o"}, Side::parent, options));
    EXPECT_TRUE(admit(Retrieve{"o"}, Side::child, options));
    EXPECT_TRUE(admit(Leave{}, Side::child, options));
    EXPECT_TRUE(admit(Pong{}, Side::parent, options));
}

TEST(Admission, RefusesMessagesFromTheWrongSide) {
    const ProcessOptions options;

    EXPECT_EQ(admit(Leave{}, Side::parent, options).error().code, Errc::mismatch);
    EXPECT_EQ(admit(Disconnected{"x"}, Side::child, options).error().code, Errc::mismatch);
    EXPECT_EQ(admit(Force{}, Side::parent, options).error().code, Errc::mismatch);
    EXPECT_EQ(admit(JoinAccept{}, Side::parent, options).error().code, Errc::mismatch);
}

TEST(Admission, RefusesInvalidObjectIds) {
    const ProcessOptions options;
    const ObjectId longest(kMaxObjectIdBytes, 'x');

    EXPECT_TRUE(admit(Retrieve{longest}, Side::child, options));
    EXPECT_FALSE(admit(Retrieve{longest + "x"}, Side::child, options));
    EXPECT_FALSE(admit(Retrieve{""}, Side::child, options));
    EXPECT_FALSE(admit(Retrieve{"a\nb"}, Side::child, options));
    EXPECT_FALSE(admit(Migrate{Object{"o", 1, nullptr}, {}, {{"o", ""}}}, Side::child, options));
}

TEST(Admission, RefusesWhatExceedsABound) {
    ProcessOptions options;
    options.max_copies = 2;
    options.max_hops = 3;
    const std::vector<Object> three(3, Object{"o", 1, nullptr});

    EXPECT_FALSE(admit(Migrate{Object{"o", 1, nullptr}, three, {}}, Side::child, options));
    EXPECT_FALSE(admit(Force{{}, three, {}, {}}, Side::child, options));
    EXPECT_FALSE(admit(ReadRequest{{}, "o", Path(5, 1)}, Side::child, options));
    EXPECT_TRUE(admit(ReadRequest{{}, "o", Path(4, 1)}, Side::child, options));
}

}  // namespace
}  // namespace tributary::netlayer
