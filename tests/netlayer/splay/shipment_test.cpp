// What a rotation ships, and what is lost without it: protocol rules, sections 4.1 and 4.3. Each
// planted fault takes one rule out; random runs notice some of them rarely (section 3).
#include <gtest/gtest.h>

#include "tests/netlayer/splay/rotating_tree.hpp"

namespace tributary::netlayer::testing {
namespace {

constexpr Micros kLong{20'000'000};
using Ids = std::vector<OperationId>;

/// The object is below c, and g has read it there: x must know it when it comes above p.
/// @return  whether g still finds its update after p is lost
bool update_below_c_survives_the_loss_of_p(Mutations mutations) {
    RotatingTree tree(mutations);
    const OperationId update = tree.update(kC, {"o"});
    tree.settle();
    const OperationId read = tree.read(kG, "o");
    tree.settle();
    EXPECT_EQ(tree.result(kG, read), Ids{update});
    EXPECT_EQ(tree.version(kX, "o"), 0u);

    tree.rotate();
    EXPECT_TRUE(tree.rotated());
    tree.cut(kX, kP);
    tree.pass(kLong);
    const OperationId next = tree.update(kA, {"o"});
    tree.settle();
    return tree.values(kA, "o") == Ids{update, next};
}

TEST(Shipment, RisingChildGetsWhatItsNewChildKnew) {
    EXPECT_TRUE(update_below_c_survives_the_loss_of_p({}));
}

TEST(Shipment, PlantedFaultWithoutBodiesForTheRisingChild) {
    Mutations mutations;
    mutations.rotate_without_rising_bodies = true;

    EXPECT_FALSE(update_below_c_survives_the_loss_of_p(mutations));
}

/// The object is below b, and a has read it there: p must know it when it comes above b.
/// @return  whether c, whose requests do not pass x, still finds its update after b is lost
bool update_below_b_survives_the_loss_of_b(Mutations mutations) {
    RotatingTree tree(mutations);
    const OperationId update = tree.update(kB, {"o"});
    tree.settle();
    const OperationId read = tree.read(kA, "o");
    tree.settle();
    EXPECT_EQ(tree.result(kA, read), Ids{update});
    EXPECT_EQ(tree.version(kP, "o"), 0u);

    tree.rotate();
    EXPECT_TRUE(tree.rotated());
    tree.cut(kP, kB);
    tree.pass(kLong);
    const OperationId next = tree.update(kC, {"o"});
    tree.settle();
    return tree.values(kC, "o") == Ids{update, next};
}

TEST(Shipment, SinkingParentGetsWhatTheAbandonedChildsOldParentKnew) {
    EXPECT_TRUE(update_below_b_survives_the_loss_of_b({}));
}

TEST(Shipment, PlantedFaultWithoutBodiesForTheSinkingParent) {
    Mutations mutations;
    mutations.rotate_without_sinking_bodies = true;

    EXPECT_FALSE(update_below_b_survives_the_loss_of_b(mutations));
}

TEST(Shipment, PlantedFaultWithoutObjectExchange) {
    Mutations mutations;
    mutations.rotate_without_objects = true;

    EXPECT_FALSE(update_below_c_survives_the_loss_of_p(mutations));
    EXPECT_FALSE(update_below_b_survives_the_loss_of_b(mutations));
}

/// An operation at c wrote two objects, of which only one has come up to p, with the other as a
/// copy. After the rotation the one goes on to g: the other must still go with it.
Version other_object_at_g(Mutations mutations) {
    RotatingTree tree(mutations);
    tree.update(kC, {"m", "n"});
    tree.settle();
    tree.update(kP, {"m"}, {});
    tree.settle();

    tree.rotate();
    EXPECT_TRUE(tree.rotated());
    tree.update(kG, {"m"}, {});
    tree.settle();
    return tree.version(kG, "n");
}

TEST(Shipment, DependenciesGoToTheProcessThatIsAbove) {
    EXPECT_EQ(other_object_at_g({}), 1u);
}

TEST(Shipment, PlantedFaultWithoutDependencies) {
    Mutations mutations;
    mutations.rotate_without_dependencies = true;

    EXPECT_EQ(other_object_at_g(mutations), 0u);
}

/// A request of b is on its way to x when b is handed over.
bool request_in_flight_is_served(Mutations mutations) {
    RotatingTree tree(mutations);
    const OperationId update = tree.update(kB, {"o"});
    EXPECT_EQ(tree.in_flight(kB, kX), 1u);
    tree.ask();
    for (const auto& [from, to] : {std::pair{kP, kG}, {kG, kP}, {kP, kX}}) tree.deliver(from, to);
    tree.settle();
    EXPECT_TRUE(tree.rotated());
    return tree.applied(kB, update);
}

TEST(Shipment, EdgeToTheAbandonedChildIsDrainedFirst) {
    EXPECT_TRUE(request_in_flight_is_served({}));
}

TEST(Shipment, PlantedFaultWithoutFlush) {
    Mutations mutations;
    mutations.rotate_without_flush = true;

    EXPECT_FALSE(request_in_flight_is_served(mutations));
}

// Section 4.5: versions are told first; whoever is up to date gets no body.
TEST(Shipment, NothingIsShippedThatIsKnown) {
    RotatingTree tree;
    tree.update(kServer, {"o"});
    tree.settle();
    tree.update(kA, {"o"});
    tree.settle();

    tree.rotate();

    EXPECT_EQ(tree.state(kP).counters.rotation_bodies, 0u);
}

// Overlay design, decision 2: x refuses when more would have to be shipped than p allows.
TEST(Shipment, RotationThatCostsTooMuchIsRefused) {
    Tree tree(Tree::Search{});
    tree.limit_rotations(10);
    for (const ProcessId id : {kP, kX, kC}) tree.join(id);
    tree.update(kC, {"o"});
    tree.settle();
    const OperationId read = tree.read(kServer, "o");
    tree.settle();
    ASSERT_EQ(tree.result(kServer, read).size(), 1u);

    tree.give(kP, RotateInvoked{kX});
    tree.settle();

    EXPECT_EQ(tree.state(kP).parent_id(), kServer);
    EXPECT_EQ(tree.state(kP).counters.rotations_refused, 1u);
    EXPECT_FALSE(tree.state(kServer).is_busy());
}

}  // namespace
}  // namespace tributary::netlayer::testing
