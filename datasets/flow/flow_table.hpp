#pragma once
// The meter: packets in, bidirectional flows out, cut by packet time alone.
// Invariants: at most `max_flows` flows are open, in entries of at most 192 bytes; every open flow
// is either a lone SYN, or in the half-open list, or in one bucket of the timer wheel; the result
// depends on the packets and options only. One thread.
// Source: docs/flows.md, "The flow", "Timeouts", "Under attack".

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "datasets/application/packet_watcher.hpp"
#include "datasets/flow/flow_entry.hpp"
#include "datasets/flow/flow_key.hpp"
#include "datasets/flow/key_index.hpp"
#include "datasets/flow/large_pages.hpp"
#include "datasets/flow/lone_flows.hpp"
#include "datasets/flow/packet_sequence.hpp"
#include "datasets/flow/stream_clock.hpp"
#include "datasets/flow/timeouts.hpp"
#include "datasets/packet/decode.hpp"

namespace tributary::datasets {

struct FlowTableOptions {
    std::uint32_t max_flows = 262'144;
    bool key_vlan = false;
    Timeouts timeouts;
    std::uint64_t hash_seed = 0x243f6a8885a308d3;
    /// Gives every flow its sequence of packets, which leaves with its record; null: none.
    PacketSequences* sequences = nullptr;
    /// Shown the first packets of every flow but lone SYNs; null: none.
    PacketWatcher* watcher = nullptr;
    /// So many lone SYNs that were cut are kept beside the table until `send_released`, so that
    /// the rest of their flow still finds them; one more sends the oldest. 0: they leave at once.
    std::uint32_t max_released = 0;
    /// True when a part of a flow of this hash waits elsewhere: then a lone SYN that is cut goes
    /// there at once. None: nothing waits.
    std::function<bool(std::uint32_t)> is_awaited = {};
};

class FlowTable {
 public:
    /// Receives a finished flow and the hash of its key; `src` is the lower endpoint, the direction
    /// is not decided yet.
    using Finished = std::function<void(const FlowRecord&, std::uint32_t)>;
    /// Receives a lone SYN, the sender as `src`, and the hash of its key.
    using Released = std::function<void(FlowRecord&, std::uint32_t)>;
    static constexpr std::size_t kBatch = 16;

    struct Counts {
        std::uint64_t evictions = 0;
        std::uint64_t half_open = 0;
        std::uint64_t released_full = 0;  ///< lone SYNs sent because too many were kept
    };

    /// @param released  receives the lone SYNs that were kept, in the order of their times; none:
    ///                  they go the way of all flows
    FlowTable(const FlowTableOptions& options, Finished finished, Released released = {});

    /// Meters packets in the order given, with one look ahead over the batch.
    /// @param packets  at most kBatch
    void add(std::span<const PacketInfo> packets);
    /// Fetches the memory of the flows that the next batch will push out, if the table is full.
    /// @param hashes  set to the hashes of their keys
    /// @return        how many
    std::size_t prefetch_cuts(std::span<std::uint32_t, kBatch> hashes) const;
    /// Sends the lone SYNs that were cut and are older than this.
    void send_released(Micros before);
    /// Ends the flows that are silent at this time, although no packet says so.
    void advance(Micros now) { observe(now); }
    /// Ends every open flow.
    void flush();

    [[nodiscard]] std::size_t size() const { return index_.size() - lone_.released(); }
    [[nodiscard]] const StreamClock& clock() const { return clock_; }
    [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
    static constexpr std::uint32_t kNone = KeyIndex::kNone;
    static constexpr std::size_t kWheel = 512;          ///< seconds
    static constexpr std::uint16_t kHalfOpen = kWheel;  ///< the list behind the wheel's buckets

    /// In the index, the places of lone SYNs are told from entries by this bit.
    static constexpr std::uint32_t kLone = 0x80000000;

    /// Of the timer wheel.
    static std::size_t bucket_of(std::int64_t second) {
        return static_cast<std::size_t>(second) & (kWheel - 1);
    }

    struct List {
        std::uint32_t head = kNone;
        std::uint32_t tail = kNone;
    };
    struct Prepared {
        KeyAndSide key;
        std::uint32_t hash = 0;
    };

    [[nodiscard]] Prepared prepare(const PacketInfo& packet) const;
    [[nodiscard]] const FlowKey& key_of(std::uint32_t slot) const;
    void observe(Micros time);
    void add_one(const PacketInfo& packet, const Prepared& prepared);
    [[nodiscard]] bool may_stand_alone(const PacketInfo& packet) const;
    void open(const PacketInfo& packet, const Prepared& prepared, bool continued);
    std::uint32_t grow(std::uint32_t place);
    void make_room(std::uint32_t coming);
    std::uint32_t take_entry(const FlowEntry& entry);
    void count(std::uint32_t slot, const PacketInfo& packet, std::uint8_t side);
    void relist(std::uint32_t slot, bool was_ended);
    [[nodiscard]] std::optional<EndReason> cut_by(std::uint32_t slot, Micros time) const;
    [[nodiscard]] Micros silence_allowed(const FlowEntry& entry) const;

    void tick(std::int64_t second);
    [[nodiscard]] bool oldest_half_open_is_lone() const;
    void expire_half_open();
    void cut_oldest_half_open(EndReason reason);
    void expire_bucket(std::size_t bucket);
    void evict_one();
    void send_oldest_released();
    void prefetch_entry(std::uint32_t slot) const;
    void close(std::uint32_t slot, EndReason reason);
    void finish_lone(const LoneFlow& flow, EndReason reason);
    void close_lone(std::uint32_t place, EndReason reason);
    void close_awaited(EndReason reason);
    void close_all(EndReason reason);

    void schedule(std::uint32_t slot);
    void link(std::uint32_t slot, std::size_t list);
    void unlink(std::uint32_t slot);

    FlowTableOptions options_;
    Finished finished_;
    Released released_;
    StreamClock clock_;
    Counts counts_;
    KeyIndex index_;
    LoneFlows lone_;
    std::vector<FlowEntry, LargePages<FlowEntry>> entries_;
    std::vector<PacketSequence*> sequences_;  ///< by slot, when they are kept
    std::vector<WatchedFlow> watched_;        ///< by slot, when somebody watches
    std::uint32_t free_ = kNone;
    std::array<List, kWheel + 1> lists_{};
    std::int64_t second_ = 0;  ///< up to which the wheel was turned
};

}  // namespace tributary::datasets
