#include "datasets/flow/lone_flows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>

#include "base/random.hpp"

namespace tributary::datasets {
namespace {

LoneFlow flow_at(std::int64_t time, std::uint32_t hash = 0) {
    LoneFlow flow;
    flow.time = Micros(time);
    flow.hash = hash;
    return flow;
}

TEST(LoneFlows, TakesFlowsInTheOrderOfTheirTimesOnly) {
    LoneFlows flows(3);
    flows.push(flow_at(5));

    EXPECT_FALSE(flows.accepts(Micros(4)));
    EXPECT_TRUE(flows.accepts(Micros(5)));
    EXPECT_TRUE(flows.accepts(Micros(6)));
}

TEST(LoneFlows, IsFullWithFlowsAndHolesUntilTheOldestLeaves) {
    LoneFlows flows(3);
    flows.push(flow_at(1));
    const std::uint32_t middle = flows.push(flow_at(2));
    flows.push(flow_at(3));
    flows.remove(middle);
    EXPECT_FALSE(flows.accepts(Micros(9)));

    flows.release_oldest(EndReason::evicted);
    EXPECT_FALSE(flows.accepts(Micros(9)));
    flows.pop_oldest_released();

    EXPECT_TRUE(flows.accepts(Micros(9)));
    EXPECT_EQ(flows.oldest_open().time, Micros(3));  // the hole went along
}

TEST(LoneFlows, RemembersWhyAFlowWasReleased) {
    LoneFlows flows(2);
    flows.push(flow_at(1));
    flows.release_oldest(EndReason::half_open);

    const LoneFlow& oldest = flows.at(flows.oldest_released());
    EXPECT_EQ(record_of(oldest, static_cast<EndReason>(oldest.reason)).end_reason,
              EndReason::half_open);
}

TEST(LoneFlows, BecomesARecordAndAnEntryOfTheSidesThatItHad) {
    LoneFlow flow = flow_at(7);
    flow.from_high = true;
    flow.flags = kFlagSyn;
    flow.ip_bytes = 60;
    flow.frame_bytes = 74;

    flow.key.high_port = 40'000;

    const FlowRecord record = record_of(flow, EndReason::idle);
    EXPECT_EQ(record.src_port, 40'000);  // the sender
    EXPECT_EQ(record.forward.packets, 1U);
    EXPECT_EQ(record.forward.ip_bytes, 60U);
    EXPECT_EQ(record.forward.frame_bytes, 74U);
    EXPECT_EQ(record.forward_start, Micros(7));
    EXPECT_EQ(record.backward.packets, 0U);
    const FlowRecord same = record_of(entry_of(flow), EndReason::idle);
    EXPECT_EQ(same.backward.packets, 1U);
    EXPECT_EQ(same.backward.flags, kFlagSyn);
    EXPECT_EQ(same.backward_start, Micros(7));
    EXPECT_EQ(same.end, Micros(7));
}

/// What LoneFlows should be, in the simplest way: two queues.
struct Model {
    std::deque<std::uint32_t> released;
    std::deque<std::uint32_t> open;

    bool erase(std::uint32_t hash) {
        for (auto* queue : {&released, &open}) {
            const auto found = std::find(queue->begin(), queue->end(), hash);
            if (found == queue->end()) continue;
            queue->erase(found);
            return true;
        }
        return false;
    }
};

TEST(LoneFlows, AgreesWithTwoQueuesWhateverIsDone) {
    Random random(3);
    LoneFlows flows(40);
    Model model;
    std::map<std::uint32_t, std::uint32_t> places;  // by hash
    for (std::uint32_t step = 1; step < 200'000; ++step) {
        const std::uint64_t what = random.below(8);
        if (what < 4 && flows.accepts(Micros(step))) {
            places[step] = flows.push(flow_at(step, step));
            model.open.push_back(step);
        } else if (what < 5 && !model.open.empty()) {
            flows.release_oldest(EndReason::evicted);
            model.released.push_back(model.open.front());
            model.open.pop_front();
        } else if (what < 6 && !model.released.empty()) {
            ASSERT_EQ(flows.at(flows.oldest_released()).hash, model.released.front());
            flows.pop_oldest_released();
            places.erase(model.released.front());
            model.released.pop_front();
        } else if (what == 7 && !places.empty()) {
            auto chosen = places.begin();
            std::advance(chosen, static_cast<std::ptrdiff_t>(random.below(places.size())));
            flows.remove(chosen->second);
            ASSERT_TRUE(model.erase(chosen->first));
            places.erase(chosen);
        }
        ASSERT_EQ(flows.open(), model.open.size());
        ASSERT_EQ(flows.released(), model.released.size());
        if (model.open.empty()) continue;
        ASSERT_EQ(flows.oldest_open().hash, model.open.front());
    }
}

}  // namespace
}  // namespace tributary::datasets
