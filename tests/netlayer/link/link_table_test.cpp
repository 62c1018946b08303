// Epochs and sequence numbers of an edge: corrections C2 and C22.
#include "netlayer/link/link_table.hpp"

#include <gtest/gtest.h>

namespace tributary::netlayer {
namespace {

MessageReceived retrieve(Epoch epoch, Sequence sequence) {
    return {4, epoch, sequence, 0, Retrieve{"o"}};
}

TEST(LinkTable, C22NumberedMessageIsAcceptedOnce) {
    LinkTable links({8, 8, 0});
    links.open(4, 100);

    EXPECT_EQ(links.accept(retrieve(100, 1)), Verdict::process);
    EXPECT_EQ(links.accept(retrieve(100, 1)), Verdict::drop);
    EXPECT_EQ(links.accept(retrieve(100, 2)), Verdict::process);
}

TEST(LinkTable, MissingMessageBreaksTheEdge) {
    LinkTable links({8, 8, 0});
    links.open(4, 100);

    EXPECT_EQ(links.accept(retrieve(100, 2)), Verdict::broken);
}

TEST(LinkTable, C2ClosedEpochIsDroppedForGood) {
    LinkTable links({8, 8, 0});
    links.open(4, 100);
    links.close(4);

    EXPECT_EQ(links.accept(retrieve(100, 1)), Verdict::drop);
    EXPECT_FALSE(links.open(4, 100));
    EXPECT_TRUE(links.open(4, 101));
    EXPECT_EQ(links.accept(retrieve(100, 1)), Verdict::drop);
}

TEST(LinkTable, EpochNeverHeardOfIsUnknown) {
    LinkTable links({8, 8, 0});

    EXPECT_EQ(links.accept(retrieve(100, 1)), Verdict::unknown);
}

TEST(LinkTable, NumbersMessagesPerEdgeAndLeavesHeartbeatsUnnumbered) {
    LinkTable links({8, 8, 0});
    links.open(4, 100);
    links.open(5, 200);

    EXPECT_EQ(links.number(4, Retrieve{"o"})->sequence, 1u);
    EXPECT_EQ(links.number(4, Ping{})->sequence, 0u);
    EXPECT_EQ(links.number(4, Retrieve{"o"})->sequence, 2u);
    EXPECT_EQ(links.number(5, Retrieve{"o"})->sequence, 1u);
    EXPECT_FALSE(links.number(6, Retrieve{"o"}).has_value());
}

TEST(LinkTable, AcknowledgesWhatWasProcessed) {
    LinkTable links({8, 8, 0});
    links.open(4, 100);
    links.accept(retrieve(100, 1));
    links.accept(retrieve(100, 2));

    EXPECT_EQ(links.number(4, Retrieve{"o"})->acknowledged, 2u);
}

TEST(LinkTable, EarlyMessagesComeOutInOrderForTheirEpochOnly) {
    LinkTable links({8, 8, 0});
    links.keep_early(retrieve(100, 1));
    links.keep_early(retrieve(101, 1));
    links.keep_early(retrieve(100, 2));

    const auto taken = links.take_early(4, 100);

    ASSERT_EQ(taken.size(), 2u);
    EXPECT_EQ(taken[0].sequence, 1u);
    EXPECT_EQ(taken[1].sequence, 2u);
    EXPECT_EQ(links.take_early(4, 101).size(), 1u);
}

TEST(LinkTable, EpochThatOverflowsTheEarlyBufferIsDead) {
    LinkTable links({8, 3, 0});
    for (Sequence i = 1; i <= 4; ++i) links.keep_early(retrieve(100, i));

    EXPECT_TRUE(links.take_early(4, 100).empty());
    EXPECT_FALSE(links.open(4, 100));
}

TEST(LinkTable, RemembersABoundedNumberOfDeadEpochs) {
    LinkTable links({2, 8, 0});
    for (Epoch epoch = 1; epoch <= 3; ++epoch) {
        links.open(4, epoch);
        links.close(4);
    }

    EXPECT_FALSE(links.is_dead(4, 1));
    EXPECT_TRUE(links.is_dead(4, 2));
    EXPECT_TRUE(links.is_dead(4, 3));
}

// §6.2: an edge that was announced for a promotion which did not happen.
TEST(LinkTable, C2AnnouncedEpochThatWasGivenUpIsDeadBeforeItEverWasCurrent) {
    LinkTable links({8, 8, 0});
    links.keep_early(retrieve(100, 1));

    links.kill({4, 100});

    EXPECT_TRUE(links.take_early(4, 100).empty());
    EXPECT_FALSE(links.open(4, 100));
    EXPECT_EQ(links.accept(retrieve(100, 1)), Verdict::drop);
}

}  // namespace
}  // namespace tributary::netlayer
