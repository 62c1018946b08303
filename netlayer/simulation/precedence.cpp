// The order check of verdict.hpp: a graph with one node per operation, one per version of an object
// and one per moment of completion, so that the edges stay linear in the number of operations.
#include <algorithm>
#include <map>

#include "netlayer/simulation/verdict.hpp"

namespace tributary::netlayer::simulation {
namespace {

class Graph {
 public:
    std::size_t add_node() {
        edges_.emplace_back();
        incoming_.push_back(0);
        return edges_.size() - 1;
    }
    void add_edge(std::size_t from, std::size_t to) {
        edges_[from].push_back(to);
        ++incoming_[to];
    }
    /// The nodes that are on or behind a cycle; empty when there is none.
    std::vector<std::size_t> unordered() {
        std::vector<std::size_t> ready;
        for (std::size_t i = 0; i < edges_.size(); ++i) {
            if (incoming_[i] == 0) ready.push_back(i);
        }
        while (!ready.empty()) {
            const std::size_t node = ready.back();
            ready.pop_back();
            for (const std::size_t next : edges_[node]) {
                if (--incoming_[next] == 0) ready.push_back(next);
            }
        }
        std::vector<std::size_t> left;
        for (std::size_t i = 0; i < edges_.size(); ++i) {
            if (incoming_[i] != 0) left.push_back(i);
        }
        return left;
    }

 private:
    std::vector<std::vector<std::size_t>> edges_;
    std::vector<std::size_t> incoming_;
};

/// Between writer(v), the readers of v and writer(v+1): a node "version v is read" keeps it linear.
void add_versions(Graph& graph, const std::vector<Placed>& operations) {
    using Key = std::pair<ObjectId, Version>;
    std::map<Key, std::size_t> made;  // node of: version v exists
    std::map<Key, std::size_t> over;  // node of: version v+1 is about to replace v
    const auto node = [&](std::map<Key, std::size_t>& nodes, const Key& key) {
        const auto [place, inserted] = nodes.try_emplace(key, 0);
        if (inserted) place->second = graph.add_node();
        return place->second;
    };
    for (std::size_t i = 0; i < operations.size(); ++i) {
        for (const auto& access : operations[i].accesses) {
            const Key seen{access.object, access.seen};
            graph.add_edge(node(made, seen), i);
            if (access.wrote) {
                graph.add_edge(node(over, seen), i);
                graph.add_edge(i, node(made, {access.object, access.seen + 1}));
            } else {
                graph.add_edge(i, node(over, seen));
            }
        }
    }
    // Readers of v come before every writer of a later version, even when v+1 has no reader here.
    for (const auto& [key, replaced] : over) {
        const auto next = made.find({key.first, key.second + 1});
        if (next != made.end()) graph.add_edge(replaced, next->second);
    }
}

void add_real_time(Graph& graph, const std::vector<Placed>& operations) {
    std::vector<std::pair<Micros, std::size_t>> ends;
    for (std::size_t i = 0; i < operations.size(); ++i) {
        if (operations[i].real_time && operations[i].completed != Micros::max()) {
            ends.emplace_back(operations[i].completed, i);
        }
    }
    std::sort(ends.begin(), ends.end());
    std::vector<std::size_t> moments;
    for (std::size_t k = 0; k < ends.size(); ++k) {
        moments.push_back(graph.add_node());
        graph.add_edge(ends[k].second, moments[k]);
        if (k > 0) graph.add_edge(moments[k - 1], moments[k]);
    }
    for (std::size_t i = 0; i < operations.size(); ++i) {
        if (!operations[i].real_time) continue;
        const auto after = std::lower_bound(ends.begin(), ends.end(),
                                            std::make_pair(operations[i].invoked, std::size_t{0}));
        const auto before = static_cast<std::size_t>(after - ends.begin());
        if (before > 0) graph.add_edge(moments[before - 1], i);
    }
}

}  // namespace

std::string find_cycle(const std::vector<Placed>& operations) {
    Graph graph;
    for (std::size_t i = 0; i < operations.size(); ++i) graph.add_node();
    add_versions(graph, operations);
    add_real_time(graph, operations);
    std::string found;
    std::size_t named = 0;
    for (const std::size_t node : graph.unordered()) {
        if (node >= operations.size()) continue;
        if (named++ < 6) found += " " + std::to_string(operations[node].id);
    }
    if (named == 0) return {};
    return "no sequential order fits what was seen and when; among or behind the cycle: "
           "operations" +
           found;
}

}  // namespace tributary::netlayer::simulation
