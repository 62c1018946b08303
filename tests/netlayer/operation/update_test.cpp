// Updates and operations on several objects: self-service §5.1; C18, C19; decisions 3 and 5.
#include <gtest/gtest.h>

#include "tests/netlayer/tree_fixture.hpp"

namespace tributary::netlayer::testing {
namespace {

using Ids = std::vector<OperationId>;

TEST(Update, SeesAllItsObjectsAtOnceAndWritesSomeOfThem) {
    Tree tree(2);
    tree.join(1);

    const OperationId update = tree.update(1, {"b", "a", "c"}, {"a", "c"});
    tree.settle();

    const auto applied = tree.notices<Applied>(1);
    ASSERT_EQ(applied.size(), 1u);
    EXPECT_EQ(applied[0].read.size(), 3u);
    EXPECT_EQ(applied[0].written.size(), 2u);
    EXPECT_EQ(tree.values(1, "a"), Ids{update});
    EXPECT_EQ(tree.values(1, "b"), Ids{});
}

// C18: two operations that name the same objects in opposite order; each gets its first object
// before the other asks for its second.
bool both_complete(Mutations mutations) {
    Tree tree(2, mutations);
    tree.join(1);
    tree.join(2);
    const OperationId one = tree.update(1, {"a", "b"});
    const OperationId two = tree.update(2, {"b", "a"});
    tree.settle();
    return tree.applied(1, one) && tree.applied(2, two);
}

TEST(Update, C18OppositeOrdersDoNotDeadlock) {
    EXPECT_TRUE(both_complete({}));
}

TEST(Update, C18PlantedFaultDeadlocks) {
    Mutations mutations;
    mutations.order_as_given = true;

    EXPECT_FALSE(both_complete(mutations));
}

TEST(Update, C18ObjectsAreRequestedOneAfterTheOtherInOneOrder) {
    Tree tree(2);
    tree.join(1);
    tree.join(2);
    tree.update(2, {"b"});
    tree.settle();
    tree.hold_programs();
    const OperationId blocker = tree.update(2, {"a"});
    tree.settle();

    tree.update(1, {"b", "a"});
    tree.settle();

    EXPECT_TRUE(tree.owns(2, "b")) << "b must not be asked for before a is here";
    tree.finish(blocker);
    tree.settle();
    EXPECT_TRUE(tree.owns(1, "b"));
}

TEST(Update, RefusedProgramChangesNothingAndHandsTheObjectsOn) {
    Tree tree(2);
    tree.join(1);
    tree.join(2);
    tree.hold_programs();
    const OperationId refused = tree.update(1, {"o"});
    tree.settle();
    const OperationId next = tree.update(2, {"o"});
    tree.settle();

    tree.give(1, ComputationDone{refused, fail(Errc::mismatch, "schema flow/2 is not flow/1")});
    tree.settle();
    tree.finish(next);

    const auto aborted = tree.notices<Aborted>(1);
    ASSERT_EQ(aborted.size(), 1u);
    EXPECT_EQ(aborted[0].error.code, Errc::mismatch);
    EXPECT_EQ(tree.values(2, "o"), Ids{next});
}

TEST(Update, ProgramThatWritesAnObjectItDidNotAskForIsRefused) {
    Tree tree(2);
    tree.join(1);
    tree.hold_programs();
    const OperationId update = tree.update(1, {"o"});
    tree.settle();

    tree.give(1, ComputationDone{update, std::vector<Output>{{"other", nullptr}}});

    EXPECT_EQ(tree.notices<Aborted>(1).size(), 1u);
    EXPECT_EQ(tree.version(1, "o"), 0u);
}

// C19: objects are held while a program runs, so that its time is bounded.
TEST(Update, C19ProgramThatHangsIsGivenUpAndItsObjectsHandedOn) {
    Tree tree(2);
    tree.join(1);
    tree.join(2);
    tree.hold_programs();
    const OperationId hangs = tree.update(1, {"a", "o"});
    tree.settle();
    const OperationId waits = tree.update(2, {"o"});
    tree.settle();

    tree.pass(tree.options().longest_program);
    tree.finish(waits);
    tree.settle();
    tree.finish(hangs);
    tree.settle();

    ASSERT_EQ(tree.notices<Aborted>(1).size(), 1u);
    EXPECT_EQ(tree.notices<Aborted>(1)[0].error.code, Errc::limit_exceeded);
    EXPECT_EQ(tree.state(1).counters.programs_given_up, 1u);
    EXPECT_TRUE(tree.applied(2, waits));
    EXPECT_EQ(tree.values(2, "o"), Ids{waits}) << "what came back too late is dropped";
    EXPECT_FALSE(tree.applied(1, hangs));
}

TEST(Update, RefusesBadRequestsByNameAndReason) {
    Tree tree(2);
    tree.join(1);
    const std::vector<ObjectId> too_many(tree.options().max_objects_per_update + 1, "o");

    tree.give(1, UpdateInvoked{901, {}, false});
    tree.give(1, UpdateInvoked{902, too_many, false});
    tree.give(1, UpdateInvoked{903, {"same", "same"}, false});
    tree.give(1, UpdateInvoked{904, {"with space"}, false});
    tree.give(1, UpdateInvoked{kNoOperation, {"o"}, false});

    const auto aborted = tree.notices<Aborted>(1);
    ASSERT_EQ(aborted.size(), 5u);
    EXPECT_EQ(aborted[1].error.code, Errc::limit_exceeded);
    EXPECT_NE(aborted[2].error.message.find("same"), std::string::npos);
    EXPECT_TRUE(tree.state(1).updates.empty());
}

TEST(Update, NumberOfPendingOperationsIsBounded) {
    Tree tree(2);
    tree.join(1);
    tree.hold_programs();
    for (std::size_t i = 0; i < tree.options().max_operations; ++i) tree.update(1, {"o"});

    tree.update(1, {"o"});

    ASSERT_EQ(tree.notices<Aborted>(1).size(), 1u);
    EXPECT_EQ(tree.notices<Aborted>(1)[0].error.code, Errc::limit_exceeded);
    EXPECT_EQ(tree.state(1).counters.bound_operations, 1u);
}

// Decision 5: applied is not durable.
TEST(Force, DurableIsReportedAfterTheServerHasTheUpdateAndItsDependencies) {
    Tree tree(1);
    tree.join(1);
    tree.join(2);  // 0 - 1 - 2

    const OperationId update = tree.update(2, {"a", "b"}, {"a"}, true);
    while (!tree.applied(2, update)) {
        for (ProcessId id = 0; id < 2; ++id) {
            tree.deliver(id, id + 1);
            tree.deliver(id + 1, id);
        }
        tree.finish(update);
    }
    const bool durable_at_once = tree.durable(2, update);
    tree.settle();

    EXPECT_FALSE(durable_at_once);
    EXPECT_TRUE(tree.durable(2, update));
    EXPECT_EQ(tree.values(0, "a"), Ids{update});
    EXPECT_TRUE(tree.owns(2, "a"));
}

TEST(Force, UpdateWithoutForceIsOnlyApplied) {
    Tree tree(1);
    tree.join(1);

    const OperationId update = tree.update(1, {"a"});
    tree.settle();

    EXPECT_TRUE(tree.applied(1, update));
    EXPECT_FALSE(tree.durable(1, update));
    EXPECT_EQ(tree.values(0, "a"), Ids{});
}

TEST(Force, LostConfirmationIsAskedForAgain) {
    Tree tree(1);
    tree.join(1);
    const OperationId update = tree.update(1, {"a"}, {"*"}, true);
    tree.settle();
    ASSERT_TRUE(tree.durable(1, update));
    const RequestId id{1, tree.state(1).self.incarnation, 1};

    // The same force once more, as after a lost confirmation: confirmed again, saved once.
    const Epoch epoch = tree.state(1).parent->epoch;
    const Sequence next = tree.state(0).links.all().at(1).received + 1;
    tree.give(0, MessageReceived{1, epoch, next, 0, Force{id, {}, {}, {1}}});

    EXPECT_EQ(tree.in_flight(0, 1), 1u);
    tree.settle();
    EXPECT_EQ(tree.notices<Durable>(1).size(), 1u);
}

// Persist before send: whatever the server tells stands behind the write that makes it true.
TEST(Persist, StandsBeforeTheConfirmationOfAForce) {
    Tree tree(1);
    tree.join(1);
    const Epoch epoch = tree.state(1).parent->epoch;
    const Force force{{1, tree.state(1).self.incarnation, 1}, {Object{"a", 1, nullptr}}, {}, {1}};

    const auto effects = tree.at(0).step({tree.now(), MessageReceived{1, epoch, 1, 0, force}});

    ASSERT_EQ(effects.size(), 2u);
    ASSERT_TRUE(std::holds_alternative<Persist>(effects[0]));
    EXPECT_EQ(std::get<Persist>(effects[0]).objects.at(0).id, "a");
    ASSERT_TRUE(std::holds_alternative<Send>(effects[1]));
    EXPECT_TRUE(std::holds_alternative<ForceConfirm>(std::get<Send>(effects[1]).message));
}

}  // namespace
}  // namespace tributary::netlayer::testing
