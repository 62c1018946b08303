#include "datasets/flow/end_queue.hpp"

#include <gtest/gtest.h>

#include <map>

#include "base/random.hpp"

namespace tributary::datasets {
namespace {

std::vector<std::uint32_t> emptied(EndQueue& queue) {
    std::vector<std::uint32_t> slots;
    while (!queue.empty()) {
        slots.push_back(queue.front().slot);
        queue.pop();
    }
    return slots;
}

TEST(EndQueue, GivesRecordsInTheOrderOfTheirEndsThenOfArrival) {
    EndQueue queue;

    for (const int end : {5, 7, 5, 3, 7, 9, 3}) {
        queue.push(Micros(end), static_cast<std::uint32_t>(queue.size()));
    }

    EXPECT_EQ(emptied(queue), (std::vector<std::uint32_t>{3, 6, 0, 2, 1, 4, 5}));
}

TEST(EndQueue, TakesAPlaceAgainThatHasMoved) {
    EndQueue queue;
    queue.push(Micros(1), 10);
    queue.push(Micros(2), 11);

    EndQueue::Place first = queue.front();
    queue.pop();
    first.end = Micros(2);
    queue.insert(first);

    EXPECT_EQ(emptied(queue), (std::vector<std::uint32_t>{10, 11}));  // it arrived before
}

TEST(EndQueue, AgreesWithASortedMapWhateverHappens) {
    EndQueue queue;
    std::multimap<Micros, std::uint32_t> expected;  // keeps equal keys in the order of arrival
    Random random(3);

    for (std::uint32_t i = 0; i < 20'000; ++i) {
        const Micros end(static_cast<std::int64_t>(i / 4 + random.below(200)));
        queue.push(end, i);
        expected.emplace(end, i);
        while (expected.size() > 500 || (!expected.empty() && random.chance(0.3))) {
            ASSERT_EQ(queue.front().slot, expected.begin()->second);
            queue.pop();
            expected.erase(expected.begin());
        }
        ASSERT_EQ(queue.size(), expected.size());
    }
}

}  // namespace
}  // namespace tributary::datasets
