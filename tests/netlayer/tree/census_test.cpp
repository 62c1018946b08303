// The view of the tree that pings bring to the server. Issue: the overlay, live view data.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "tests/netlayer/splay/rotating_tree.hpp"

namespace tributary::netlayer {
namespace {

using namespace testing;

constexpr Micros kLong = std::chrono::seconds(10);

const SelfReport* row(const OverlayView& view, ProcessId id) {
    const auto found =
        std::find_if(view.members.begin(), view.members.end(),
                     [id](const MemberView& member) { return member.report.id == id; });
    return found == view.members.end() ? nullptr : &found->report;
}

/// Whether the view says of every process what it knows itself.
void expect_true(Tree& tree, const std::vector<ProcessId>& ids) {
    const OverlayView view = tree.at(kServer).overlay();
    EXPECT_EQ(view.members.size(), ids.size() + 1);
    for (const ProcessId id : ids) {
        const SelfReport* told = row(view, id);
        ASSERT_NE(told, nullptr) << id;
        EXPECT_EQ(told->parent, tree.state(id).parent_id()) << id;
        EXPECT_EQ(told->key, tree.state(id).self.key) << id;
    }
    for (const ObjectPlace& place : view.objects) {
        ASSERT_TRUE(place.at) << place.object;
        EXPECT_TRUE(tree.owns(*place.at, place.object)) << place.object;
    }
}

const std::vector<ProcessId> kAll{kG, kP, kX, kA, kB, kC};

TEST(Census, TheServerLearnsWhoStandsWhereAndWhereTheObjectsAre) {
    RotatingTree tree;
    tree.update(kA, {"one"});
    tree.settle();
    tree.update(kC, {"two"});
    tree.settle();

    tree.pass(kLong);

    expect_true(tree, kAll);
}

TEST(Census, TheViewFollowsARotation) {
    RotatingTree tree;
    tree.update(kB, {"one"});
    tree.settle();
    tree.pass(kLong);

    tree.rotate();
    tree.pass(kLong);

    ASSERT_TRUE(tree.rotated());
    expect_true(tree, kAll);
    EXPECT_EQ(tree.at(kServer).overlay().rotations, 1u);
}

TEST(Census, CountsTheEdgesThatEachHandOverPassed) {
    RotatingTree tree;  // 10 is four edges below the server, 60 three edges from 10
    tree.update(kA, {"one"});
    tree.settle();
    tree.update(kC, {"one"});
    tree.settle();

    tree.pass(kLong);

    const OverlayView view = tree.at(kServer).overlay();
    EXPECT_EQ(view.hops, (std::vector<std::uint64_t>{0, 0, 1, 1}));
    ASSERT_EQ(row(view, kC)->partners.size(), 1u);
    EXPECT_EQ(row(view, kC)->partners.front(), (Partner{kA, 1}));
}

TEST(Census, WhoIsGoneLeavesTheViewButItsHandOversStayInTheSum) {
    RotatingTree tree;
    tree.update(kA, {"one"});
    tree.settle();
    tree.pass(kLong);
    tree.give(kA, LeaveInvoked{});
    tree.settle();

    tree.pass(3 * kLong);

    const OverlayView view = tree.at(kServer).overlay();
    EXPECT_EQ(row(view, kA), nullptr);
    EXPECT_EQ(hand_overs(view.hops), 1u);
}

TEST(Census, APingCarriesNoMoreReportsThanItsBoundAndNoneIsStarved) {
    Tree tree(1);  // a path: everything goes through the first
    tree.join_all(60);

    tree.pass(kLong);
    tree.pass(2 * kLong);

    std::vector<ProcessId> ids(60);
    std::iota(ids.begin(), ids.end(), ProcessId{1});
    EXPECT_EQ(tree.at(kServer).overlay().members.size(), 61u);
    for (const ProcessId id : ids) {
        EXPECT_LE(tree.state(id).tally.passing.size(), ids.size()) << id;
    }
}

TEST(Census, ReportsBeyondTheBoundsCutTheChildOff) {
    RotatingTree tree;
    Ping ping{99, 1};
    ping.reports.resize(kReportsPerPing + 1);
    const Epoch epoch = tree.state(kP).children.at(kC).epoch;

    tree.give(kP, MessageReceived{kC, epoch, 0, 0, ping});

    EXPECT_EQ(tree.state(kP).counters.protocol_errors, 1u);
}

TEST(Census, AnOlderReportChangesNothing) {
    RotatingTree tree;
    tree.pass(kLong);
    const Epoch epoch = tree.state(kServer).children.at(kG).epoch;
    Ping ping{99, 1};
    ping.reports.resize(1);
    ping.reports.front().id = kA;
    ping.reports.front().parent = kC;

    tree.give(kServer, MessageReceived{kG, epoch, 0, 0, ping});

    EXPECT_EQ(row(tree.at(kServer).overlay(), kA)->parent, kX);
}

}  // namespace
}  // namespace tributary::netlayer
