// The server goes on from what it stored: protocol rules, section 7.
#include "netlayer/server/image.hpp"

#include <gtest/gtest.h>

#include "tests/netlayer/tree_fixture.hpp"

namespace tributary::netlayer::testing {
namespace {

using Ids = std::vector<OperationId>;
constexpr Micros kGrace{1'000'000};

TEST(ServerRestart, WithinTheGraceTimeNobodyIsDisconnected) {
    Tree tree(2, {}, kGrace);
    for (ProcessId id = 1; id <= 4; ++id) tree.join(id);
    const OperationId before = tree.update(3, {"o"});
    tree.settle();

    tree.restart_server();
    tree.pass(tree.options().silence * 2);
    const OperationId after = tree.update(4, {"o"});
    tree.settle();

    for (ProcessId id = 1; id <= 4; ++id) {
        EXPECT_TRUE(tree.notices<LostConnection>(id).empty()) << "process " << id;
    }
    EXPECT_EQ(tree.values(4, "o"), (Ids{before, after}));
}

// Section 7: otherwise the object that was on its way would be lost, and its requesters wait.
bool object_arrives(Mutations mutations) {
    Tree tree(2, mutations, kGrace);
    tree.join(1);
    const OperationId first = tree.update(0, {"o"});
    tree.settle();
    const OperationId second = tree.update(1, {"o"});
    tree.deliver(1, 0);  // the server hands the object on and ends
    EXPECT_FALSE(tree.owns(0, "o"));

    tree.restart_server();
    tree.settle();

    return tree.values(1, "o") == Ids{first, second};
}

TEST(ServerRestart, ObjectOnItsWayFromTheServerArrives) {
    EXPECT_TRUE(object_arrives({}));
}

TEST(ServerRestart, PlantedFaultForgetsWhatWasNotAcknowledged) {
    Mutations mutations;
    mutations.stored_without_outbox = true;

    EXPECT_FALSE(object_arrives(mutations));
}

TEST(ServerRestart, OperationThatHeldItsObjectsIsComputedAgain) {
    Tree tree(2, {}, kGrace);
    tree.join(1);
    tree.hold_programs();
    const OperationId update = tree.update(0, {"o"});
    tree.settle();

    tree.restart_server();
    tree.finish(update);
    tree.settle();

    EXPECT_EQ(tree.values(0, "o"), Ids{update});
}

TEST(ServerRestart, MessageProcessedBeforeTheEndIsNotProcessedAgain) {
    Tree tree(2, {}, kGrace);
    tree.join(1);
    tree.join(2);
    tree.hold_programs();
    tree.update(0, {"o"});
    tree.settle();
    tree.update(1, {"o"});
    tree.deliver(1, 0);  // one request, waiting behind the server's own operation

    tree.restart_server();
    tree.settle();

    EXPECT_EQ(tree.state(0).queues.at("o").size(), 2u) << "a phantom requester would be a third";
}

TEST(ServerRestart, ChildrensSilenceCountsFromTheRestart) {
    Tree tree(2, {}, kGrace);
    tree.join(1);
    const Micros before = tree.state(0).children.at(1).last_ping;
    tree.cut(0, 1);
    tree.pass_silently(tree.options().heartbeat * 2);

    tree.restart_server();

    EXPECT_GT(tree.state(0).children.at(1).last_ping, before);
    EXPECT_EQ(tree.state(0).children.at(1).last_ping, tree.now());
}

TEST(ServerRestart, NewIncarnationMakesNewEpochs) {
    Tree tree(3, {}, kGrace);
    tree.join(1);
    const Epoch before = tree.state(1).parent->epoch;

    tree.restart_server();
    tree.settle();
    tree.join(2);

    EXPECT_EQ(tree.state(1).parent->epoch, before) << "an edge keeps its epoch for life";
    EXPECT_GT(tree.state(2).parent->epoch, before);
    EXPECT_EQ(tree.state(0).children.size(), 2u);
}

}  // namespace
}  // namespace tributary::netlayer::testing
