#pragma once
// What a request sequence looks like: entropies, repeats, and whether adjusting the tree to it
// pays. Values; any thread. Source: splaynet Def. 16, Theorem 1; overlay design, sections 1 and 4.

#include <cstdint>
#include <string>
#include <vector>

#include "netlayer/overlay/price.hpp"
#include "netlayer/overlay/trace.hpp"

namespace tributary::netlayer::overlay {

/// Empirical entropies in bits.
struct Entropies {
    double src = 0;
    double dst = 0;
    double src_given_dst = 0;
    double dst_given_src = 0;
    double pair = 0;
};
Entropies entropies(const Trace& trace);

/// The share of requests equal to the one before.
double repeat_share(const Trace& trace);

/// How often each node is an end of a request.
std::vector<std::uint64_t> node_counts(std::uint32_t nodes, const std::vector<Request>& requests);

/// One sentence, beginning with "yes" or "no": would a tree that learned from the first half of
/// the trace serve the second half at least 5 % better than the balanced one, and would splaying at
/// every request pay?
std::string adjusting_pays(const Trace& trace, Price price);

}  // namespace tributary::netlayer::overlay
