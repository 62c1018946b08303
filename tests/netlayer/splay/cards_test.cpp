// Renewed cards and revocations that meet a rotation: protocol section 6. Whoever is a neighbour
// afterwards must have the newest card, or the edge would end with the one that runs out.
#include <gtest/gtest.h>

#include "tests/netlayer/splay/rotating_tree.hpp"

namespace tributary::netlayer::testing {
namespace {

constexpr std::size_t kSteps = 9;  // messages of a rotation

/// Both ends of every edge know each other's card.
void expect_newest_cards(RotatingTree& tree, const std::string& when) {
    for (const ProcessId id : {kG, kX, kP, kB, kA, kC}) {
        const Card& parent = tree.state(id).parent->card;
        EXPECT_EQ(parent, tree.state(parent.id).self) << when << ", the parent of " << id;
        EXPECT_EQ(tree.state(parent.id).children.at(id).card, tree.state(id).self)
            << when << ", the child " << id;
    }
}

TEST(RotationCards, ARenewedCardReachesTheNewNeighboursWheneverItComes) {
    for (const ProcessId renewed : {kG, kP, kX, kB, kA, kC}) {
        for (std::size_t step = 0; step <= kSteps; ++step) {
            RotatingTree tree;
            tree.ask();
            ASSERT_TRUE(tree.deliver_first(step));

            tree.give(renewed, CardIssued{"renewed"});
            tree.settle();

            const std::string when =
                std::to_string(renewed) + " renewed after step " + std::to_string(step);
            EXPECT_TRUE(tree.rotated()) << when;
            expect_newest_cards(tree, when);
            EXPECT_EQ(tree.state(renewed).self.membership, "renewed");
            for (const ProcessId id : {kG, kP, kX, kB}) {
                EXPECT_EQ(tree.state(id).counters.dropped_rotating, 0u) << when << ", at " << id;
                EXPECT_EQ(tree.state(id).counters.protocol_errors, 0u) << when << ", at " << id;
            }
        }
    }
}

TEST(RotationCards, OfTwoCardsThatCameInTheFrozenTimeTheNewerIsTold) {
    RotatingTree tree;
    tree.ask();
    ASSERT_TRUE(tree.deliver_first(3));
    ASSERT_TRUE(tree.state(kX).is_frozen());

    tree.give(kX, CardIssued{"first"});
    tree.give(kX, CardIssued{"second"});
    EXPECT_EQ(tree.state(kX).backlog.size(), 1u);
    tree.settle();

    EXPECT_EQ(tree.state(kG).children.at(kX).card.membership, "second");
    EXPECT_EQ(tree.state(kA).parent->card.membership, "second");
}

TEST(RotationCards, ARevocationReachesEverybodyWheneverItComes) {
    for (std::size_t step = 0; step <= kSteps; ++step) {
        RotatingTree tree;
        tree.ask();
        ASSERT_TRUE(tree.deliver_first(step));

        tree.give(kServer, RevocationIssued{{7, "signed"}});
        tree.settle();

        for (const ProcessId id : {kG, kP, kX, kB, kA, kC}) {
            EXPECT_EQ(tree.state(id).revocation, 7u) << id << " after step " << step;
        }
    }
}

}  // namespace
}  // namespace tributary::netlayer::testing
