// What a rotation ships, and what is lost without it: protocol rules, sections 4.1 and 4.3. Each
// planted fault takes one rule out; random runs notice some of them rarely (section 3).
#include <gtest/gtest.h>

#include "tests/netlayer/splay/rotating_tree.hpp"

namespace tributary::netlayer::testing {
namespace {

constexpr Micros kLong{20'000'000};
using Ids = std::vector<OperationId>;

/// One below an inner edge updates, one across it reads, and the edge by which they stood apart is
/// cut after a rotation.
struct Loss {
    ProcessId updates;  ///< the object is here,
    ProcessId reads;    ///< and was read here;
    ProcessId learns;   ///< this one did not know it, and must when it comes above
    ProcessId above;    ///< of the edge that is cut
    ProcessId below;
    ProcessId goes_on;  ///< its requests take another way than by the one that is lost
};

/// @return  whether the update is still found after the loss
bool update_survives(const Loss& loss, Mutations mutations) {
    RotatingTree tree(mutations);
    const OperationId update = tree.update(loss.updates, {"o"});
    tree.settle();
    const OperationId read = tree.read(loss.reads, "o");
    tree.settle();
    EXPECT_EQ(tree.result(loss.reads, read), Ids{update});
    EXPECT_EQ(tree.version(loss.learns, "o"), 0u);

    tree.rotate();
    EXPECT_TRUE(tree.rotated());
    tree.cut(loss.above, loss.below);
    tree.pass(kLong);
    const OperationId next = tree.update(loss.goes_on, {"o"});
    tree.settle();
    return tree.values(loss.goes_on, "o") == Ids{update, next};
}

/// The object is below c, and g has read it there: x must know it when it comes above p.
bool update_below_c_survives_the_loss_of_p(Mutations mutations) {
    return update_survives({kC, kG, kX, kX, kP, kA}, mutations);
}

/// The object is below b, and a has read it there: p must know it when it comes above b.
bool update_below_b_survives_the_loss_of_b(Mutations mutations) {
    return update_survives({kB, kA, kP, kP, kB, kC}, mutations);
}

TEST(Shipment, RisingChildGetsWhatItsNewChildKnew) {
    EXPECT_TRUE(update_below_c_survives_the_loss_of_p({}));
}

TEST(Shipment, PlantedFaultWithoutBodiesForTheRisingChild) {
    Mutations mutations;
    mutations.rotate_without_rising_bodies = true;

    EXPECT_FALSE(update_below_c_survives_the_loss_of_p(mutations));
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
