#include "app/bench/overlay/overlay_bench.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "app/bench/overlay/hand_over_fleet.hpp"
#include "netlayer/overlay/workload.hpp"

namespace tributary::app {

namespace {

using netlayer::RotationPolicy;
using Order = std::vector<std::uint32_t>;

constexpr const char* kWalk = "walk";
constexpr const char* kPartners = "partners";
constexpr const char* kThroughput = "throughput";
constexpr const char* kForced = "static, rotated at random";
constexpr std::size_t kPartnersOfOne = 3;
constexpr double kToAPartner = 0.9;
constexpr std::size_t kObjects = 8;  ///< under way at a time, for the throughput
constexpr std::uint64_t kHandOversPerWish = 100;

/// Each hand-over begins where the last one ended, and goes to a node by Zipf's law.
Result<Order> walk(std::size_t members, std::uint64_t hand_overs, std::uint64_t seed) {
    TRIBUTARY_TRY(const auto trace,
                  netlayer::overlay::make_workload(
                      {kWalk, static_cast<std::uint32_t>(members), hand_overs, seed, 0}));
    Order order;
    for (const netlayer::overlay::Request& each : trace.requests) order.push_back(each.to);
    return order;
}

/// Each hand-over begins where the last one ended, and mostly goes to one of three fixed partners.
Order few_partners(std::size_t members, std::uint64_t hand_overs, std::uint64_t seed) {
    Random random = Random(seed).split(kPartners);
    const auto other_than = [&](std::uint32_t one) {
        const auto other = static_cast<std::uint32_t>(random.below(members - 1));
        return other >= one ? other + 1 : other;
    };
    std::vector<std::array<std::uint32_t, kPartnersOfOne>> partners(members);
    for (std::uint32_t member = 0; member < members; ++member) {
        for (std::uint32_t& partner : partners[member]) partner = other_than(member);
    }
    Order order;
    std::uint32_t here = 0;
    while (order.size() < hand_overs) {
        here = random.chance(kToAPartner) ? partners[here].at(random.below(kPartnersOfOne))
                                          : other_than(here);
        order.push_back(here);
    }
    return order;
}

/// Anybody, by equal chance: nothing that a rotation could gain.
std::vector<Order> uniform(std::size_t members, std::uint64_t hand_overs) {
    Random random(1);
    std::vector<Order> orders(kObjects);
    for (std::uint64_t i = 0; i < hand_overs; ++i) {
        orders[i % kObjects].push_back(static_cast<std::uint32_t>(random.below(members)));
    }
    return orders;
}

struct RowPlan {
    std::string workload;
    RotationPolicy policy = RotationPolicy::none;
    std::uint64_t permutation = 1;
    std::vector<Order> orders;
    std::uint64_t hand_overs_per_wish = 0;
};

double mean_ms(const std::vector<std::uint32_t>& latencies) {
    const double sum = std::accumulate(latencies.begin(), latencies.end(), 0.0);
    return latencies.empty() ? 0 : sum / 1000 / static_cast<double>(latencies.size());
}

Result<OverlayRow> measure_row(const OverlayBenchOptions& options, const RowPlan& plan) {
    OverlayRow row{plan.workload,
                   plan.hand_overs_per_wish != 0 ? kForced : policy_name(plan.policy),
                   plan.permutation};
    options.progress(row.workload + ", " + row.policy + ", order of keys " +
                     std::to_string(plan.permutation));
    TRIBUTARY_TRY(const auto fleet,
                  HandOverFleet::start({options.members, plan.policy, plan.permutation}));
    TRIBUTARY_TRY(CourseResult course,
                  fleet->run(plan.orders, {options.ignored, plan.hand_overs_per_wish}));
    TRIBUTARY_CHECK(fleet->verify());
    TRIBUTARY_TRY(const FleetCounts counts, fleet->counts());
    row.mean_ms = mean_ms(course.latencies_us);
    const auto counted = static_cast<double>(course.latencies_us.size());
    row.per_second = counted * 1e6 / static_cast<double>(course.duration.count());
    std::sort(course.latencies_us.begin(), course.latencies_us.end());
    row.p50_ms = percentile_ms(course.latencies_us, 0.50);
    row.p99_ms = percentile_ms(course.latencies_us, 0.99);
    row.rotations = counts.rotations;
    row.edges = counts.hand_overs == 0
                    ? 0
                    : static_cast<double>(counts.edges) / static_cast<double>(counts.hand_overs);
    return row;
}

/// Latencies under the default beside those of the tree that stays, mean over the orders of keys.
Result<double> compare_latency(const OverlayBenchOptions& options, const std::string& workload,
                               OverlayBenchResult& result) {
    double sum = 0;
    for (std::uint64_t permutation = 1; permutation <= options.permutations; ++permutation) {
        RowPlan plan{workload, RotationPolicy::none, permutation, {}};
        if (workload == kWalk) {
            TRIBUTARY_TRY(Order order, walk(options.members, options.hand_overs, permutation));
            plan.orders.push_back(std::move(order));
        } else {
            plan.orders.push_back(few_partners(options.members, options.hand_overs, permutation));
        }
        TRIBUTARY_TRY(const OverlayRow still, measure_row(options, plan));
        plan.policy = RotationPolicy::regret;
        TRIBUTARY_TRY(const OverlayRow adapts, measure_row(options, plan));
        sum += adapts.mean_ms / still.mean_ms;
        result.rows.push_back(still);
        result.rows.push_back(adapts);
    }
    return sum / static_cast<double>(options.permutations);
}

Result<double> compare_throughput(const OverlayBenchOptions& options, OverlayBenchResult& result) {
    RowPlan plan{kThroughput, RotationPolicy::none, 1,
                 uniform(options.members, options.hand_overs)};
    TRIBUTARY_TRY(const OverlayRow still, measure_row(options, plan));
    plan.hand_overs_per_wish = kHandOversPerWish;
    TRIBUTARY_TRY(const OverlayRow rotated, measure_row(options, plan));
    result.rows.push_back(still);
    result.rows.push_back(rotated);
    return rotated.per_second / still.per_second;
}

}  // namespace

std::vector<std::string> overlay_bench_workloads() {
    return {kWalk, kPartners, kThroughput};
}

Result<OverlayBenchResult> run_overlay_bench(const OverlayBenchOptions& options) {
    const auto wanted = [&options](const char* workload) {
        return options.only.empty() ||
               std::find(options.only.begin(), options.only.end(), workload) != options.only.end();
    };
    OverlayBenchResult result;
    if (wanted(kWalk)) {
        TRIBUTARY_TRY(const double ratio, compare_latency(options, kWalk, result));
        result.figures.push_back({"walk: latency under the default / static", ratio, 0.8, true});
    }
    if (wanted(kPartners)) {
        TRIBUTARY_TRY(const double ratio, compare_latency(options, kPartners, result));
        result.figures.push_back(
            {"few partners: latency under the default / static", ratio, 0.97, true});
    }
    if (wanted(kThroughput)) {
        TRIBUTARY_TRY(const double ratio, compare_throughput(options, result));
        result.figures.push_back(
            {"throughput with a rotation in 100 hand-overs / without", ratio, 0.85, false});
    }
    return result;
}

}  // namespace tributary::app
