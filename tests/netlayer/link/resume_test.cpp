// A link that breaks and goes on where it was: C22, decision 6.
#include <gtest/gtest.h>

#include "tests/netlayer/tree_fixture.hpp"

namespace tributary::netlayer::testing {
namespace {

using Ids = std::vector<OperationId>;
constexpr Micros kGrace{1'000'000};

TEST(Resume, C22MessageLostWithItsConnectionIsSentAgain) {
    Tree tree(2, {}, kGrace);
    tree.join(1);
    tree.join(2);
    tree.update(1, {"o"});
    tree.settle();
    const OperationId second = tree.update(2, {"o"});
    tree.deliver(2, 0);
    tree.deliver(0, 1);  // 1 hands the object to the server: it is in flight

    tree.interrupt(0, 1);
    tree.resume(0, 1);
    tree.settle();

    EXPECT_TRUE(tree.applied(2, second));
    EXPECT_EQ(tree.values(2, "o").size(), 2u);
    EXPECT_EQ(tree.state(1).counters.resent, 1u);
}

TEST(Resume, MessagesOfAnInterruptedEdgeWaitForTheResume) {
    Tree tree(2, {}, kGrace);
    tree.join(1);
    tree.interrupt(0, 1);

    const OperationId update = tree.update(1, {"o"});
    tree.settle();
    const bool before = tree.applied(1, update);
    tree.resume(0, 1);
    tree.settle();

    EXPECT_FALSE(before);
    EXPECT_TRUE(tree.applied(1, update));
}

TEST(Resume, NobodyIsDisconnectedByAnInterruptionWithinTheGraceTime) {
    Tree tree(1, {}, kGrace);
    tree.join(1);
    tree.join(2);
    tree.update(2, {"o"});
    tree.settle();

    tree.interrupt(0, 1);
    tree.pass(kGrace / 2);
    tree.resume(0, 1);
    tree.settle();
    tree.pass(tree.options().silence);

    EXPECT_TRUE(tree.notices<LostConnection>(1).empty());
    EXPECT_TRUE(tree.notices<LostConnection>(2).empty());
    EXPECT_EQ(tree.state(0).counters.children_lost, 0u);
    EXPECT_TRUE(tree.owns(2, "o"));
}

TEST(Resume, EdgeIsDeadAfterTheGraceTime) {
    Tree tree(1, {}, kGrace);
    tree.join(1);
    const Epoch epoch = tree.state(1).parent->epoch;
    tree.interrupt(0, 1);

    tree.pass_silently(kGrace + tree.options().heartbeat);
    tree.give(0, LinkResumed{1, epoch, 0});

    EXPECT_EQ(tree.at(1).phase(), Phase::idle);
    EXPECT_FALSE(tree.at(0).received(1, epoch).has_value()) << "a resume is answered with closed";
    EXPECT_EQ(tree.state(0).counters.links_resumed, 0u);
}

TEST(Resume, PeerThatAnswersClosedIsLostAtOnce) {
    Tree tree(1, {}, kGrace);
    tree.join(1);
    const Epoch epoch = tree.state(1).parent->epoch;
    tree.give(1, LinkDown{0, epoch});
    const Phase interrupted = tree.at(1).phase();

    tree.give(1, LinkDown{0, epoch, true});

    EXPECT_EQ(interrupted, Phase::connected);
    EXPECT_EQ(tree.at(1).phase(), Phase::idle);
}

// Decision 6: a process that left ends only when none of its links is closing.
TEST(Resume, LeaverWaitsUntilItsLastWordIsAcknowledged) {
    Tree tree(1, {}, kGrace);
    tree.join(1);
    tree.give(1, LeaveInvoked{});
    tree.interrupt(0, 1);  // the last word is lost
    const Phase unheard = tree.at(1).phase();

    tree.resume(0, 1);
    tree.settle();

    EXPECT_EQ(unheard, Phase::departing);
    EXPECT_EQ(tree.at(1).phase(), Phase::left);
    EXPECT_EQ(tree.state(0).counters.children_lost, 0u) << "it left properly";
    EXPECT_TRUE(tree.state(0).children.empty());
}

TEST(Resume, PlantedFaultTheLastWordIsNotKept) {
    Mutations mutations;
    mutations.no_closing_state = true;
    Tree tree(1, mutations, kGrace);
    tree.join(1);
    tree.give(1, LeaveInvoked{});
    tree.interrupt(0, 1);
    const Phase unheard = tree.at(1).phase();

    tree.pass(tree.options().silence * 2);

    EXPECT_EQ(unheard, Phase::left);
    EXPECT_EQ(tree.state(0).counters.children_lost, 1u) << "taken for a loss";
}

TEST(Resume, LeaverEndsAfterTheGraceTimeWhenNobodyAcknowledges) {
    Tree tree(1, {}, kGrace);
    tree.join(1);
    tree.give(1, LeaveInvoked{});
    tree.interrupt(0, 1);

    tree.pass_silently(kGrace + tree.options().heartbeat);

    EXPECT_EQ(tree.at(1).phase(), Phase::left);
}

TEST(Resume, ClosedEdgeAnswersClosed) {
    Tree tree(1, {}, kGrace);
    tree.join(1);
    const Epoch epoch = tree.state(1).parent->epoch;
    tree.give(0, MessageReceived{1, epoch, 99, 0, Retrieve{"o"}});  // one is missing: fenced

    tree.give(0, LinkGreeted{1, epoch, 0});
    tree.settle();

    EXPECT_EQ(tree.notices<LostConnection>(1).size(), 1u);
}

TEST(Resume, OutboxKeepsOnlyWhatIsNotAcknowledged) {
    LinkTable links({8, 8, 8});
    links.open(4, 100);
    for (int i = 0; i < 3; ++i) links.number(4, Retrieve{"o"});

    links.accept({4, 100, 0, 2, Ping{}});

    EXPECT_EQ(links.all().at(4).outbox.size(), 1u);
    const auto missed = links.resume({4, 100}, 2);
    ASSERT_TRUE(missed.has_value());
    ASSERT_EQ(missed->size(), 1u);
    EXPECT_EQ(missed->front().sequence, 3u);
}

TEST(Resume, WhatIsNoLongerKeptCannotBeResumed) {
    LinkTable links({8, 8, 8});
    links.open(4, 100);
    for (int i = 0; i < 3; ++i) links.number(4, Retrieve{"o"});
    links.accept({4, 100, 0, 2, Ping{}});

    EXPECT_FALSE(links.resume({4, 100}, 1).has_value());
    EXPECT_FALSE(links.resume({4, 100}, 4).has_value()) << "never sent";
}

TEST(Resume, PeerThatAcknowledgesTooLittleIsCutOffAtTheBound) {
    LinkTable links({8, 8, 2});
    links.open(4, 100);
    for (int i = 0; i < 3; ++i) links.number(4, Retrieve{"o"});

    EXPECT_EQ(links.take_broken(), (std::vector<ProcessId>{4}));
    EXPECT_EQ(links.all().at(4).outbox.size(), 2u);
}

TEST(Resume, PeerThatAcknowledgesWhatWasNeverSentIsCutOff) {
    Tree tree(1, {}, kGrace);
    tree.join(1);
    const Epoch epoch = tree.state(1).parent->epoch;

    tree.give(0, MessageReceived{1, epoch, 0, 99, Ping{2, 1}});

    EXPECT_FALSE(tree.state(0).is_live_child(1));
    EXPECT_EQ(tree.state(0).counters.protocol_errors, 1u);
}

}  // namespace
}  // namespace tributary::netlayer::testing
