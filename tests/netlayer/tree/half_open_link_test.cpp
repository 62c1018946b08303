// A link of which one direction is dead while both ends believe in it: protocol rules, section 1
// (decision 6) and C3. Whoever is given up has lost its lease before.
#include <gtest/gtest.h>

#include "tests/netlayer/tree_fixture.hpp"

namespace tributary::netlayer::testing {
namespace {

/// Lets time pass until the condition holds, while only this direction works.
template <typename Condition>
bool pass_one_way(Tree& tree, ProcessId from, ProcessId to, Condition condition) {
    const Micros end = tree.now() + tree.options().silence * 3;
    while (!condition() && tree.now() < end) {
        tree.pass_silently(tree.options().heartbeat / 2);
        while (tree.deliver(from, to)) {
        }
    }
    return condition();
}

Tree with_an_owner_below() {
    Tree tree(2);
    tree.join(1);
    tree.join(2);
    tree.update(1, {"o"});
    tree.settle();
    tree.pass(tree.options().heartbeat * 4);
    return tree;
}

TEST(HalfOpenLink, ChildThatIsHeardButHearsNothingGivesUpFirst) {
    Tree tree = with_an_owner_below();
    const Micros lease = tree.state(1).lease_until;

    const bool idle = pass_one_way(tree, 1, 0, [&] { return tree.at(1).phase() == Phase::idle; });

    ASSERT_TRUE(idle);
    EXPECT_GE(tree.now(), lease);
    EXPECT_FALSE(tree.owns(0, "o")) << "its parent heard it ping until just now";
    tree.pass(tree.options().silence * 2);
    EXPECT_TRUE(tree.owns(0, "o"));
}

TEST(HalfOpenLink, ChildThatHearsButIsNotHeardHasNoLeaseWhenItIsGivenUp) {
    Tree tree = with_an_owner_below();

    const bool given_up = pass_one_way(tree, 0, 1, [&] { return tree.owns(0, "o"); });

    ASSERT_TRUE(given_up);
    EXPECT_LT(tree.state(1).lease_until, tree.now());
    EXPECT_EQ(tree.at(1).phase(), Phase::idle);
}

TEST(HalfOpenLink, UpdatesOfAnUnheardChildAreNotReportedDurable) {
    Tree tree = with_an_owner_below();
    const OperationId update = tree.update(1, {"o"}, {"*"}, true);
    tree.finish(update);

    pass_one_way(tree, 0, 1, [&] { return tree.owns(0, "o"); });

    EXPECT_TRUE(tree.applied(1, update));
    EXPECT_FALSE(tree.durable(1, update));
    EXPECT_TRUE(tree.values(0, "o").empty());
}

}  // namespace
}  // namespace tributary::netlayer::testing
