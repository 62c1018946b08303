#pragma once
// The 10 context numbers of flowctx/1: what the site saw around a flow.
//
// Window: the flows that ended less than 60 s before this one's end, in order of arrival, this one
// included. A port always means the pair (protocol, destination port). Failed: no reply, refused or
// half-open. Gaps: the last 8 flows of (source, destination, port), forgotten 1 h after the last.
//
// Invariants: O(1) amortised per flow; every count is exact as long as the window holds at most
// `window_flows` flows and `gap_keys` keys; beyond that the oldest are dropped early and counted.
// Memory: at most about 40 MB with the default bounds. One thread.
// Source: docs/features.md, schema flowctx/1.

#include <array>
#include <cstdint>
#include <deque>

#include "datasets/feature/start_history.hpp"
#include "datasets/feature/window_table.hpp"
#include "datasets/record.hpp"

namespace tributary::datasets {

/// How much the context may hold.
struct ContextBounds {
    std::size_t window_flows = 131'072;
    std::size_t gap_keys = 65'536;
};

/// What the bounds and the order of arrival have cost.
struct ContextCounters {
    std::uint64_t late = 0;            ///< flows that came out of end-time order
    std::uint64_t window_dropped = 0;  ///< flows dropped from a full window
    std::uint64_t gap_dropped = 0;     ///< histories dropped from a full table
};

/// Raw values before any transform.
struct ContextValues {
    std::uint32_t source_flows = 0;
    std::uint32_t source_peers = 0;
    std::uint32_t source_ports = 0;   ///< of the source on this destination
    std::uint32_t service_flows = 0;  ///< to this port of this destination
    double source_failed_share = 0;
    double source_service_share = 0;  ///< of the source's flows, those to this port
    double destination_half_open_share = 0;
    StartGaps gaps;
};

class FlowContext {
 public:
    explicit FlowContext(std::uint64_t hash_seed, ContextBounds bounds = {});

    /// Takes the flow in and returns its context. Flows in end-time order.
    ContextValues observe(const FlowRecord& flow);

    [[nodiscard]] const ContextCounters& counters() const { return counters_; }

 private:
    struct Seen {
        Micros end{0};
        std::uint64_t source = 0;
        std::uint64_t destination = 0;
        std::uint32_t port = 0;
        bool failed = false;
        bool half_open = false;
    };

    void forget_before(Micros now);
    void drop_oldest();
    ContextValues add(const Seen& flow);
    void remove(const Seen& flow);
    [[nodiscard]] std::uint64_t address_key(const Address& address) const;
    [[nodiscard]] std::uint64_t join(std::uint64_t kind, std::uint64_t a, std::uint64_t b) const;

    std::uint64_t seed_;
    ContextBounds bounds_;
    ContextCounters counters_;
    Micros now_{INT64_MIN};
    std::deque<Seen> window_;
    WindowTable table_;
    StartHistory starts_;
};

}  // namespace tributary::datasets
