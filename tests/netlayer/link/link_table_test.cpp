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

MessageReceived large(Epoch epoch, Sequence sequence, std::size_t bytes) {
    return {4, epoch, sequence, 0, Migrate{{"o", 1, std::make_shared<const Bytes>(bytes)}, {}, {}}};
}

TEST(LinkTable, BytesOfUnknownEpochsAreBoundedAndCounted) {
    LinkTable links({8, 64, 0, 0, 10'000});
    links.keep_early(large(100, 1, 4000));
    links.keep_early(large(101, 1, 4000));

    links.keep_early(large(101, 2, 4000));

    EXPECT_EQ(links.overflows().epochs, 1u);
    EXPECT_FALSE(links.open(4, 101));
    EXPECT_EQ(links.take_early(4, 100).size(), 1u);
}

TEST(LinkTable, BytesThatAPeerDoesNotAcknowledgeAreBoundedAndCounted) {
    LinkTable links({8, 8, 64, 10'000, 0});
    links.open(4, 100);
    const Message message = large(100, 1, 4000).message;
    for (int i = 0; i < 2; ++i) EXPECT_TRUE(links.number(4, message).has_value());

    EXPECT_FALSE(links.number(4, message).has_value());

    EXPECT_EQ(links.overflows().links, 1u);
    EXPECT_EQ(links.take_broken(), (std::vector<ProcessId>{4}));
}

TEST(LinkTable, AcknowledgedBytesMakeRoom) {
    LinkTable links({8, 8, 64, 10'000, 0});
    links.open(4, 100);
    const Message message = large(100, 1, 4000).message;
    for (Sequence i = 1; i <= 20; ++i) {
        EXPECT_TRUE(links.number(4, message).has_value()) << i;
        links.accept({4, 100, 0, i, Ping{}});
    }

    EXPECT_EQ(links.all().at(4).outbox_bytes, 0u);
    EXPECT_EQ(links.overflows().links, 0u);
}

TEST(LinkTable, OneMessageFitsHoweverLargeItIs) {
    LinkTable links({8, 8, 64, 1, 1});
    links.open(4, 100);
    links.keep_early(large(101, 1, 4000));

    EXPECT_TRUE(links.number(4, large(100, 1, 4000).message).has_value());
    EXPECT_EQ(links.take_early(4, 101).size(), 1u);
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

TEST(KeptBytes, CountTheCardsThatAMessageCarries) {
    Promote promote;
    promote.siblings.resize(3);
    for (Neighbour& sibling : promote.siblings) sibling.card.membership.assign(500, 'm');

    EXPECT_GE(kept_bytes(promote), kept_bytes(Promote{}) + 1500);
}

}  // namespace
}  // namespace tributary::netlayer
