#include "netlayer/simulation/pace.hpp"

#include <algorithm>
#include <set>

namespace tributary::netlayer::simulation {
namespace {

double percentile_ms(const std::vector<Micros>& sorted, double share) {
    if (sorted.empty()) return 0;
    const auto last = static_cast<double>(sorted.size() - 1);
    return static_cast<double>(sorted[static_cast<std::size_t>(last * share)].count()) / 1e3;
}

Pace pace_of(const History& history, const std::set<Kind>& kinds, Micros begin, Micros end) {
    std::vector<Micros> latencies;
    for (const Operation& operation : history.operations()) {
        const bool counts = kinds.contains(operation.kind) &&
                            operation.outcome == Outcome::completed && operation.completed <= end;
        if (counts) latencies.push_back(operation.completed - operation.invoked);
    }
    std::sort(latencies.begin(), latencies.end());
    const double seconds = static_cast<double>((end - begin).count()) / 1e6;
    return {seconds > 0 ? static_cast<double>(latencies.size()) / seconds : 0,
            percentile_ms(latencies, 0.5), percentile_ms(latencies, 0.99)};
}

}  // namespace

void measure_pace(const History& history, SimulationReport& report) {
    if (history.operations().empty()) return;
    const Micros begin = history.operations().front().invoked;
    Micros end = begin;
    for (const Operation& operation : history.operations()) {
        if (operation.kind == Kind::update) end = std::max(end, operation.invoked);
    }
    report.virtual_seconds = static_cast<double>((end - begin).count()) / 1e6;
    report.updates = pace_of(history, {Kind::update}, begin, end);
    report.strict_reads = pace_of(history, {Kind::strict_read, Kind::multi_read}, begin, end);
}

}  // namespace tributary::netlayer::simulation
