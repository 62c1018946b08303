// Renewed cards and revocations on their way through the tree: protocol section 6.
#include <gtest/gtest.h>

#include "tests/netlayer/tree_fixture.hpp"

namespace tributary::netlayer {
namespace {

using testing::Tree;

TEST(Credentials, ARevocationReachesEverybodyBelowOnce) {
    Tree tree(1);  // a chain
    tree.join_all(4);

    tree.give(kServer, RevocationIssued{{7, "signed"}});
    tree.settle();
    tree.give(kServer, RevocationIssued{{7, "signed"}});
    const std::size_t again = tree.in_flight(kServer, 1);

    for (ProcessId id = 1; id <= 4; ++id) EXPECT_EQ(tree.state(id).revocation, 7U) << id;
    EXPECT_EQ(again, 0U);
}

TEST(Credentials, AnOlderRevocationIsNotPassedOn) {
    Tree tree(1);
    tree.join_all(2);
    tree.give(kServer, RevocationIssued{{7, "signed"}});
    tree.settle();

    tree.give(kServer, RevocationIssued{{6, "signed"}});

    EXPECT_EQ(tree.in_flight(kServer, 1), 0U);
}

TEST(Credentials, ARevocationIsResentAfterABrokenLink) {
    Tree tree(1, {}, Tree(1).options().heartbeat * 4);
    tree.join_all(2);
    tree.interrupt(kServer, 1);
    tree.give(kServer, RevocationIssued{{7, "signed"}});
    tree.resume(kServer, 1);

    tree.settle();

    EXPECT_EQ(tree.state(2).revocation, 7U);
}

TEST(Credentials, NeighboursKeepARenewedCard) {
    Tree tree(1);
    tree.join_all(3);

    tree.give(2, CardIssued{"renewed"});
    tree.settle();

    EXPECT_EQ(tree.state(1).children.at(2).card.membership, "renewed");
    EXPECT_EQ(tree.state(3).parent->card.membership, "renewed");
    EXPECT_EQ(tree.state(2).self.membership, "renewed");
}

TEST(Credentials, ACardIssuedBeforeTheJoinIsInTheJoin) {
    Tree tree(1);
    tree.join(1);
    tree.give(1, CardIssued{"first"});
    tree.settle();

    tree.join(2);

    EXPECT_EQ(tree.state(2).parent->card.membership, "first");
}

TEST(Credentials, ACardOfSomebodyElseCutsItsSenderOff) {
    Tree tree(1);
    tree.join_all(2);
    const Epoch epoch = tree.state(kServer).children.at(1).epoch;
    const Link& link = tree.state(kServer).links.all().at(1);

    tree.give(kServer, MessageReceived{1, epoch, link.received + 1, link.sent,
                                       CardRenewed{tree.state(2).self}});

    EXPECT_TRUE(tree.state(kServer).children.at(1).fenced);
    EXPECT_EQ(tree.state(kServer).counters.protocol_errors, 1U);
}

}  // namespace
}  // namespace tributary::netlayer
