#include "netlayer/overlay/trace.hpp"

#include <gtest/gtest.h>

#include "netlayer/overlay/demand.hpp"
#include "netlayer/overlay/workload.hpp"
#include "tests/support/paths.hpp"

namespace tributary::netlayer::overlay {
namespace {

std::string refusal(std::string_view text, const TraceOptions& options = {}) {
    const auto trace = parse_trace(text, options);
    return trace ? "accepted" : trace.error().message;
}

TEST(OverlayTrace, ReadsTheThreeFormats) {
    const auto csv = parse_trace("src,dst,packet_size\n3,1,20\n1,3,5\r\n", {});
    const auto pairs = parse_trace("5 2\n0 4\n4 0\n", {});
    const auto matrix = parse_trace("0 1 0.75\n2 0 0.25\n", {0, 400, 1});

    ASSERT_TRUE(csv && pairs && matrix);
    EXPECT_EQ(csv->nodes, 4U);
    EXPECT_EQ(csv->requests, (std::vector<Request>{{3, 1}, {1, 3}}));
    EXPECT_EQ(pairs->nodes, 5U);
    EXPECT_EQ(pairs->requests, (std::vector<Request>{{0, 4}, {4, 0}}));
    EXPECT_EQ(matrix->requests.size(), 400U);
    const auto first = std::count(matrix->requests.begin(), matrix->requests.end(), Request{0, 1});
    EXPECT_NEAR(static_cast<double>(first), 300, 50);
}

TEST(OverlayTrace, RefusesABadLineByNumberAndReason) {
    const std::string csv = "src,dst,packet_size\n1,2,3\n";

    EXPECT_EQ(refusal(csv + "4,1,3\n", {4, 0, 1}),
              "line 3: source '4' is out of range; there are 4 nodes, 0 to 3");
    EXPECT_EQ(refusal(csv + "1,-2,3\n"),
              "line 3: destination '-2' is negative; nodes count from 0");
    EXPECT_EQ(refusal(csv + "1,2\n"), "line 3: 2 fields instead of src,dst,packet_size");
    EXPECT_EQ(refusal(csv + "1,2,3,4\n"), "line 3: 4 fields instead of src,dst,packet_size");
    EXPECT_EQ(refusal(csv + ",2,3\n"), "line 3: the source is missing");
    EXPECT_EQ(refusal(csv + "x,2,3\n"), "line 3: source 'x' is not a node number");
    EXPECT_EQ(refusal(csv + "1,2,-3\n"), "line 3: the packet size is not a number from 0 on");
    EXPECT_EQ(refusal("3 2\n0 1\n"),
              "line 2: the file ends after 1 requests; its first line says 2");
    EXPECT_EQ(refusal("3 1\n0 3\n"),
              "line 2: destination '3' is out of range; there are 3 nodes, 0 to 2");
    EXPECT_EQ(refusal("3 1\n0\n"), "line 2: not two fields 'src dst'");
    EXPECT_EQ(refusal("0 1 0.5\n1 0 nan\n"), "line 2: the probability is not a number from 0 on");
    EXPECT_EQ(refusal("0 1 0\n"), "line 1: no pair has a probability above 0");
    EXPECT_EQ(refusal(""), "line 1: the trace is empty");
    EXPECT_EQ(refusal("3 0\n"), "the trace has no request");
    EXPECT_NE(refusal("hello\n").find("line 1: the first line must be"), std::string::npos);
}

TEST(OverlayTrace, PublishedTracesReadAsDescribed) {
    const auto folder = tributary::testing::data_folder() / "overlay";
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no data folder with overlay traces";

    const auto facebook = read_trace(folder / "Facebook.csv.zst", {});
    const auto flow = read_trace(folder / "projector_flow_128.txt.zst", {});

    ASSERT_TRUE(facebook && flow);
    EXPECT_EQ(facebook->requests.size(), 5'575U);
    EXPECT_EQ(facebook->nodes, 100U);
    EXPECT_NEAR(entropies(*facebook).pair, 11.72, 0.01);
    EXPECT_NEAR(repeat_share(*facebook), 0.010, 0.001);
    EXPECT_EQ(flow->requests.size(), 100'000U);
    EXPECT_NEAR(entropies(*flow).pair, 5.14, 0.01);
    EXPECT_NEAR(repeat_share(*flow), 0.110, 0.001);
}

TEST(OverlayWorkload, EveryNameGivesItsRequestsAndTheSeedReplaysThem) {
    for (const WorkloadName& each : workload_names()) {
        const WorkloadOptions options{std::string(each.name), 48, 500, 9, 0.1};

        const auto once = make_workload(options);
        const auto again = make_workload(options);

        ASSERT_TRUE(once && again) << each.name;
        EXPECT_EQ(once->requests.size(), 500U);
        EXPECT_EQ(once->requests, again->requests) << each.name;
        for (const Request& request : once->requests) {
            ASSERT_LT(request.from, 48U);
            ASSERT_LT(request.to, 48U);
            ASSERT_NE(request.from, request.to);
        }
    }
}

TEST(OverlayWorkload, WalkStartsWhereTheLastRequestEnded) {
    const auto walk = make_workload({"walk", 30, 200, 1, 0});

    ASSERT_TRUE(walk.has_value());
    for (std::size_t i = 1; i < walk->requests.size(); ++i) {
        ASSERT_EQ(walk->requests[i].from, walk->requests[i - 1].to);
    }
}

TEST(OverlayWorkload, UnknownNameAndImpossibleNumbersAreRefused) {
    EXPECT_EQ(make_workload({"zipf", 10, 10, 1, 0}).error().code, Errc::invalid_argument);
    EXPECT_FALSE(make_workload({"uniform", 1, 10, 1, 0}).has_value());
    EXPECT_FALSE(make_workload({"uniform", 10, 0, 1, 0}).has_value());
    EXPECT_FALSE(make_workload({"uniform", 10, 10, 1, 1.0}).has_value());
}

TEST(OverlayDemand, EntropiesOfAKnownDistribution) {
    // splaynet Def. 16. Source 0 half of the time, 1 and 2 a quarter each; the destination follows.
    Trace trace;
    trace.nodes = 6;
    trace.requests = {{0, 3}, {0, 3}, {1, 4}, {2, 5}};

    const Entropies bits = entropies(trace);

    EXPECT_DOUBLE_EQ(bits.src, 1.5);
    EXPECT_DOUBLE_EQ(bits.dst, 1.5);
    EXPECT_DOUBLE_EQ(bits.dst_given_src, 0);
    EXPECT_DOUBLE_EQ(repeat_share(trace), 1.0 / 3);
}

TEST(OverlayDemand, AdjustingPaysForSkewAndNotForUniformRequests) {
    const auto skewed = make_workload({"pairs", 128, 8'000, 1, 0});
    const auto uniform = make_workload({"uniform", 128, 8'000, 1, 0});

    EXPECT_EQ(adjusting_pays(*skewed, {}).substr(0, 4), "yes:");
    EXPECT_EQ(adjusting_pays(*uniform, {}).substr(0, 3), "no:");
}

}  // namespace
}  // namespace tributary::netlayer::overlay
