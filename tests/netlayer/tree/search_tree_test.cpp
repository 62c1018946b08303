// Joins at the leaf slot of a key, intervals, and answers that go down by key: protocol rules,
// sections 1 (decisions 2 and 4), 2 (C5); overlay design, decision 5.
#include "netlayer/tree/search_tree.hpp"

#include <gtest/gtest.h>

#include <set>

#include "netlayer/server/image.hpp"
#include "tests/netlayer/splay/rotating_tree.hpp"

namespace tributary::netlayer::testing {
namespace {

TEST(SearchTree, JoinersStandWhereTheirKeysBelong) {
    RotatingTree tree;

    EXPECT_EQ(tree.state(kG).parent_id(), kServer);
    EXPECT_EQ(tree.state(kP).parent_id(), kG);
    EXPECT_EQ(tree.state(kX).parent_id(), kP);
    EXPECT_EQ(tree.state(kC).parent_id(), kP);
    EXPECT_EQ(tree.state(kA).parent_id(), kX);
    EXPECT_EQ(tree.state(kB).parent_id(), kX);
    EXPECT_EQ(tree.state(kB).lo, kX);
    EXPECT_EQ(tree.state(kB).hi, kP);
    EXPECT_EQ(tree.state(kG).lo, kNoKey);
    EXPECT_EQ(tree.state(kG).hi, kServerKey);
}

// Decision 2: the server has one child, whoever else comes.
TEST(SearchTree, ServerHasOneChild) {
    Tree tree(Tree::Search{});
    for (const ProcessId id : {5, 9, 1, 7}) tree.join(id);

    EXPECT_EQ(tree.state(kServer).children.size(), 1u);
}

TEST(SearchTree, KeyThatIsTakenIsRefusedWithTheReason) {
    Tree tree(Tree::Search{});
    tree.join(7);
    Card twin;
    twin.id = 8;
    twin.incarnation = 50;
    twin.key = 7;

    tree.give(kServer, DirectReceived{8, JoinRequest{twin}});
    tree.settle();

    EXPECT_EQ(tree.state(7).counters.joins_refused, 1u);
    EXPECT_TRUE(tree.state(7).children.empty());
}

TEST(SearchTree, ProcessWithoutAKeyGetsOneOfItsOwn) {
    std::set<Key> keys;
    for (ProcessId id = 1; id <= 1000; ++id) {
        const Key key = key_of(id);
        EXPECT_NE(key, kNoKey);
        EXPECT_NE(key, kServerKey);
        EXPECT_TRUE(keys.insert(key).second);
    }
}

// C5: the turning point is the first process on the way up whose interval covers the reader.
TEST(SearchTree, C5AnswerTurnsAtTheCommonAncestor) {
    RotatingTree tree;
    const OperationId update = tree.update(kA, {"o"});
    tree.settle();

    const OperationId read = tree.read(kC, "o");
    tree.settle();

    EXPECT_EQ(tree.result(kC, read), std::vector<OperationId>{update});
    EXPECT_EQ(tree.version(kP, "o"), 1u) << "saved on its way up";
    EXPECT_EQ(tree.version(kG, "o"), 0u) << "turned below";
}

TEST(SearchTree, ReadsAndForcesCarryNoPath) {
    RotatingTree tree;
    const OperationId update = tree.update(kB, {"o"}, {"*"}, true);
    tree.settle();
    const OperationId read = tree.read(kServer, "o");
    tree.settle();

    EXPECT_TRUE(tree.durable(kB, update));
    EXPECT_EQ(tree.result(kServer, read), std::vector<OperationId>{update});
}

// C15: an answer for a process that is not there any more is dropped.
TEST(SearchTree, AnswerThatFindsNobodyIsDropped) {
    RotatingTree tree;
    tree.update(kA, {"o"});
    tree.settle();
    tree.read(kB, "o");
    tree.deliver(kB, kX);
    tree.cut(kX, kB);
    tree.link_down(kX, kB);
    tree.settle();

    EXPECT_GE(tree.state(kX).counters.reads_unanswerable, 1u);
}

// A new life of a process comes to its old place, once the old life was given up.
TEST(SearchTree, NewLifeWaitsForItsOldPlace) {
    RotatingTree tree;
    tree.cut(kX, kB);
    tree.link_down(kB, kX);
    ASSERT_FALSE(tree.state(kB).is_connected());

    tree.ask_to_join(kB);
    tree.pass(Micros{20'000'000});

    EXPECT_TRUE(tree.state(kB).is_connected());
    EXPECT_EQ(tree.state(kB).parent_id(), kX);
    EXPECT_TRUE(tree.all_work("o"));
}

/// A process that was given a place by a parent of this policy, with this key.
Process placed_with(Key key, RotationPolicy policy) {
    Process::Setup setup;
    setup.self.id = 7;
    Process process(std::move(setup));
    Card parent;
    parent.incarnation = 3;
    static_cast<void>(process.step({Micros{1}, JoinInvoked{parent, 5}}));
    JoinAccept accept{parent, 5, 99, key, kNoKey, kServerKey, policy};
    static_cast<void>(process.step({Micros{2}, DirectReceived{kServer, accept}}));
    return process;
}

// The coordinator alone decides; members need not be told otherwise.
TEST(SearchTree, MemberLearnsTheKindOfTreeFromItsPlace) {
    const Process searching = placed_with(40, RotationPolicy::regret);
    const Process still = placed_with(40, RotationPolicy::none);
    const Process kary = placed_with(kNoKey, RotationPolicy::regret);

    EXPECT_TRUE(searching.state().options.search_tree);
    EXPECT_TRUE(searching.state().adjustment.policy);
    EXPECT_TRUE(still.state().options.search_tree);
    EXPECT_FALSE(still.state().adjustment.policy);
    EXPECT_FALSE(kary.state().options.search_tree);
    EXPECT_FALSE(kary.state().adjustment.policy);
}

/// The key for which a process asks when it joins after its place in a search tree was lost.
Key key_asked_for_again() {
    Process process = placed_with(40, RotationPolicy::none);
    static_cast<void>(process.step({Micros{3}, LinkDown{kServer, 99, true}}));
    for (const Effect& effect : process.step({Micros{4}, JoinInvoked{Card{}, 6}})) {
        const auto* direct = std::get_if<SendDirect>(&effect);
        const auto* request =
            direct == nullptr ? nullptr : std::get_if<JoinRequest>(&direct->message);
        if (request != nullptr) return request->joiner.key;
    }
    return kServerKey;
}

// A key of an earlier place would be another one than the card says, and nobody would listen.
TEST(SearchTree, AJoinerAsksForNoKeyOfAnEarlierLife) {
    EXPECT_EQ(key_asked_for_again(), kNoKey);
}

// A key in the answer would make it take the tree for a search tree.
TEST(SearchTree, TheKaryTreeGivesNoKeys) {
    Tree tree(ProcessOptions{});
    Card joiner{77, 99, "tcp://joiner", "key", "joiner"};
    joiner.key = 40;

    tree.give(kServer, DirectReceived{joiner.id, JoinRequest{joiner}});

    EXPECT_EQ(tree.state(kServer).children.at(joiner.id).card.key, kNoKey);
}

/// A server that starts again with a child of this key in its image.
Process restarted(bool search_tree, Key key_of_child) {
    auto image = std::make_shared<ServerImage>();
    image->incarnation = 3;
    Child child;
    child.card.id = 7;
    child.card.key = key_of_child;
    child.epoch = 99;
    image->children.emplace(7, child);
    Process::Setup setup;
    setup.self.incarnation = 4;
    setup.options.search_tree = search_tree;
    setup.recovered = true;
    setup.image = std::move(image);
    Process process(std::move(setup));
    static_cast<void>(process.step({Micros{1}, Started{}}));
    return process;
}

// Who stood in a tree of another kind joins anew, when its leases are over.
TEST(SearchTree, AnotherKindOfTreeBeginsEmpty) {
    const Process same = restarted(true, 40);
    const Process kary_before = restarted(true, kNoKey);
    const Process search_before = restarted(false, 40);

    EXPECT_EQ(same.state().children.size(), 1u);
    EXPECT_EQ(kary_before.state().children.size(), 0u);
    EXPECT_GE(kary_before.state().quiet_until, kary_before.state().options.silence);
    EXPECT_EQ(search_before.state().children.size(), 0u);
}

}  // namespace
}  // namespace tributary::netlayer::testing
