// Retrieving and migrating one object: self-service §4.2-4.3, Figures 2 and 3.
#include <gtest/gtest.h>

#include "tests/netlayer/tree_fixture.hpp"

namespace tributary::netlayer::testing {
namespace {

using Ids = std::vector<OperationId>;

TEST(Retrieval, ObjectStartsAtTheServerWithAnEmptyBody) {
    Tree tree(2);
    tree.join(1);

    const OperationId first = tree.update(1, {"o"});
    tree.settle();

    EXPECT_TRUE(tree.applied(1, first));
    EXPECT_EQ(tree.values(1, "o"), Ids{first});
    EXPECT_TRUE(tree.owns(1, "o"));
    EXPECT_FALSE(tree.owns(0, "o"));
}

TEST(Retrieval, SecondRetrieveWaitsForFirstRelease) {
    Tree tree(2);
    tree.join(1);
    tree.join(2);
    tree.hold_programs();

    const OperationId first = tree.update(1, {"o"});
    tree.settle();
    const OperationId second = tree.update(2, {"o"});
    tree.settle();

    EXPECT_FALSE(tree.applied(2, second));
    EXPECT_TRUE(tree.owns(1, "o"));
    tree.finish(first);
    tree.settle();
    tree.finish(second);
    EXPECT_TRUE(tree.applied(2, second));
    EXPECT_EQ(tree.values(2, "o"), (Ids{first, second}));
}

// §4.2, Figure 2: the queues of neighbours point at each other along the way to the owner.
TEST(Retrieval, QueuesPointTowardsTheOwner) {
    Tree tree(2);
    for (ProcessId id = 1; id <= 6; ++id) tree.join(id);

    tree.update(5, {"o"});
    tree.settle();

    const ProcessId above = tree.state(5).parent_id();
    EXPECT_EQ(tree.state(above).queues.at("o").head().process, 5u);
    EXPECT_EQ(tree.state(0).queues.at("o").head().process, above);
    EXPECT_EQ(tree.state(5).queues.at("o").size(), 1u);
}

TEST(Retrieval, ManyOperationsOfOneProcessRunInTurn) {
    Tree tree(2);
    tree.join(1);
    Ids expected;
    for (int i = 0; i < 5; ++i) expected.push_back(tree.update(1, {"o"}));

    tree.settle();

    EXPECT_EQ(tree.values(1, "o"), expected);
}

TEST(Retrieval, EveryUpdateOfManyProcessesIsContainedOnce) {
    Tree tree(2);
    for (ProcessId id = 1; id <= 7; ++id) tree.join(id);
    Ids expected;
    for (int round = 0; round < 3; ++round) {
        for (ProcessId id = 0; id <= 7; ++id) expected.push_back(tree.update(id, {"o"}));
    }

    tree.settle();

    ProcessId owner = 0;
    for (ProcessId id = 0; id <= 7; ++id) owner = tree.owns(id, "o") ? id : owner;
    Ids found = tree.values(owner, "o");
    std::sort(found.begin(), found.end());
    EXPECT_EQ(found, expected);
}

// A copy at hand serves reads while the update on it runs.
TEST(Retrieval, OwnerAnswersReadsWhileItsProgramRuns) {
    Tree tree(2);
    tree.join(1);
    tree.join(2);
    const OperationId first = tree.update(1, {"o"});
    tree.settle();
    tree.hold_programs();
    const OperationId second = tree.update(1, {"o"});

    const OperationId read = tree.read(2, "o");
    tree.settle();

    EXPECT_EQ(tree.result(2, read), Ids{first});
    EXPECT_FALSE(tree.applied(1, second));
}

TEST(Retrieval, PeerThatMigratesWhatItDoesNotHaveIsCutOff) {
    Tree tree(2);
    tree.join(1);
    const Epoch epoch = tree.state(1).parent->epoch;

    tree.give(0, MessageReceived{1, epoch, 1, 0, Migrate{Object{"o", 7, nullptr}, {}, {}}});

    EXPECT_EQ(tree.state(0).counters.protocol_errors, 1u);
    EXPECT_EQ(tree.version(0, "o"), 0u);
    EXPECT_FALSE(tree.state(0).is_live_child(1));
}

TEST(Retrieval, PeerThatExceedsTheBoundOnObjectsIsCutOff) {
    Tree tree(2);
    tree.join(1);
    const Epoch epoch = tree.state(1).parent->epoch;
    const std::size_t bound = tree.options().max_objects;

    for (std::size_t i = 0; i <= bound; ++i) {
        tree.give(0, MessageReceived{1, epoch, i + 1, 0, Retrieve{"o" + std::to_string(i)}});
    }

    EXPECT_EQ(tree.state(0).queues.size(), bound);
    EXPECT_EQ(tree.state(0).counters.bound_objects, 1u);
    EXPECT_FALSE(tree.state(0).is_live_child(1));
}

// Protocol rules, section 6: entries per neighbour and object in localQ.
TEST(Retrieval, ANeighbourThatFillsAQueueIsCutOffAndCounted) {
    ProcessOptions options;
    options.degree = 2;
    options.grace = Micros{0};
    options.max_queue_of_one = 3;
    Tree tree(options);
    tree.join_all(2);
    tree.hold_programs();
    tree.update(2, {"o"});
    tree.settle();  // the object is at 2, so that requests of 1 wait at the server

    for (int i = 0; i < 3; ++i) tree.update(1, {"o"});
    tree.settle();
    const bool before = tree.state(kServer).is_live_child(1);
    const Link& link = tree.state(kServer).links.all().at(1);
    for (Sequence more = 1; more <= 3 && tree.state(kServer).is_live_child(1); ++more) {
        tree.give(kServer,
                  MessageReceived{1, link.epoch, link.received + 1, link.sent, Retrieve{"o"}});
    }

    EXPECT_TRUE(before);
    EXPECT_FALSE(tree.state(kServer).is_live_child(1));
    EXPECT_TRUE(tree.state(kServer).is_live_child(2));
    EXPECT_EQ(tree.state(kServer).counters.bound_queue, 1u);
}

}  // namespace
}  // namespace tributary::netlayer::testing
