// The links of a simulation: order, cuts, lateness.
#include "netlayer/simulation/network.hpp"

#include <gtest/gtest.h>

namespace tributary::netlayer::simulation {
namespace {

const ChannelId kChannel{1, 2, 7};

TEST(Network, DeliversInTheOrderSent) {
    Network network(Random(5));
    Micros last{0};

    for (int i = 0; i < 200; ++i) {
        const auto delivery = network.send(kChannel, Retrieve{"o"}, Micros{i});
        EXPECT_GT(delivery.at, last);
        last = delivery.at;
    }
}

TEST(Network, CutLosesASuffixAndEverythingSentLater) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        Network network((Random(seed)));
        for (int i = 0; i < 10; ++i) network.send(kChannel, Retrieve{"o"}, Micros{0});
        network.cut(kChannel, Micros{0});

        bool lost = false;
        for (std::uint64_t number = 1; number <= 10; ++number) {
            const auto arrival = network.arrive(kChannel, number, Retrieve{"o"}, Micros{100'000});
            EXPECT_FALSE(lost && !arrival.lost) << "a message behind a lost one came through";
            lost = arrival.lost;
        }
        EXPECT_TRUE(network.send(kChannel, Retrieve{"o"}, Micros{200'000}).lost);
    }
}

TEST(Network, LateCutDeliversEverythingOnceLater) {
    Network network(Random(3));
    network.send(kChannel, Retrieve{"o"}, Micros{0});
    network.cut(kChannel, Micros{500});

    const auto first = network.arrive(kChannel, 1, Retrieve{"o"}, Micros{1'000});
    const auto second = network.arrive(kChannel, 1, Retrieve{"o"}, first.again);

    EXPECT_EQ(first.again, Micros{1'500});
    EXPECT_FALSE(second.lost);
    EXPECT_EQ(second.again, Micros{0});
}

TEST(Network, KnowsWhichObjectsAreMoving) {
    Network network(Random(3));
    const Migrate migrate{Object{"o", 4, nullptr}, {}, {}};
    network.send(kChannel, migrate, Micros{0});
    const bool moving = network.find(kChannel)->moving.contains("o");

    network.arrive(kChannel, 1, migrate, Micros{9'000});

    EXPECT_TRUE(moving);
    EXPECT_FALSE(network.find(kChannel)->moving.contains("o"));
}

}  // namespace
}  // namespace tributary::netlayer::simulation
