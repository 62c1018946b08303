#pragma once
// Flows of one packet, a TCP SYN: what a scan consists of. They stand in a ring in the order of
// their times, in 64 bytes each, so that a scan runs through memory from one end to the other.
//
//     oldest ... released ... | ... open ... newest
//
// The open ones belong to the meter's table. The released ones have left it and only wait for their
// place among the records; a second packet still finds them, and then the flow goes on as if it
// had never been cut. Whoever goes on leaves a hole that is passed over later.
// Invariants: times ascend; at most `places` flows and holes. One thread.
// Source: docs/flows.md, "Under attack".

#include <cstdint>
#include <vector>

#include "base/assert.hpp"
#include "datasets/flow/flow_entry.hpp"
#include "datasets/flow/flow_key.hpp"
#include "datasets/flow/large_pages.hpp"
#include "datasets/record.hpp"

namespace tributary::datasets {

struct LoneFlow {
    FlowKey key;
    Micros time{0};
    std::uint32_t ip_bytes = 0;
    std::uint32_t frame_bytes = 0;
    std::uint32_t hash = 0;
    std::uint16_t vlan = 0;
    std::uint8_t flags = 0;
    bool from_high : 1 = false;  ///< the higher endpoint sent it
    bool is_hole : 1 = false;
    bool is_released : 1 = false;
    std::uint8_t reason : 5 = 0;  ///< why it was released, an EndReason
};
static_assert(sizeof(LoneFlow) == 64, "one line of the cache");

/// @return  the record of the flow; the sender is `src`, which is its direction
FlowRecord record_of(const LoneFlow& flow, EndReason reason);
/// The same flow, as an entry of the table that more packets can be added to.
FlowEntry entry_of(const LoneFlow& flow);

class LoneFlows {
 public:
    /// @param places  at least 1
    explicit LoneFlows(std::uint32_t places);

    /// True when a flow of this time may come behind all others.
    [[nodiscard]] bool accepts(Micros time) const {
        return held_ < places_ && (held_ == 0 || time >= last_time_);
    }
    /// Only when it is accepted.
    /// @return  its place
    std::uint32_t push(const LoneFlow& flow);
    [[nodiscard]] const LoneFlow& at(std::uint32_t place) const { return flows_[place]; }
    /// The flow goes on elsewhere.
    void remove(std::uint32_t place);

    [[nodiscard]] std::uint32_t open() const { return open_; }
    [[nodiscard]] std::uint32_t released() const { return released_; }
    /// Only while `open()` is not 0.
    [[nodiscard]] const LoneFlow& oldest_open() const { return flows_[first_open_]; }
    [[nodiscard]] std::uint32_t oldest_open_place() const { return first_open_; }
    void release_oldest(EndReason reason);
    /// The place of the oldest released flow; only while `released()` is not 0.
    [[nodiscard]] std::uint32_t oldest_released() const { return first_; }
    void pop_oldest_released();

    /// Calls `see` with the places of the flows that leave next, at most `most` of them.
    template <typename See>
    void look_ahead(std::uint32_t most, See see) const {
        std::uint32_t place = first_;
        for (std::uint32_t seen = 0; seen < most && seen < held_; ++seen) {
            if (!flows_[place].is_hole) see(place);
            place = after(place);
        }
    }
    /// Fetches the places that the next `count` flows come to, and push others out of.
    void prefetch(std::uint32_t count) const;

 private:
    [[nodiscard]] std::uint32_t after(std::uint32_t place) const {
        return place + 1 == places_ ? 0 : place + 1;
    }
    void pass_holes();

    std::uint32_t places_;
    /// Grows to `places_` once, so that memory is touched only as far as it is used.
    std::vector<LoneFlow, LargePages<LoneFlow>> flows_;
    std::uint32_t first_ = 0;       ///< the oldest; never a hole while any is held
    std::uint32_t first_open_ = 0;  ///< the same of the open ones
    std::uint32_t next_ = 0;        ///< where the next comes
    std::uint32_t held_ = 0;        ///< places from `first_` on that are used, holes included
    std::uint32_t held_open_ = 0;   ///< the same from `first_open_` on
    std::uint32_t open_ = 0;
    std::uint32_t released_ = 0;
    Micros last_time_{0};
};

inline std::uint32_t LoneFlows::push(const LoneFlow& flow) {
    TRIBUTARY_ASSERT(accepts(flow.time));
    const std::uint32_t place = next_;
    if (place == flows_.size()) {
        flows_.push_back(flow);
    } else {
        flows_[place] = flow;
    }
    next_ = after(place);
    last_time_ = flow.time;
    ++held_;
    ++held_open_;
    ++open_;
    return place;
}

inline void LoneFlows::remove(std::uint32_t place) {
    LoneFlow& flow = flows_[place];
    TRIBUTARY_ASSERT(!flow.is_hole);
    flow.is_hole = true;
    --(flow.is_released ? released_ : open_);
    pass_holes();
}

inline void LoneFlows::release_oldest(EndReason reason) {
    TRIBUTARY_ASSERT(open_ > 0);
    LoneFlow& flow = flows_[first_open_];
    flow.is_released = true;
    flow.reason = static_cast<std::uint8_t>(reason) & 0x1f;
    --open_;
    ++released_;
    first_open_ = after(first_open_);
    --held_open_;
    pass_holes();
}

inline void LoneFlows::pop_oldest_released() {
    TRIBUTARY_ASSERT(released_ > 0);
    --released_;
    first_ = after(first_);
    --held_;
    pass_holes();
}

inline void LoneFlows::pass_holes() {
    while (held_open_ > 0 && flows_[first_open_].is_hole) {
        first_open_ = after(first_open_);
        --held_open_;
    }
    // Never beyond the first open one: that is no hole.
    while (held_ > 0 && flows_[first_].is_hole) {
        first_ = after(first_);
        --held_;
    }
}

}  // namespace tributary::datasets
