#include "netlayer/overlay/demand.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "netlayer/overlay/optimum.hpp"
#include "netlayer/overlay/shapes.hpp"

namespace tributary::netlayer::overlay {

namespace {

/// Larger trees are judged by a weight-balanced one: the exact program would take seconds.
constexpr std::uint32_t kExactNodes = 1'024;
constexpr double kWorthwhile = 0.05;

/// Entropy of a sorted sequence of symbols.
template <typename Symbol>
double entropy_of(std::vector<Symbol> symbols) {
    std::sort(symbols.begin(), symbols.end());
    const auto total = static_cast<double>(symbols.size());
    double bits = 0;
    for (std::size_t i = 0; i < symbols.size();) {
        std::size_t end = i;
        while (end < symbols.size() && symbols[end] == symbols[i]) ++end;
        const double share = static_cast<double>(end - i) / total;
        bits -= share * std::log2(share);
        i = end;
    }
    return bits;
}

Tree learned_tree(std::uint32_t nodes, const std::vector<Request>& requests) {
    if (nodes <= kExactNodes) {
        if (auto best = optimal_tree(nodes, requests)) return std::move(best->tree);
    }
    return weight_balanced_tree(node_counts(nodes, requests));
}

std::string sentence(double learned, double balanced, double repeats, double needed) {
    const double saved = balanced > 0 ? 1 - learned / balanced : 0;
    const bool pays = saved >= kWorthwhile;
    char text[320];
    std::snprintf(
        text, sizeof text,
        "%s: a tree learned from the first half of the requests serves the second half in "
        "%.2f hops, the balanced one in %.2f (%.0f %% saved); splaying at every request "
        "needs %.0f %% repeats and there are %.0f %%",
        pays ? "yes" : "no", learned, balanced, 100 * saved, 100 * needed, 100 * repeats);
    return text;
}

}  // namespace

Entropies entropies(const Trace& trace) {
    std::vector<NodeId> sources;
    std::vector<NodeId> targets;
    std::vector<std::uint64_t> pairs;
    for (const Request& request : trace.requests) {
        sources.push_back(request.from);
        targets.push_back(request.to);
        pairs.push_back(std::uint64_t{request.from} << 32 | request.to);
    }
    Entropies result;
    result.src = entropy_of(std::move(sources));
    result.dst = entropy_of(std::move(targets));
    result.pair = entropy_of(std::move(pairs));
    result.src_given_dst = std::max(0.0, result.pair - result.dst);
    result.dst_given_src = std::max(0.0, result.pair - result.src);
    return result;
}

double repeat_share(const Trace& trace) {
    std::uint64_t repeats = 0;
    for (std::size_t i = 1; i < trace.requests.size(); ++i) {
        repeats += trace.requests[i] == trace.requests[i - 1] ? 1 : 0;
    }
    const std::size_t followers = trace.requests.empty() ? 0 : trace.requests.size() - 1;
    return followers == 0 ? 0 : static_cast<double>(repeats) / static_cast<double>(followers);
}

std::vector<std::uint64_t> node_counts(std::uint32_t nodes, const std::vector<Request>& requests) {
    std::vector<std::uint64_t> counts(nodes, 0);
    for (const Request& request : requests) {
        ++counts[request.from];
        ++counts[request.to];
    }
    return counts;
}

std::string adjusting_pays(const Trace& trace, Price price) {
    const auto half = static_cast<std::ptrdiff_t>(trace.requests.size() / 2);
    if (half == 0) return "no: one request shows nothing that could repeat";
    const std::vector<Request> seen(trace.requests.begin(), trace.requests.begin() + half);
    const std::vector<Request> rest(trace.requests.begin() + half, trace.requests.end());
    const auto mean = [&rest](const Tree& tree) {
        return static_cast<double>(total_hops(tree, rest)) / static_cast<double>(rest.size());
    };
    const double alpha = static_cast<double>(price.alpha) / static_cast<double>(kHop);
    return sentence(mean(learned_tree(trace.nodes, seen)), mean(balanced_tree(trace.nodes)),
                    repeat_share(trace), alpha / (1 + alpha));
}

}  // namespace tributary::netlayer::overlay
