// Versions that the application does not let pass: protocol rules section 7, docs/adr/0005.
#include "netlayer/object/inspection.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "netlayer/simulation/history.hpp"
#include "tests/netlayer/tree_fixture.hpp"

namespace tributary::netlayer::testing {
namespace {

using Ids = std::vector<OperationId>;

/// Refuses every version of an object that holds the value of an operation.
Inspection refusing(OperationId value, const ObjectId& object = "o") {
    return [value, object](const Object* /*before*/, const Object& after) -> Status {
        const Ids values = simulation::values(after.body);
        if (after.id != object || std::ranges::find(values, value) == values.end()) return {};
        return fail(Errc::corrupt, "the version holds what it must not");
    };
}

TEST(Inspection, RefusedVersionNeverBecomesDurable) {
    Tree tree(2, {}, Micros{0}, refusing(2));
    tree.join_all(2);
    const OperationId good = tree.update(1, {"o"}, {"*"}, true);
    tree.settle();

    const OperationId refused = tree.update(1, {"o"}, {"*"}, true);
    tree.settle();

    EXPECT_TRUE(tree.durable(1, good));
    EXPECT_FALSE(tree.durable(1, refused));
    EXPECT_EQ(tree.values(kServer, "o"), Ids{good});
    EXPECT_EQ(tree.state(kServer).counters.versions_refused, 1u);
    EXPECT_FALSE(tree.state(kServer).is_live_child(1));
}

TEST(Inspection, OthersGoOnFromTheVersionBefore) {
    Tree tree(2, {}, Micros{0}, refusing(2));
    tree.join_all(2);
    const OperationId good = tree.update(1, {"o"}, {"*"}, true);
    tree.settle();
    tree.update(1, {"o"});
    tree.settle();

    const OperationId next = tree.update(2, {"o"}, {"*"}, true);  // calls for the refused version
    tree.settle();
    tree.pass(tree.options().silence + tree.options().heartbeat);

    EXPECT_TRUE(tree.durable(2, next));
    EXPECT_EQ(tree.values(2, "o"), (Ids{good, next}));
    EXPECT_EQ(tree.values(kServer, "o"), (Ids{good, next}));
}

TEST(Inspection, OnlyTheSenderIsCutOffNotWhoeverIsAboveIt) {
    Tree tree(2, {}, Micros{0}, refusing(1));
    tree.join_all(3);
    ASSERT_EQ(tree.state(3).parent->card.id, 1u);

    tree.update(3, {"o"}, {"*"}, true);
    tree.settle();

    EXPECT_EQ(tree.state(1).counters.versions_refused, 1u);
    EXPECT_EQ(tree.state(kServer).counters.versions_refused, 0u);
    EXPECT_EQ(tree.at(1).phase(), Phase::connected);
    EXPECT_EQ(tree.version(1, "o"), 0u);
}

// Objects that one operation wrote depend on each other: none comes up without the others (C7).
TEST(Inspection, AnOperationIsRefusedInAllItsObjects) {
    Tree tree(2, {}, Micros{0}, refusing(1, "b"));
    tree.join_all(2);
    tree.update(1, {"a", "b"});
    tree.settle();

    const OperationId next = tree.update(2, {"a"}, {"*"}, true);
    tree.settle();
    tree.pass(tree.options().silence + tree.options().heartbeat);

    EXPECT_TRUE(tree.durable(2, next));
    EXPECT_EQ(tree.values(kServer, "a"), Ids{next});
    EXPECT_EQ(tree.values(kServer, "b"), Ids{});
}

TEST(Inspection, AnswerOfAReadIsInspectedToo) {
    Tree tree(2, {}, Micros{0}, refusing(1));
    tree.join_all(2);
    tree.update(1, {"o"});
    tree.settle();

    const OperationId read = tree.read(2, "o");
    tree.settle();
    tree.pass(tree.options().silence + tree.options().retry_read + tree.options().heartbeat);

    EXPECT_EQ(tree.result(2, read), Ids{});
    EXPECT_EQ(tree.state(kServer).counters.versions_refused, 1u);
}

TEST(Inspection, SeesTheCopyBeforeAndIsNotAskedAboutWhatComesFromAbove) {
    std::vector<std::pair<Version, Version>> asked;
    Tree tree(2, {}, Micros{0}, [&asked](const Object* before, const Object& after) -> Status {
        asked.emplace_back(before != nullptr ? before->version : 0, after.version);
        return {};
    });
    tree.join_all(2);
    tree.update(1, {"o"});
    tree.settle();

    tree.update(2, {"o"});
    tree.settle();
    tree.update(1, {"o"});
    tree.settle();

    EXPECT_EQ(asked, (std::vector<std::pair<Version, Version>>{{0, 1}, {1, 2}}));
}

TEST(Inspection, RejoinedSenderContributesAgain) {
    Tree tree(2, {}, Micros{0}, refusing(1));
    tree.join_all(2);
    tree.update(1, {"o"}, {"*"}, true);
    tree.settle();
    tree.pass(tree.options().silence + tree.options().heartbeat);
    tree.join(1);

    const OperationId honest = tree.update(1, {"o"}, {"*"}, true);
    tree.settle();

    EXPECT_TRUE(tree.durable(1, honest));
    EXPECT_EQ(tree.values(kServer, "o"), Ids{honest});
}

}  // namespace
}  // namespace tributary::netlayer::testing
