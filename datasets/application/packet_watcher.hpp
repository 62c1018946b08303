#pragma once
// Somebody who looks at the first packets of a flow to tell which application sends them. The meter
// asks only while there is no verdict, and never about lone SYNs.
// One thread.
// Source: docs/features.md, "Labels".

#include <cstdint>

#include "datasets/packet/decode.hpp"

namespace tributary::datasets {

/// What is known of one flow so far.
struct WatchedFlow {
    void* state = nullptr;          ///< of the watcher; null: nothing is held
    std::uint16_t application = 0;  ///< number of the application; 0: unknown
    std::uint8_t looked = 0;        ///< packets shown
    bool is_over = false;           ///< no more packets are asked for
};

class PacketWatcher {
 public:
    /// Most packets that are looked at of one flow.
    static constexpr std::uint8_t kMostPackets = 8;

    PacketWatcher() = default;
    PacketWatcher(const PacketWatcher&) = delete;
    PacketWatcher& operator=(const PacketWatcher&) = delete;
    virtual ~PacketWatcher() = default;

    /// Looks at the next packet of the flow, unless that is over.
    virtual void look(WatchedFlow& flow, const PacketInfo& packet) = 0;
    /// The flow ends: gives the verdict that is possible, and holds nothing any more.
    virtual void end(WatchedFlow& flow) = 0;
};

}  // namespace tributary::datasets
