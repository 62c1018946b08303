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
    EXPECT_EQ(admit(Promote{}, Side::child, options).error().code, Errc::mismatch);
    EXPECT_EQ(admit(PromotePart{}, Side::child, options).error().code, Errc::mismatch);
}

// Each of a leaver's neighbours hears the words of its attempt, above and below.
TEST(Admission, TakesTheWordsOfAPromotionFromBothSides) {
    const ProcessOptions options;

    for (const Side side : {Side::parent, Side::child}) {
        for (const Message& message : {Message(Hold{}), Message(HoldOk{}), Message(HoldNo{}),
                                       Message(Unhold{}), Message(Depart{})}) {
            EXPECT_TRUE(admit(message, side, options)) << message_name(message);
        }
    }
    EXPECT_TRUE(admit(Promote{}, Side::parent, options));
    EXPECT_TRUE(admit(PromotePart{1, {}, {}, {{"o", {4}}}}, Side::parent, options));
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

TEST(Admission, RefusesAPromotionThatExceedsABound) {
    ProcessOptions options;
    options.max_children = 2;
    options.max_copies = 2;
    options.max_queue = 2;
    const std::vector<KnownVersion> three_versions(3, KnownVersion{"o", 1});
    const std::vector<QueueCopy> three_queues(3, QueueCopy{"o", {1}});

    EXPECT_FALSE(admit(Hold{1, {}, {1, 2, 3}}, Side::parent, options));
    EXPECT_FALSE(admit(HoldOk{1, {1, 2, 3}, {}}, Side::child, options));
    EXPECT_FALSE(admit(HoldOk{1, {}, three_versions}, Side::child, options));
    EXPECT_FALSE(admit(Promote{1, {}, {{}, {}, {}}}, Side::parent, options));
    EXPECT_FALSE(admit(PromotePart{1, {}, {}, three_queues}, Side::parent, options));
    EXPECT_FALSE(admit(PromotePart{1, {}, {}, {{"o", {}}}}, Side::parent, options));
    EXPECT_FALSE(admit(PromotePart{1, {}, {}, {{"o", {1, 2, 3, 4, 5}}}}, Side::parent, options));
    EXPECT_FALSE(admit(PromotePart{1, {}, {}, {{"", {1}}}}, Side::parent, options));
}

}  // namespace
}  // namespace tributary::netlayer
