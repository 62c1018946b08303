// A neighbour that takes part in a rotation and lies. Protocol rules, section 6: whoever breaks the
// protocol is cut off, and nothing of what it said is kept.
#include <gtest/gtest.h>

#include <limits>
#include <tuple>

#include "tests/netlayer/splay/rotating_tree.hpp"

namespace tributary::netlayer::testing {
namespace {

// Whom Lock has introduced, Switch may speak of; of nobody else.
TEST(HostileRotation, SwitchToAnotherProcessCutsItsSenderOff) {
    RotatingTree tree;
    tree.ask();
    ASSERT_TRUE(tree.deliver_first(1));
    const Epoch announced = tree.state(kG).holding->announced.at(kX);

    tree.say(kP, kG, Switch{announced, tree.state(kA).self});

    EXPECT_TRUE(tree.state(kG).children.at(kP).fenced);
    EXPECT_FALSE(tree.state(kG).children.contains(kA));
    EXPECT_EQ(tree.state(kG).counters.protocol_errors, 1u);
}

TEST(HostileRotation, SwitchOfAnotherLifeCutsItsSenderOff) {
    RotatingTree tree;
    tree.ask();
    ASSERT_TRUE(tree.deliver_first(1));
    const Epoch announced = tree.state(kG).holding->announced.at(kX);
    Card later = tree.state(kX).self;
    ++later.incarnation;

    tree.say(kP, kG, Switch{announced, later});

    EXPECT_TRUE(tree.state(kG).children.at(kP).fenced);
    EXPECT_FALSE(tree.state(kG).children.contains(kX));
}

class HostileCommit : public ::testing::TestWithParam<std::pair<Key, Key>> {};

// An interval without this process' own or without p would send answers astray.
TEST_P(HostileCommit, IntervalThatNarrowsIsRefused) {
    RotatingTree tree;
    tree.ask();
    ASSERT_TRUE(tree.deliver_first(6));
    ASSERT_TRUE(tree.state(kX).queues_are_away());
    Commit commit;
    std::tie(commit.lo, commit.hi) = GetParam();

    tree.say(kP, kX, commit);

    EXPECT_FALSE(tree.state(kX).is_connected());
    EXPECT_EQ(tree.state(kX).counters.protocol_errors, 1u);
}

INSTANTIATE_TEST_SUITE_P(Intervals, HostileCommit,
                         ::testing::Values(std::pair<Key, Key>{15, 80}, std::pair<Key, Key>{0, 40},
                                           std::pair<Key, Key>{0, 30}, std::pair<Key, Key>{90, 5}));

// A number of processes decides only where joiners and leavers go, but sums of it must not run
// over.
TEST(HostileRotation, ImpossibleNumberOfProcessesIsNotBelieved) {
    RotatingTree tree;
    tree.ask();
    ASSERT_TRUE(tree.deliver_first(5));
    LockXOk ok;
    ok.abandoned = tree.state(kB).self;
    ok.abandoned_subtree = std::numeric_limits<std::uint64_t>::max();

    tree.say(kX, kP, ok);

    ASSERT_TRUE(tree.state(kP).children.contains(kB));
    EXPECT_EQ(tree.state(kP).children.at(kB).subtree, kMaxSubtree);
}

TEST(HostileRotation, AbandonedChildOutsideOfTheGapCutsItsSenderOff) {
    RotatingTree tree;
    tree.ask();
    ASSERT_TRUE(tree.deliver_first(5));
    LockXOk ok;
    ok.abandoned = tree.state(kA).self;  // left of x

    tree.say(kX, kP, ok);

    EXPECT_TRUE(tree.state(kP).children.at(kX).fenced);
    EXPECT_FALSE(tree.state(kP).children.contains(kA));
}

TEST(HostileRotation, NobodyIsAskedForARotationInTheKAryTree) {
    Tree tree(1);
    tree.join_all(3);
    Card rising = tree.state(3).self;
    rising.key = 5;
    const Link link = tree.state(1).links.all().at(2);

    tree.give(1, MessageReceived{2, link.epoch, link.received + 1, link.sent, Lock{rising, 0}});

    EXPECT_FALSE(tree.state(1).holding);
    EXPECT_TRUE(tree.state(1).children.at(2).fenced);
}

}  // namespace
}  // namespace tributary::netlayer::testing
