#include "netlayer/overlay/workload.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>

#include "netlayer/overlay/sampler.hpp"

namespace tributary::netlayer::overlay {

namespace {

constexpr std::array<WorkloadName, 9> kNames = {{
    {"uniform", "both ends at random"},
    {"pairs", "8n random pairs, Zipf(1.2)"},
    {"product", "both ends Zipf(1.0), independent of each other"},
    {"clusters", "communities of 16 nodes with contiguous keys"},
    {"scattered", "communities of 16 nodes with scattered keys"},
    {"all-to-one", "sources Zipf(1.0), one destination"},
    {"walk", "each request starts where the last one ended; next owner Zipf(1.0)"},
    {"partners", "each node hands to one of 3 fixed partners with probability 0.9"},
    {"phases", "ten phases, each with random pairs of its own"},
}};

constexpr std::uint32_t kCommunity = 16;
constexpr std::uint64_t kPhases = 10;

using Draw = std::function<Request()>;

std::vector<NodeId> permuted(std::uint32_t nodes, Random& random) {
    std::vector<NodeId> order(nodes);
    std::iota(order.begin(), order.end(), NodeId{0});
    shuffle(order, random);
    return order;
}

NodeId any_node(std::uint32_t nodes, Random& random) {
    return static_cast<NodeId>(random.below(nodes));
}

/// Draws again until the ends differ.
template <typename Source>
Request distinct(Source&& source) {
    Request request = source();
    while (request.from == request.to) request = source();
    return request;
}

Draw uniform(std::uint32_t nodes, Random& random) {
    return [nodes, &random] {
        return distinct([&] { return Request{any_node(nodes, random), any_node(nodes, random)}; });
    };
}

Draw zipf_pairs(std::uint32_t nodes, Random& random) {
    std::vector<Request> pairs(std::size_t{8} * nodes);
    const Draw any = uniform(nodes, random);
    for (Request& pair : pairs) pair = any();
    return [pairs, sampler = Sampler::zipf(pairs.size(), 1.2), &random] {
        return pairs[sampler.draw(random)];
    };
}

Draw product(std::uint32_t nodes, Random& random) {
    auto sources = permuted(nodes, random);
    auto targets = permuted(nodes, random);
    return [sources, targets, sampler = Sampler::zipf(nodes, 1.0), &random] {
        return distinct([&] {
            return Request{sources[sampler.draw(random)], targets[sampler.draw(random)]};
        });
    };
}

Draw clusters(std::uint32_t nodes, bool scattered, Random& random) {
    std::vector<NodeId> order(nodes);
    std::iota(order.begin(), order.end(), NodeId{0});
    if (scattered) shuffle(order, random);
    const std::uint32_t community = std::min(kCommunity, nodes);
    return [order, nodes, community, &random] {
        const std::uint32_t from = any_node(nodes, random);
        const std::uint32_t start = std::min(from - from % community, nodes - community);
        return distinct([&] {
            return Request{order[from], order[start + any_node(community, random)]};
        });
    };
}

Draw all_to_one(std::uint32_t nodes, Random& random) {
    auto sources = permuted(nodes, random);
    const NodeId target = any_node(nodes, random);
    return [sources, target, sampler = Sampler::zipf(nodes, 1.0), &random] {
        return distinct([&] { return Request{sources[sampler.draw(random)], target}; });
    };
}

Draw walk(std::uint32_t nodes, Random& random) {
    auto order = permuted(nodes, random);
    return [order, at = any_node(nodes, random), sampler = Sampler::zipf(nodes, 1.0),
            &random]() mutable {
        const Request request = distinct([&] { return Request{at, order[sampler.draw(random)]}; });
        at = request.to;
        return request;
    };
}

Draw few_partners(std::uint32_t nodes, Random& random) {
    constexpr std::size_t kPartners = 3;
    const Draw any = uniform(nodes, random);
    std::vector<std::array<NodeId, kPartners>> partners(nodes);
    for (NodeId node = 0; node < nodes; ++node) {
        for (NodeId& partner : partners[node]) {
            partner = distinct([&] { return Request{node, any_node(nodes, random)}; }).to;
        }
    }
    return [partners, nodes, any, &random] {
        if (!random.chance(0.9)) return any();
        const NodeId from = any_node(nodes, random);
        return Request{from, partners[from][random.below(kPartners)]};
    };
}

Draw phases(std::uint32_t nodes, std::uint64_t requests, Random& random) {
    const std::uint64_t length = std::max<std::uint64_t>(requests / kPhases, 1);
    return [nodes, length, drawn = std::uint64_t{0}, current = Draw{}, &random]() mutable {
        if (drawn++ % length == 0) current = zipf_pairs(nodes, random);
        return current();
    };
}

Result<Draw> find_draw(const WorkloadOptions& options, Random& random) {
    const std::uint32_t nodes = options.nodes;
    if (options.name == "uniform") return uniform(nodes, random);
    if (options.name == "pairs") return zipf_pairs(nodes, random);
    if (options.name == "product") return product(nodes, random);
    if (options.name == "clusters") return clusters(nodes, false, random);
    if (options.name == "scattered") return clusters(nodes, true, random);
    if (options.name == "all-to-one") return all_to_one(nodes, random);
    if (options.name == "walk") return walk(nodes, random);
    if (options.name == "partners") return few_partners(nodes, random);
    if (options.name == "phases") return phases(nodes, options.requests, random);
    std::string known;
    for (const WorkloadName& each : kNames)
        known += (known.empty() ? "" : ", ") + std::string(each.name);
    return fail(Errc::invalid_argument,
                "no workload is called " + options.name + ". Take one of: " + known);
}

}  // namespace

std::span<const WorkloadName> workload_names() {
    return kNames;
}

Result<Trace> make_workload(const WorkloadOptions& options) {
    if (options.nodes < 2 || options.nodes > kMaxNodes) {
        return fail(Errc::invalid_argument, "a workload needs 2 to " + std::to_string(kMaxNodes) +
                                                " nodes. Change --nodes");
    }
    if (options.requests == 0 || options.requests > kMaxRequests) {
        return fail(Errc::invalid_argument, "a workload has 1 to " + std::to_string(kMaxRequests) +
                                                " requests. Change --requests");
    }
    if (!(options.repeat >= 0 && options.repeat < 1)) {
        return fail(Errc::invalid_argument, "repeat is a probability below 1. Change --repeat");
    }
    Random random = Random(options.seed).split("workload");
    TRIBUTARY_TRY(const Draw draw, find_draw(options, random));
    Trace trace;
    trace.nodes = options.nodes;
    trace.requests.reserve(options.requests);
    for (std::uint64_t i = 0; i < options.requests; ++i) {
        const bool again = i > 0 && options.repeat > 0 && random.chance(options.repeat);
        trace.requests.push_back(again ? trace.requests.back() : draw());
    }
    return trace;
}

}  // namespace tributary::netlayer::overlay
