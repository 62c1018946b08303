#pragma once
// One open flow in the meter's table, and what it becomes when it ends.
// Values; no thread rule. Source: docs/flows.md, "The flow".

#include <array>
#include <cstdint>

#include "datasets/flow/flow_key.hpp"
#include "datasets/flow/key_index.hpp"
#include "datasets/record.hpp"

namespace tributary::datasets {

struct FlowEntry {
    struct Side {
        std::uint64_t packets = 0;
        std::uint64_t ip_bytes = 0;
        std::uint64_t frame_bytes = 0;
        Micros first{0};
    };

    FlowKey key;
    std::array<Side, 2> sides;
    Micros first{0};
    Micros last{0};
    std::uint32_t hash = 0;
    std::uint32_t next = KeyIndex::kNone;  ///< in its list, or of the free entries
    std::uint32_t previous = KeyIndex::kNone;
    std::uint16_t list = 0;
    std::uint16_t vlan = 0;
    std::array<std::uint8_t, 2> flags{};
    std::array<std::uint8_t, 2> icmp_types{};
    std::array<std::uint8_t, 2> icmp_codes{};
    bool continued = false;
    std::uint8_t wrong_fragments = 0;
};
static_assert(sizeof(FlowEntry) <= 192);

/// True for TCP flags that ask for a connection and nothing else.
inline bool only_asks_to_connect(std::uint8_t flags) {
    return (flags & (kFlagSyn | kFlagAck | kFlagRst | kFlagFin)) == kFlagSyn;
}

/// True for lone SYNs without an answer.
inline bool is_half_open(const FlowEntry& entry) {
    if (entry.key.protocol != kProtocolTcp) return false;
    if (entry.sides[0].packets != 0 && entry.sides[1].packets != 0) return false;
    return only_asks_to_connect(entry.flags[0] | entry.flags[1]);
}

/// The record of a flow that ended; the lower endpoint is `src`.
FlowRecord record_of(const FlowEntry& entry, EndReason reason);

}  // namespace tributary::datasets
