// Dependencies and copying: self-service §4.4, Figure 3 lines 13-17 and 21-24; C1, C6, C7.
#include <gtest/gtest.h>

#include "netlayer/depend/dependencies.hpp"
#include "tests/netlayer/tree_fixture.hpp"

namespace tributary::netlayer::testing {
namespace {

using Ids = std::vector<OperationId>;

TEST(Dependencies, ClosureFollowsPairsTransitively) {
    Dependencies deps;
    deps.add("a", "b");
    deps.add("b", "c");
    deps.add("d", "a");

    EXPECT_EQ(deps.closure({"a"}), (std::set<ObjectId>{"a", "b", "c"}));
}

TEST(Dependencies, PairOfAnObjectWithItselfIsNotKept) {
    Dependencies deps;

    deps.add("a", "a");

    EXPECT_TRUE(deps.empty());
}

TEST(Dependencies, TakesOnlyPairsWithBothEndsInside) {
    Dependencies deps;
    deps.add("a", "b");
    deps.add("b", "c");

    const auto taken = deps.take_within({"a", "b"});

    EXPECT_EQ(taken, (std::vector<Dependency>{{"a", "b"}}));
    EXPECT_EQ(deps.pairs(), (std::vector<Dependency>{{"b", "c"}}));
}

// C1: section 2 of the protocol rules, the schedule given there. Tree: 0 - {1, 2}, 1 - {3, 5}.
Version version_after_c1_schedule(Mutations mutations) {
    Tree tree(2, mutations);
    for (ProcessId id = 1; id <= 5; ++id) tree.join(id);
    tree.update(3, {"o2"});  // version 1
    tree.settle();
    tree.update(3, {"o1", "o2"}, {"o1"});  // o1 depends on o2 version 1
    tree.settle();
    tree.update(2, {"o2"});  // version 2, passes 1 on its way up and to 5
    tree.settle();
    tree.update(5, {"o2"}, {});
    tree.settle();
    tree.update(2, {"o1"});  // carries the stale copy of o2 up through 1
    tree.settle();
    tree.cut(1, 5);
    tree.pass(tree.options().silence + tree.options().heartbeat);
    EXPECT_TRUE(tree.owns(1, "o2"));
    return tree.version(1, "o2");
}

TEST(Copier, C1StaleCopyDoesNotOverwriteANewerOne) {
    EXPECT_EQ(version_after_c1_schedule({}), 2u);
}

TEST(Copier, C1PlantedFaultLosesAnUpdate) {
    Mutations mutations;
    mutations.save_copies_unconditionally = true;

    EXPECT_EQ(version_after_c1_schedule(mutations), 1u);
}

// C7: as published; what was only read counts as well.
TEST(Copier, C7MigratingUpCarriesEverythingItDependsOn) {
    Tree tree(2);
    tree.join(1);
    tree.join(2);
    const OperationId first = tree.update(1, {"a", "b", "c"}, {"a", "b"});
    tree.settle();

    tree.update(2, {"a"});
    tree.settle();

    EXPECT_EQ(tree.values(0, "b"), Ids{first}) << "b was written together with a";
    EXPECT_TRUE(tree.state(1).dependencies.pairs() == (std::vector<Dependency>{}));
}

TEST(Copier, C7AtomicUpdateSurvivesTheLossOfItsProcess) {
    Tree tree(2);
    tree.join(1);
    tree.join(2);
    const OperationId both = tree.update(1, {"a", "b"});
    tree.settle();
    tree.update(2, {"a"}, {});
    tree.settle();

    tree.cut(0, 1);
    tree.pass(tree.options().silence * 2);

    EXPECT_TRUE(tree.owns(0, "b"));
    EXPECT_EQ(tree.values(0, "b"), Ids{both});
    EXPECT_EQ(tree.values(2, "a"), Ids{both});
}

TEST(Copier, C7PlantedFaultTearsAnUpdateApart) {
    Mutations mutations;
    mutations.no_dependency_copying = true;
    Tree tree(2, mutations);
    tree.join(1);
    tree.join(2);
    const OperationId both = tree.update(1, {"a", "b"});
    tree.settle();
    tree.update(2, {"a"}, {});
    tree.settle();

    tree.cut(0, 1);
    tree.pass(tree.options().silence * 2);

    EXPECT_EQ(tree.values(2, "a"), Ids{both});
    EXPECT_EQ(tree.values(0, "b"), Ids{});
}

TEST(Copier, MigratingDownCarriesNoCopies) {
    Tree tree(2);
    tree.join(1);
    tree.update(0, {"a", "b"});
    tree.settle();

    tree.update(1, {"a"});
    tree.settle();

    EXPECT_EQ(tree.at(1).copy("b"), nullptr);
}

// C6: the answer to a strict read is a copy up with dependencies, saved at every hop.
TEST(Copier, C6ReadAnswerRecordsDependenciesOnTheWayUp) {
    Tree tree(2);
    for (ProcessId id = 1; id <= 3; ++id) tree.join(id);  // 3 is below 1
    const OperationId both = tree.update(3, {"a", "b"});
    tree.settle();

    const OperationId read = tree.read(2, "a");
    tree.settle();

    EXPECT_EQ(tree.result(2, read), Ids{both});
    for (const ProcessId id : {ProcessId{1}, ProcessId{0}}) {
        EXPECT_EQ(tree.values(id, "a"), Ids{both}) << "at process " << id;
        EXPECT_EQ(tree.values(id, "b"), Ids{both}) << "at process " << id;
    }
    EXPECT_TRUE(tree.owns(3, "a")) << "reading does not move the object";
}

}  // namespace
}  // namespace tributary::netlayer::testing
